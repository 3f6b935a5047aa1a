//! A limit on bodies: what is longer is refused, never cut off and passed on as whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Client, Scene, request};

use super::assert_refused;

const ROUTES: &str = "routes:\n- {path: /small, allow: authenticated, max_body: 16B}\n\
                      - {path: /open, allow: public, max_body: 16B}\n\
                      - {path: /**, allow: authenticated}\n";

#[test]
fn a_length_over_the_limit_is_refused_before_anything_is_read_or_asked() {
    let scene = Scene::guarding(ROUTES);
    for path in ["/small", "/open"] {
        let mut client = Client::connect(scene.sidecar.public);
        // Not one byte of the body is sent.
        client.send(format!(
            "POST {path} HTTP/1.1\r\nHost: s\r\nX-Auth-Token: made-up\r\nContent-Length: 17\r\n\r\n"
        ));
        let response = client.response();
        assert_refused(&response, 413);
        assert_eq!(response.header("connection"), Some("close"));
        assert!(client.is_closed());
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn what_just_fits_passes_whole() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let fields = [("X-Auth-Token", &token[..])];
    let mut client = Client::connect(scene.sidecar.public);
    for (path, body) in [("/small", 16), ("/small", 0), ("/other", 4096)] {
        let body = vec![b'x'; body];
        client.send(request("POST", path, &fields, &body));
        assert_eq!(client.response().status, 200, "{path}");
        assert_eq!(scene.upstream.last().body.data, body, "{path}");
    }
    client.send(chunked("/small", &token, &["0123456789", "abcdef"]));
    assert_eq!(client.response().status, 200);
    assert_eq!(scene.upstream.last().body.data, b"0123456789abcdef");
}

#[test]
fn chunks_that_grow_too_long_are_refused_and_never_become_a_whole_request() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let whole = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&whole);
    scene.upstream.answer(move |call| {
        call.receive()?;
        count.fetch_add(1, Ordering::SeqCst);
        call.respond(200, &[], b"")
    });
    for pieces in
        [&["0123456789", "0123456789"][..], &["01234567890123456"], &["0123456789abcdef", "x"]]
    {
        let mut client = Client::connect(scene.sidecar.public);
        let _ = client.try_send(chunked("/small", &token, pieces));
        let response = client.response();
        assert_refused(&response, 413);
        assert_eq!(response.header("connection"), Some("close"));
        assert!(client.is_closed(), "what follows may be part of the body");
    }
    assert_eq!(whole.load(Ordering::SeqCst), 0, "the service never saw the end of a body");
    let mut client = Client::connect(scene.sidecar.public);
    client.send(chunked("/small", &token, &["short"]));
    assert_eq!(client.response().status, 200, "it goes on");
    assert_eq!(whole.load(Ordering::SeqCst), 1);
}

#[test]
fn a_request_behind_a_body_that_was_too_long_is_not_answered() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let long = chunked("/small", &token, &["0123456789", "0123456789"]);
    let next = request("GET", "/next", &[("X-Auth-Token", &token)], b"");
    let _ = client.try_send([long, next].concat());
    assert_refused(&client.response(), 413);
    assert!(client.is_closed());
    assert!(!scene.upstream.requests().iter().any(|seen| seen.target() == "/next"));
}

fn chunked(path: &str, token: &str, pieces: &[&str]) -> Vec<u8> {
    let mut text = format!(
        "POST {path} HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\
         Transfer-Encoding: chunked\r\n\r\n"
    );
    for piece in pieces {
        text.push_str(&format!("{:x}\r\n{piece}\r\n", piece.len()));
    }
    text.push_str("0\r\n\r\n");
    text.into_bytes()
}
