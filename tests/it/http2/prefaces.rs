//! How a connection begins tells which HTTP it speaks, and what is neither is refused once.

use std::time::{Duration, Instant};

use crate::support::frames::{PREFACE, frame, kind, setting};
use crate::support::{Client, RawClient, Scene, exchange};

use super::head;

#[test]
fn f19_a_broken_preface_is_a_400_or_an_end_and_nothing_else() {
    let scene = Scene::start();
    for broken in [
        &b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\rX",
        b"PRI * HTTP/2.0\r\n\r\nGET / HTTP/1.1\r\nHost: s\r\n\r\n",
        b"PRI * HTTP/2.0\r\nHost: s\r\n\r\n",
        b"PRI * HTTP/1.1\r\nHost: s\r\n\r\n",
        b"PRI / HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"PRY * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let shown = broken.escape_ascii().to_string();
        let mut client = Client::connect(scene.sidecar.public);
        client.send(broken);
        client.finish();
        let mut answer = Vec::new();
        while let Ok(piece) = client.wire().some() {
            if piece.is_empty() {
                break;
            }
            answer.extend(piece);
        }
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{shown}: {answer}");
        assert!(answer.matches("HTTP/1.").count() <= 1, "{shown}: {answer}");
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn f19_a_preface_in_small_pieces_is_one() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = RawClient::silent(scene.sidecar.public);
    for byte in PREFACE {
        client.send([*byte]);
    }
    // Nothing is to be remembered, so that the answer can be read.
    let plain = [&setting::HEADER_TABLE_SIZE.to_be_bytes()[..], &0_u32.to_be_bytes()].concat();
    client.send(frame(kind::SETTINGS, 0, 0, &plain));
    client.ask(1, &head(&token, &[]));
    assert_eq!(client.answer(1).status(), 200);
}

#[test]
fn f19_a_preface_that_never_ends_is_cut_off() {
    let scene = Scene::with(&[("server.header_timeout", "300ms")]);
    for part in [0, 1, 14, PREFACE.len() - 1] {
        let start = Instant::now();
        let mut client = RawClient::silent(scene.sidecar.public);
        client.send(&PREFACE[..part]);
        client.end();
        assert!(start.elapsed() < Duration::from_secs(9), "{part}: {:?}", start.elapsed());
    }
    let late = "portcullis_connections_cut_total{reason=\"head_timeout\"}";
    assert_eq!(scene.sidecar.metric(late), 4.0);
    scene.assert_serves();
}

#[test]
fn f19_an_upgrade_to_http_2_is_not_made() {
    let scene = Scene::start();
    let answer = exchange(
        scene.sidecar.public,
        format!(
            "GET / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nUpgrade: h2c\r\n\
             HTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings, close\r\n\r\n",
            scene.token()
        ),
    );
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
    let seen = scene.upstream.last();
    for name in ["upgrade", "http2-settings", "connection"] {
        assert!(seen.header(name).is_none_or(|value| value == "close"), "{name}: {seen:?}");
    }
}
