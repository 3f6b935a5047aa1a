//! Which protocols a route takes: what it does not take it refuses, or only records.

use crate::support::{Client, Multiplexed, Scene};
use crate::websocket::stage;

const ROUTES: &str = "routes:\n\
    - {name: watched, path: /watched, allow: authenticated, protocols: plain, shadow: true}\n\
    - {name: strict, path: /strict, allow: authenticated, protocols: plain}\n\
    - {name: calls, path: /calls, allow: authenticated, protocols: grpc}\n\
    - {name: both, path: /both, allow: authenticated, protocols: [plain, grpc]}\n";

const GRPC: (&str, &str) = ("content-type", "application/grpc");

#[test]
fn a_route_that_is_only_watched_lets_it_pass_and_records_what_it_would_have_done() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let auth = ("x-auth-token", &token[..]);
    let mut client = Multiplexed::connect(scene.sidecar.public);
    assert_eq!(client.get("/watched", &[auth, GRPC]).status, 200);
    assert_eq!(scene.upstream.last().target(), "/watched");
    assert_eq!(scene.sidecar.decisions_on("watched", "shadow_deny", "protocol"), 1.0);
    scene.upstream.answer(|call| {
        stage::accept(call)?;
        stage::echo(call)
    });
    let mut tunnel = Client::connect(scene.sidecar.public);
    assert_eq!(stage::ask(&mut tunnel, "/watched", &token, &[]).status, 101);
    assert_eq!(scene.sidecar.decisions_on("watched", "shadow_deny", "protocol"), 2.0);
    assert_eq!(scene.sidecar.decisions_on("watched", "allow", "confirmed"), 0.0);
}

#[test]
fn what_a_route_does_not_take_never_reaches_the_service() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let auth = ("x-auth-token", &token[..]);
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let refused = client.get("/strict", &[auth, GRPC]);
    assert_eq!(refused.headers["grpc-status"], "7");
    assert_eq!(scene.sidecar.decisions_on("strict", "deny", "protocol"), 1.0);
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(client.get("/strict", &[auth]).status, 200);
    // Plain requests are among the protocols of every route.
    assert_eq!(client.get("/calls", &[auth]).status, 200);
    assert_eq!(client.get("/calls", &[auth, GRPC]).status, 200);
    // So naming them beside others changes nothing.
    assert_eq!(client.get("/both", &[auth]).status, 200);
    assert_eq!(client.get("/both", &[auth, GRPC]).status, 200);
    assert_eq!(scene.upstream.count(), 5);
    let mut tunnel = Client::connect(scene.sidecar.public);
    assert_eq!(stage::ask(&mut tunnel, "/both", &token, &[]).status, 403);
}
