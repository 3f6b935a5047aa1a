//! Of the tokens that a client sends, one is validated, and no other reaches the service.

use keystone_double::Scope;

use crate::support::Scene;

#[test]
fn the_storage_token_counts_when_there_is_no_auth_token() {
    let scene = Scene::start();
    let token = scene.token();
    let response = scene.sidecar.get("/", &[("X-Storage-Token", &token)]);
    assert_eq!(response.status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-storage-token"), [token]);
    assert_eq!(seen.header("x-user-name"), Some("alice"));
}

#[test]
fn b05_a_storage_token_beside_an_auth_token_is_neither_believed_nor_passed_on() {
    let scene = Scene::start();
    let (token, other) = (scene.token(), scene.token());
    let fields = [("X-Storage-Token", &other[..]), ("X-Auth-Token", &token)];
    assert_eq!(scene.sidecar.get("/", &fields).status, 200);
    let seen = scene.upstream.last();
    assert!(!seen.mentions(&other), "{seen:?}");
    assert_eq!(seen.headers("x-auth-token"), [token]);
    let good_in_the_wrong_place = [("X-Auth-Token", "nonsense"), ("X-Storage-Token", &other)];
    assert_eq!(scene.sidecar.get("/", &good_in_the_wrong_place).status, 401);
}

#[test]
fn no_nomination_makes_a_token_pass_that_nobody_validated() {
    let scene = Scene::start();
    let (token, other) = (scene.token(), scene.token());
    for nominated in ["x-auth-token", "X-Storage-Token", "x-auth-token, x-storage-token"] {
        let tokens = [("X-Auth-Token", &token[..]), ("X-Storage-Token", &other)];
        for fields in [[tokens[0], tokens[1]], [tokens[1], tokens[0]]] {
            let fields = [&[("Connection", nominated)][..], &fields].concat();
            assert_eq!(scene.sidecar.get("/", &fields).status, 200, "{nominated}");
            let seen = scene.upstream.last();
            assert!(!seen.mentions(&other), "{nominated}: {seen:?}");
            assert!(seen.headers("x-auth-token").iter().all(|passed| *passed == token));
            assert_eq!(seen.header("x-user-name"), Some("alice"));
        }
    }
    assert_eq!(scene.keystone.validations(), 1, "the other token is nobody's business");
}

#[test]
fn a_nominated_token_counts_and_ends_at_the_proxy() {
    let scene = Scene::start();
    let token = scene.token();
    for name in ["X-Auth-Token", "X-Storage-Token"] {
        let fields = [("Connection", name), (name, &token)];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200, "{name}");
        let seen = scene.upstream.last();
        assert!(!seen.mentions(&token), "{seen:?}");
        assert_eq!(seen.headers("x-user-name"), ["alice"]);
    }
    assert_eq!(scene.sidecar.get("/", &[("Connection", "x-auth-token")]).status, 401);
}

#[test]
fn a_service_token_is_judged_and_passed_on_as_it_was_sent() {
    let scene = Scene::start();
    let service = scene.keystone.issue("nova", Scope::project("service")).token();
    let fields = [("X-Auth-Token", &scene.token()[..]), ("X-Service-Token", &service)];
    assert_eq!(scene.sidecar.get("/", &fields).status, 200);
    assert_eq!(scene.upstream.last().headers("x-service-token"), [&service[..]]);
    assert_eq!(scene.keystone.validations(), 2);
}
