//! Frames that cost their sender nothing: whoever sends too many is sent away, and nobody else
//! notices.

use crate::support::frames::{PREFACE, block, flag, frame, head as whole, kind, reason};
use crate::support::{RawClient, Scene, eventually};

use super::{cut_as_floods, head};

#[test]
fn f01_streams_that_are_opened_and_reset_end_the_connection_and_ask_keystone_little() {
    let scene = Scene::start();
    let made_up = head("made-up", &[]);
    flood(&scene, 300, |n| {
        let stream = 2 * n + 1;
        let reset = frame(kind::RST_STREAM, 0, stream, &reason::CANCEL.to_be_bytes());
        [whole(stream, &made_up), reset].concat()
    });
    assert!(scene.keystone.validations() <= 100, "{}", scene.keystone.validations());
    assert_eq!(scene.upstream.count(), 1, "the honest request alone");
}

#[test]
fn f01_requests_that_are_taken_back_once_the_service_has_them_have_a_budget() {
    const MOST: usize = 100;
    let scene = Scene::with(&[("http2.max_control_frames", &MOST.to_string())]);
    scene.upstream.answer(|call| {
        call.receive()?;
        // Until the proxy gives it up.
        call.wire.some().map(drop)
    });
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    for n in 0..=MOST {
        let stream = u32::try_from(2 * n + 1).unwrap();
        assert!(!client.is_over(), "after {n}");
        client.ask(stream, &head(&token, &[]));
        scene.upstream.wait_for(n + 1);
        client.send(frame(kind::RST_STREAM, 0, stream, &reason::CANCEL.to_be_bytes()));
    }
    assert_eq!(client.end(), Some(reason::ENHANCE_YOUR_CALM));
    eventually("it is counted", || cut_as_floods(&scene) == 1.0);
    eventually("the service is free", || scene.upstream.open_connections() == 0);
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}

#[test]
fn f02_streams_that_we_are_made_to_reset_end_the_connection() {
    let scene = Scene::start();
    let made_up = block(&head("made-up", &[(":method", Some("POST"))]));
    flood(&scene, 1100, |n| {
        let stream = 2 * n + 1;
        let open = frame(kind::HEADERS, flag::END_HEADERS, stream, &made_up);
        // No step at all is no step of a window.
        [open, frame(kind::WINDOW_UPDATE, 0, stream, &0_u32.to_be_bytes())].concat()
    });
}

#[test]
fn f03_a_head_that_never_ends_ends_the_connection() {
    for piece in [Vec::new(), block(&[("x-long", "y".repeat(8000))])] {
        let scene = Scene::start();
        let begin = frame(kind::HEADERS, 0, 1, &block(&head("made-up", &[])));
        flood(&scene, 2000, |n| {
            let more = frame(kind::CONTINUATION, 0, 1, &piece);
            if n == 0 { [begin.clone(), more].concat() } else { more }
        });
        assert_eq!(scene.keystone.validations(), 1, "the honest request alone");
    }
}

#[test]
fn f06_data_without_content_ends_the_connection() {
    let scene = Scene::start();
    let token = scene.token();
    let begin = block(&head(&token, &[(":method", Some("POST"))]));
    let begin = frame(kind::HEADERS, flag::END_HEADERS, 1, &begin);
    flood(&scene, 1000, |n| {
        let empty = frame(kind::DATA, 0, 1, b"").repeat(100);
        if n == 0 { [begin.clone(), empty].concat() } else { empty }
    });
}

#[test]
fn f07_frames_that_carry_nothing_end_the_connection() {
    for (shown, one) in [
        ("PING", frame(kind::PING, 0, 0, &[0; 8])),
        ("answers to PING", frame(kind::PING, flag::ACK, 0, &[0; 8])),
        ("SETTINGS", frame(kind::SETTINGS, 0, 0, b"")),
        ("PRIORITY", frame(kind::PRIORITY, 0, 1, &[0, 0, 0, 0, 1])),
        ("WINDOW_UPDATE", frame(kind::WINDOW_UPDATE, 0, 0, &1_u32.to_be_bytes())),
        ("unknown", frame(0x20, 0, 0, b"x")),
    ] {
        let scene = Scene::start();
        let many = one.repeat(100);
        let batches = flood(&scene, 5000, |_| many.clone());
        // What the kernel holds comes on top.
        assert!(batches > 9, "{shown}: cut after {batches} hundred");
        assert_eq!(cut_as_floods(&scene), 1.0, "{shown}");
    }
}

#[test]
fn f07_a_reset_of_a_stream_that_never_was_ends_the_connection() {
    let scene = Scene::start();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.send(frame(kind::RST_STREAM, 0, 9, &reason::CANCEL.to_be_bytes()));
    assert_eq!(client.end(), Some(reason::PROTOCOL_ERROR));
    scene.assert_serves();
}

#[test]
fn f07_a_busy_client_that_looks_after_its_line_is_no_flood() {
    let scene = Scene::with(&[("http2.max_control_frames", "100")]);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    let ping = frame(kind::PING, 0, 0, &[7; 8]);
    let wider = frame(kind::WINDOW_UPDATE, 0, 0, &100_u32.to_be_bytes());
    for n in 0..200 {
        let stream = 2 * n + 1;
        let request = whole(stream, &head(&token, &[]));
        client.send([&request[..], &ping, &wider].concat());
        assert_eq!(client.answer(stream).status(), 200, "{n}");
    }
    client.wait("every PING is answered", |client| client.pongs() == 200);
    assert_eq!(cut_as_floods(&scene), 0.0);
}

#[test]
fn f07_f19_junk_after_the_preface_ends_the_connection() {
    let scene = Scene::start();
    for junk in [
        b"GET / HTTP/1.1\r\nHost: s\r\n\r\n".to_vec(),
        vec![0xff; 64],
        frame(kind::DATA, 0, 1, b"x"),
        frame(kind::SETTINGS, 0, 1, b""),
        frame(kind::SETTINGS, 0, 0, b"x"),
        frame(kind::PING, 0, 0, b"short"),
        frame(kind::HEADERS, 5, 2, &block(&head("made-up", &[]))),
        frame(kind::HEADERS, 5, 0, &block(&head("made-up", &[]))),
        frame(kind::HEADERS, 5, 1, &[0xff; 20]),
        frame(kind::CONTINUATION, 4, 1, b""),
    ] {
        let mut client = RawClient::silent(scene.sidecar.public);
        let _ = client.try_send([PREFACE, &frame(kind::SETTINGS, 0, 0, b""), &junk].concat());
        client.end();
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

/// Sends `batch` after `batch`, and fails unless the connection ends within `most` of them while
/// an honest client is served. Returns how many were sent.
#[track_caller]
fn flood(scene: &Scene, most: u32, batch: impl Fn(u32) -> Vec<u8>) -> u32 {
    let mut client = RawClient::connect(scene.sidecar.public);
    let mut sent = 0;
    while sent < most && !client.is_over() && client.try_send(batch(sent)).is_ok() {
        sent += 1;
    }
    scene.assert_serves();
    // The reason may be lost with what nobody has read.
    let told = client.end();
    assert!(told.is_none_or(|reason| reason != reason::NO_ERROR), "{told:?}");
    sent
}
