//! Open Telekom Cloud: very long tokens, a gateway that speaks for itself, and times without zone.

use keystone_double::{Canned, Fault, FaultKind, Profile, Scope};
use serde_json::json;

use crate::support::{Client, Scene, request};

#[test]
fn tokens_up_to_the_limit_pass_and_longer_ones_are_a_431() {
    let scene = Scene::in_cloud(Profile::otc(), &[]);
    for (length, status) in
        [(255, 200), (4700, 200), (8200, 200), (16_384, 200), (32_768, 200), (40_000, 431)]
    {
        let issue = scene.keystone.issue("alice", Scope::project("demo"));
        let token = issue.length(length).token();
        assert_eq!(scene.sidecar.get_as(&token, "/").status, status, "{length}");
    }
    assert_eq!(scene.keystone.validations(), 5);
}

#[test]
fn a_token_of_100_000_characters_is_a_431_unless_the_limits_are_raised() {
    let settings = [("server.max_token", "128KiB"), ("server.max_header_bytes", "256KiB")];
    for (settings, status) in [(&[][..], 431), (&settings[..], 200)] {
        let scene = Scene::in_cloud(Profile::otc(), settings);
        let issue = scene.keystone.issue("alice", Scope::project("demo"));
        let token = issue.length(100_000).token();
        let mut client = Client::connect(scene.sidecar.public);
        // The proxy may answer, and close, before it has read all of this.
        let sent = client.try_send(request("GET", "/", &[("X-Auth-Token", &token)], b""));
        match client.try_response(false) {
            Ok(response) => assert_eq!(response.status, status),
            Err(error) => assert!(status == 431, "{sent:?} {error}"),
        }
        scene.assert_serves();
    }
}

#[test]
fn the_gateways_401_is_about_the_token() {
    let scene = Scene::in_cloud(Profile::otc(), &[]);
    let body = json!({"error_code": "APIGW.0307", "error_msg": "The token must be updated."});
    scene.keystone.fail(Fault::validate(FaultKind::Answer(Canned::json(401, &body))));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 401);
}

#[test]
fn the_gateways_404_is_a_wrong_address() {
    let scene = Scene::in_cloud(Profile::otc(), &[]);
    let body = json!({"error_code": "APIGW.0101", "error_msg": "The API does not exist."});
    scene.keystone.fail(Fault::validate(FaultKind::Answer(Canned::json(404, &body))));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
}

#[test]
fn a_503_with_a_page_for_people_is_a_503() {
    let scene = Scene::in_cloud(Profile::otc(), &[]);
    let page = Canned::html(503, "<h1>Service Unavailable</h1>");
    scene.keystone.fail(Fault::validate(FaultKind::Answer(page)));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
}

#[test]
fn a_token_of_an_agency_shows_the_agency() {
    let scene = Scene::in_cloud(Profile::otc(), &[]);
    let issue = scene.keystone.issue("alice", Scope::project("demo"));
    let token = issue.assumed_by("bob").token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    assert_eq!(scene.upstream.last().header("x-user-name"), Some("alice"));
}
