//! How large the head of a service's answer may be: 64 KiB, and over HTTP/1.1, where it is read in
//! pieces of that size, one piece more. A larger one is no answer.

use std::sync::Arc;

use crate::support::{Http2, Scene, Terms};

/// The length of a field's value with which the whole head is just within the bound, and beyond it.
const GOOD: usize = 60 * 1024;
const TOO_MUCH: usize = 66 * 1024;
const TOO_MUCH_IN_PIECES: usize = 130 * 1024;

const BROKEN: &str = "portcullis_upstream_requests_total{outcome=\"broken\",upstream=\"default\"}";

#[test]
fn a_head_beyond_64_kib_is_a_502_over_http_1() {
    let scene = Scene::start();
    for (length, status) in [(GOOD, 200), (TOO_MUCH_IN_PIECES, 502), (GOOD, 200)] {
        let value = "x".repeat(length);
        scene.upstream.respond(200, &[("X-Long", &value)], b"");
        let response = scene.sidecar.get_as(&scene.token(), "/");
        assert_eq!(response.status, status, "{length}");
        let passed = response.header("x-long").map_or(0, str::len);
        assert_eq!(passed, if status == 200 { length } else { 0 });
    }
    assert_eq!(scene.sidecar.metric(BROKEN), 1.0);
}

#[test]
fn a_head_beyond_64_kib_is_a_502_over_http_2_and_the_connection_goes_on() {
    let long: Arc<str> = "x".repeat(TOO_MUCH).into();
    let service = Http2::answering(Terms::default(), move |mut exchange| {
        let long = Arc::clone(&long);
        async move {
            let length = if exchange.asked.head.uri.path() == "/good" { GOOD } else { TOO_MUCH };
            let head = http::Response::builder().header("x-long", &long[..length]);
            exchange.respond.send_response(head.body(()).unwrap(), true).map(drop)
        }
    });
    let scene = Scene::with(&[
        ("upstream.url", &service.url()[..]),
        ("upstream.protocol", "http2"),
        ("server.workers", "1"),
    ]);
    let token = scene.token();
    for (path, status) in [("/good", 200), ("/large", 502), ("/good", 200)] {
        assert_eq!(scene.sidecar.get_as(&token, path).status, status, "{path}");
    }
    assert_eq!(service.connections(), 1);
    assert_eq!(scene.sidecar.metric(BROKEN), 1.0);
}
