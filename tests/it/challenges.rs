//! A client that the service itself refuses learns from us where it gets a token; what the service
//! says of its own is left alone.

use crate::support::{Client, Response, Scene};

const BASIC: (&str, &str) = ("WWW-Authenticate", "Basic realm=\"mine\"");

#[test]
fn a22_a_401_of_the_services_own_gains_ours_once_and_keeps_its_body() {
    let scene = Scene::start();
    scene.upstream.respond(401, &[("Content-Type", "text/plain")], b"no\n");
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!((response.status, response.text().as_str()), (401, "no\n"));
    assert_eq!(response.headers("content-type"), ["text/plain"]);
    assert_eq!(response.headers("content-length"), ["3"]);
    assert_eq!(response.headers("www-authenticate"), [ours(&scene)]);
}

#[test]
fn a_challenge_of_the_services_own_stays_before_ours() {
    let scene = Scene::start();
    for own in
        [&[BASIC][..], &[BASIC, ("www-authenticate", "Negotiate")], &[("WWW-AUTHENTICATE", "")]]
    {
        scene.upstream.respond(401, own, b"");
        let response = scene.sidecar.get_as(&scene.token(), "/");
        let mut expected: Vec<_> = own.iter().map(|(_, value)| (*value).to_owned()).collect();
        expected.push(ours(&scene));
        assert_eq!(response.headers("www-authenticate"), expected);
    }
}

#[test]
fn no_other_status_gains_one() {
    let scene = Scene::start();
    let token = scene.token();
    for status in [200, 204, 302, 400, 403, 404, 407, 500, 503] {
        scene.upstream.respond(status, &[], b"");
        let response = scene.sidecar.get_as(&token, "/");
        assert_eq!((response.status, response.header("www-authenticate")), (status, None));
        scene.upstream.respond(status, &[BASIC], b"");
        let response = scene.sidecar.get_as(&token, "/");
        assert_eq!(response.headers("www-authenticate"), [BASIC.1], "{status}");
    }
}

#[test]
fn a_head_is_answered_with_the_same_fields() {
    let scene = Scene::start();
    let token = scene.token();
    scene.upstream.respond(401, &[BASIC, ("Content-Type", "text/plain")], b"no\n");
    let to_get = scene.sidecar.get_as(&token, "/");
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("HEAD", "/", &[("X-Auth-Token", &token)]);
    let to_head = client.response_to_head();
    assert_eq!(to_head.status, 401);
    assert_eq!(fields(&to_head), fields(&to_get));
    assert_eq!(client.get("/", &[("X-Auth-Token", &token)]).text(), "no\n");
}

#[test]
fn it_names_the_address_that_clients_use() {
    let public = ("keystone.www_authenticate_uri", "https://keystone.example:5000/v3");
    let scene = Scene::with(&[public]);
    let expected = [format!("Keystone uri=\"{}\"", public.1)];
    scene.upstream.respond(401, &[], b"");
    let of_the_service = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!(of_the_service.headers("www-authenticate"), expected);
    assert_eq!(scene.sidecar.get("/", &[]).headers("www-authenticate"), expected);
}

#[test]
fn a_service_that_decides_itself_need_not_know_the_address() {
    let scene = Scene::with(&[("auth.delay_decision", "true")]);
    scene.upstream.respond(401, &[], b"no\n");
    for token in [&[][..], &[("X-Auth-Token", "made-up")]] {
        let response = scene.sidecar.get("/", token);
        assert_eq!((response.status, response.text().as_str()), (401, "no\n"));
        assert_eq!(response.headers("www-authenticate"), [ours(&scene)]);
    }
    assert_eq!(scene.upstream.count(), 2);
}

fn ours(scene: &Scene) -> String {
    format!("Keystone uri=\"{}\"", scene.keystone.url())
}

/// All fields but those that differ from answer to answer, sorted.
fn fields(response: &Response) -> Vec<(String, Vec<u8>)> {
    let mut all = response.head.fields.clone();
    all.retain(|(name, _)| {
        !["date", "x-openstack-request-id"].contains(&name.to_ascii_lowercase().as_str())
    });
    all.sort();
    all
}
