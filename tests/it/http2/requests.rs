//! Ordinary requests over HTTP/2 are what they are over HTTP/1.

use crate::support::{Client, Multiplexed, RawClient, Scene, eventually, frames};

use super::head;

#[test]
fn a_request_passes_and_says_who_asks() {
    let scene = Scene::start();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let token = scene.token();
    let fields = [("x-auth-token", &token[..]), ("x-roles", "king"), ("accept", "a/b")];
    let answer = client.get("/v2.1/servers?limit=1", &fields);
    assert_eq!((answer.status, &answer.body[..]), (200, &b"{\"here\": true}\n"[..]));
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(answer.headers.contains_key("x-openstack-request-id"));
    let seen = scene.upstream.last();
    assert_eq!(seen.head.line, "GET /v2.1/servers?limit=1 HTTP/1.1");
    assert_eq!(seen.headers("host"), ["service.example"]);
    assert_eq!(seen.headers("x-identity-status"), ["Confirmed"]);
    assert_eq!(seen.headers("x-roles"), ["member,reader"]);
    assert_eq!(seen.headers("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen.headers("x-forwarded-host"), ["service.example"]);
    assert_eq!(seen.headers("accept"), ["a/b"]);
    assert!(!seen.mentions("king"));
}

#[test]
fn a_refusal_is_the_one_of_http_1_and_ends_no_other_request() {
    let scene = Scene::start();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let refused = client.get("/", &[("x-auth-token", "made-up")]);
    let same = scene.sidecar.get_as("made-up", "/");
    assert_eq!((refused.status, &refused.body), (401, &same.body));
    assert_eq!(refused.headers["content-length"], "114");
    let challenge = refused.headers["www-authenticate"].to_str().unwrap();
    assert_eq!(Some(challenge), same.header("www-authenticate"));
    assert!(!refused.headers.contains_key("connection"));
    assert_eq!(client.get("/", &[("x-auth-token", &scene.token())]).status, 200);
}

#[test]
fn a_head_is_answered_without_a_body() {
    let scene = Scene::start();
    scene.upstream.respond(200, &[("Content-Length", "42")], b"");
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let passed = client.send("HEAD", "/", &[("x-auth-token", &scene.token())], b"");
    assert_eq!((passed.status, passed.body.len()), (200, 0));
    assert_eq!(passed.headers["content-length"], "42");
    let refused = client.send("HEAD", "/", &[], b"");
    assert_eq!((refused.status, refused.body.len()), (401, 0));
    assert_eq!(refused.headers["content-length"], "114");
}

#[test]
fn both_versions_are_spoken_on_one_listener() {
    let scene = Scene::start();
    let token = scene.token();
    let auth = [("x-auth-token", &token[..])];
    let mut new = Multiplexed::connect(scene.sidecar.public);
    let mut old = Client::connect(scene.sidecar.public);
    for _ in 0..3 {
        assert_eq!(new.get("/", &auth).status, 200);
        assert_eq!(old.get("/", &auth).status, 200);
    }
    let open = "portcullis_connections{listener=\"public\"}";
    assert_eq!(scene.sidecar.metric(open), 2.0);
    drop((new, old));
    eventually("both have left", || scene.sidecar.metric(open) == 0.0);
}

#[test]
fn a_client_that_has_had_its_share_is_asked_to_connect_anew_and_loses_nothing() {
    let scene = Scene::with(&[("server.keepalive_requests", "3")]);
    let token = scene.token();
    let auth = [("x-auth-token", &token[..])];
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let under_way: Vec<_> = (0..3).map(|_| client.begin("GET", "/", &auth, true)).collect();
    let answers = client.finish_all(under_way);
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    client.end().expect("in good order");
    scene.assert_serves();
}

#[test]
fn f17_a_client_that_does_not_hear_that_it_has_had_its_share_is_cut_off() {
    let scene = Scene::with(&[("server.keepalive_requests", "3")]);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.mute();
    let mut answered = 0;
    for stream in (1..40).step_by(2) {
        let sent = client.try_send(frames::head(stream, &head(&token, &[])));
        let over = sent.is_err() || client.outcome(stream).status().is_none();
        if over {
            break;
        }
        answered += 1;
    }
    assert!((3..=6).contains(&answered), "{answered}");
    scene.assert_serves();
}

#[test]
fn f05_crumbs_of_a_cookie_are_joined() {
    let scene = Scene::start();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let token = scene.token();
    let fields = [("x-auth-token", &token[..]), ("cookie", "a=1"), ("cookie", "b=2; c=3")];
    assert_eq!(client.get("/", &fields).status, 200);
    assert_eq!(scene.upstream.last().headers("cookie"), ["a=1; b=2; c=3"]);
}

#[test]
fn d20_d21_the_handshake_about_a_body_ends_here() {
    let scene = Scene::start();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let refused = client.begin("PUT", "/", &[("expect", "100-continue")], false);
    assert_eq!(client.finish(refused).status, 401, "at once, and without the body");
    let token = scene.token();
    for expect in ["100-continue", "y 100-continue", "200-ok"] {
        let fields = [("x-auth-token", &token[..]), ("expect", expect)];
        let answer = client.send("PUT", "/", &fields, b"body");
        assert_eq!(answer.status, 200, "{expect}");
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("expect"), [""; 0], "{expect}");
        assert_eq!(seen.body.data, b"body", "{expect}");
    }
}

#[test]
fn b09_long_tokens_pass_where_heads_may_be_long_and_get_a_431_elsewhere() {
    let roomy = [("http2.max_header_list", "64KiB"), ("http2.max_streams", "32")];
    for (settings, length, status, asked) in [
        (&roomy[..], 30_000, 401, 1),
        (&roomy, 40_000, 431, 0),
        (&roomy, 200_000, 431, 0),
        (&[], 12_000, 401, 1),
        (&[], 30_000, 431, 0),
    ] {
        let scene = Scene::with(settings);
        let mut client = Multiplexed::connect(scene.sidecar.public);
        let token = "x".repeat(length);
        // A head that is far too long may end the connection.
        let answer = client.try_begin("GET", "/", &[("x-auth-token", &token)], true);
        let answer = answer.and_then(|exchange| client.try_finish(exchange));
        match answer {
            Ok(answer) => assert_eq!(answer.status, status, "{length}"),
            Err(error) => assert!(length > 100_000, "{length}: {error}"),
        }
        assert_eq!((scene.keystone.validations(), scene.upstream.count()), (asked, 0), "{length}");
        scene.assert_serves();
    }
}
