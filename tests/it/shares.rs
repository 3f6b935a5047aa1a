//! How much of the service one client may take: a share of the places, and no more.

use crate::http2::streams::hold;
use crate::support::{Client, Multiplexed, Scene, eventually};
use keystone_double::Scope;

const SHARE: &str = "portcullis_upstream_requests_total{outcome=\"share\",upstream=\"default\"}";

#[test]
fn g09_a_client_that_has_its_share_waits_and_others_are_served() {
    let scene =
        Scene::with(&[("upstream.max_pending", "4"), ("upstream.max_pending_per_client", "2")]);
    let gate = hold(&scene);
    let alice = scene.token();
    let bob = scene.keystone.issue("bob", Scope::project("demo")).token();
    let ask = |token: &str| {
        let mut client = Client::connect(scene.sidecar.public);
        client.ask("GET", "/", &[("X-Auth-Token", token)]);
        client
    };
    let held: Vec<_> = [ask(&alice), ask(&alice)].into();
    scene.upstream.wait_for(2);
    // Another token of hers, from another connection, by another protocol: she is the same.
    let again = scene.token();
    let refused = ask(&again).response();
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    assert_eq!(refused.json()["error"]["code"], 429);
    let grpc = [("x-auth-token", &again[..]), ("content-type", "application/grpc")];
    let refused = Multiplexed::connect(scene.sidecar.public).get("/", &grpc);
    assert_eq!((refused.status, &refused.headers["grpc-status"]), (200, &"8".parse().unwrap()));
    assert_eq!(scene.sidecar.metric(SHARE), 2.0);
    let others = [ask(&bob), ask(&bob)];
    scene.upstream.wait_for(4);
    assert_eq!(ask(&scene.service_token()).response().status, 503, "no place for anybody");
    gate.add_permits(4);
    for mut client in held.into_iter().chain(others) {
        assert_eq!(client.response().status, 200);
    }
    gate.add_permits(1);
    eventually("she has her share again", || {
        let response = ask(&alice).response();
        gate.add_permits(1);
        response.status == 200
    });
}

#[test]
fn g09_without_a_token_it_is_the_address_that_has_a_share() {
    let yaml = "routes: [{path: \"/**\", allow: public}]\n\
        listener: {trusted_proxies: [127.0.0.1]}\n";
    let (keystone, upstream) =
        (crate::support::Keystone::start(), crate::support::Upstream::start());
    let sidecar = crate::support::Sidecar::before(&upstream, &keystone)
        .and(yaml)
        .set("upstream.max_pending_per_client", "1")
        .start();
    let scene = Scene { sidecar, keystone, upstream };
    let gate = hold(&scene);
    let ask = |address: &str| {
        let mut client = Client::connect(scene.sidecar.public);
        client.ask("GET", "/", &[("X-Forwarded-For", address)]);
        client
    };
    let mut first = ask("192.0.2.1");
    scene.upstream.wait_for(1);
    assert_eq!(ask("192.0.2.1").response().status, 429);
    let mut other = ask("192.0.2.2");
    scene.upstream.wait_for(2);
    gate.add_permits(2);
    assert_eq!((first.response().status, other.response().status), (200, 200));
}
