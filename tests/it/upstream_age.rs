//! Connections to the service do not last for ever: requests go on over new ones, and what is under
//! way on an old one ends there.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::support::{Client, Http2, Multiplexed, Scene, Terms, eventually};

const SHORT: (&str, &str) = ("upstream.max_age", "2s");
const ONE: (&str, &str) = ("server.workers", "1");

#[test]
fn a_busy_connection_of_http_1_is_made_anew_in_time_and_no_request_fails() {
    let scene = Scene::with(&[SHORT, ONE]);
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let mut ask = || assert_eq!(client.get("/", &[("X-Auth-Token", &token)]).status, 200);
    for _ in 0..10 {
        ask();
    }
    assert_eq!(scene.upstream.connections(), 1, "it is kept until then");
    eventually("another one is made", || {
        ask();
        scene.upstream.connections() == 2
    });
    // The new one has its time, too.
    eventually("the old one is closed", || scene.upstream.open_connections() <= 1);
}

#[test]
fn an_idle_one_is_closed_when_its_time_is_over() {
    let scene = Scene::with(&[SHORT, ONE]);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    eventually("it is closed", || scene.upstream.open_connections() == 0);
}

#[test]
fn calls_of_http_2_go_over_a_new_one_and_the_old_one_ends_with_the_last_of_its_own() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let service = Http2::answering(Terms::default(), move |mut exchange| {
        let held = Arc::clone(&held);
        async move {
            if exchange.asked.head.uri.path() != "/long" {
                return exchange.respond(200, b"short");
            }
            let mut body = exchange.respond.send_response(http::Response::new(()), false)?;
            body.send_data(Bytes::from_static(b"begun "), false)?;
            held.acquire().await.expect("the gate stays").forget();
            body.send_data(Bytes::from_static(b"and ended"), true)
        }
    });
    let scene = Scene::with(&[
        SHORT,
        ONE,
        ("upstream.url", &service.url()),
        ("upstream.protocol", "http2"),
    ]);
    let token = scene.token();
    let auth = [("x-auth-token", &token[..])];
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let long = client.begin("GET", "/long", &auth, true);
    eventually("another connection is made", || {
        assert_eq!(client.get("/", &auth).status, 200);
        service.connections() == 2
    });
    assert_eq!(service.open_connections(), 2, "the old one is in use");
    gate.add_permits(1);
    assert_eq!(client.finish(long).body, b"begun and ended");
    eventually("the old one is closed", || service.open_connections() <= 1);
}
