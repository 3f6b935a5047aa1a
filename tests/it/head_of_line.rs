//! Many clients' requests share one connection to a service of HTTP/2: those who take nothing of
//! their answers hold nobody else's back.

use bytes::Bytes;

use crate::support::frames::setting;
use crate::support::{Http2, RawClient, Scene, Terms};

/// As many streams as one connection to the service carries, but for one.
const UNREAD: u32 = 99;

/// More than the service may send of one answer before somebody takes it.
const LARGE: usize = 256 * 1024;

#[test]
fn answers_that_nobody_takes_hold_no_other_clients_answer_back() {
    let service = Http2::answering(Terms::default(), |mut exchange| async move {
        if exchange.asked.head.uri.path() == "/small" {
            return exchange.respond(200, b"for somebody else");
        }
        let mut body = exchange.respond.send_response(http::Response::new(()), false)?;
        body.send_data(Bytes::from(vec![b'x'; LARGE]), true)
    });
    let scene = Scene::with(&[
        ("upstream.url", &service.url()[..]),
        ("upstream.protocol", "http2"),
        ("server.workers", "1"),
        ("server.write_timeout", "5m"),
    ]);
    let token = scene.token();
    let closed = [(setting::INITIAL_WINDOW_SIZE, 0)];
    let mut silent = RawClient::with(scene.sidecar.public, &closed);
    let head = |path| {
        [
            (":method", "GET"),
            (":scheme", "http"),
            (":authority", "service.example"),
            (":path", path),
            ("x-auth-token", &token[..]),
        ]
    };
    for n in 0..UNREAD {
        silent.ask(2 * n + 1, &head("/large"));
    }
    // Heads need no window: all of them come, and behind each as much as the service may send.
    silent.wait("every answer has begun", |client| {
        (0..UNREAD).all(|n| client.so_far(2 * n + 1).is_some())
    });
    assert_eq!(scene.sidecar.get_as(&token, "/small").text(), "for somebody else");
    assert_eq!(service.connections(), 1, "all of it over one connection");
    assert!((0..UNREAD).all(|n| silent.so_far(2 * n + 1).unwrap().body.is_empty()));
}
