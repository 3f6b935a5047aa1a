//! Clients that take nothing, or little: their streams end alone, and hold nobody's connection.

use std::time::{Duration, Instant};

use crate::support::frames::{Outcome, frame, kind, setting};
use crate::support::{RawClient, Scene, eventually};

use super::head;

const LIMIT: (&str, &str) = ("server.write_timeout", "300ms");
const CUT: &str = "portcullis_connections_cut_total{reason=\"write_timeout\"}";

#[test]
fn f08_a_stream_whose_window_never_opens_is_reset_and_the_services_connection_is_free() {
    let scene = Scene::with(&[LIMIT]);
    let token = scene.token();
    let mut client = RawClient::with(scene.sidecar.public, &[(setting::INITIAL_WINDOW_SIZE, 0)]);
    for body in [vec![b'x'; 10], vec![b'x'; 1 << 20]] {
        let stream = if body.len() == 10 { 1 } else { 3 };
        scene.upstream.respond(200, &[], &body);
        let start = Instant::now();
        client.ask(stream, &head(&token, &[]));
        let outcome = client.outcome(stream);
        assert!(matches!(outcome, Outcome::Reset(_)), "{outcome:?}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        assert_eq!(client.so_far(stream).unwrap().status(), 200, "the head needs no window");
    }
    eventually("the service is free", || scene.upstream.open_connections() <= 1);
    let idle = "portcullis_http_requests_in_flight{listener=\"public\"}";
    eventually("nothing is in flight", || scene.sidecar.metric(idle) == 0.0);
    assert_eq!(scene.sidecar.metric(CUT), 0.0, "the connection goes on");
    scene.upstream.respond(204, &[], b"");
    client.ask(5, &head(&token, &[]));
    assert_eq!(client.answer(5).status(), 204);
}

#[test]
fn f08_a_window_that_opens_once_and_no_more_is_no_way_round() {
    let scene = Scene::with(&[LIMIT]);
    scene.upstream.respond(200, &[], &vec![b'x'; 1 << 20]);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.ask(1, &head(&token, &[]));
    let outcome = client.outcome(1);
    assert!(matches!(outcome, Outcome::Reset(_)), "{outcome:?}");
    assert_eq!(client.so_far(1).unwrap().body.len(), 65_535, "all that it allowed");
}

#[test]
fn f08_an_answer_that_fits_into_one_frame_is_no_way_round() {
    let scene = Scene::with(&[LIMIT]);
    scene.upstream.respond(200, &[], &vec![b'x'; 4 * 1024]);
    let token = scene.token();
    // Room for some of it: were it handed on whole, nobody would look after it any more.
    let mut client = RawClient::with(scene.sidecar.public, &[(setting::INITIAL_WINDOW_SIZE, 1500)]);
    client.ask(1, &head(&token, &[]));
    let outcome = client.outcome(1);
    assert!(matches!(outcome, Outcome::Reset(_)), "{outcome:?}");
    assert_eq!(client.so_far(1).unwrap().body.len(), 1500, "all that it allowed");
    let idle = "portcullis_http_requests_in_flight{listener=\"public\"}";
    eventually("nothing is in flight", || scene.sidecar.metric(idle) == 0.0);
}

#[test]
fn f08_refusals_that_nobody_takes_are_reset_too() {
    let scene = Scene::with(&[LIMIT]);
    let mut client = RawClient::with(scene.sidecar.public, &[(setting::INITIAL_WINDOW_SIZE, 0)]);
    client.ask(1, &head("made-up", &[]));
    let outcome = client.outcome(1);
    assert!(matches!(outcome, Outcome::Reset(_)), "{outcome:?}");
    assert_eq!(client.so_far(1).unwrap().status(), 401);
}

#[test]
fn g03_a_reader_that_takes_a_little_within_each_timeout_gets_all_of_the_answer() {
    const BODY: usize = 256 * 1024;
    const STEP: usize = 16 * 1024;
    let scene = Scene::with(&[("server.write_timeout", "2s")]);
    scene.upstream.respond(200, &[], &vec![b'x'; BODY]);
    let token = scene.token();
    let window = u32::try_from(STEP).unwrap();
    let mut client =
        RawClient::with(scene.sidecar.public, &[(setting::INITIAL_WINDOW_SIZE, window)]);
    client.send(frame(kind::WINDOW_UPDATE, 0, 0, &(1_u32 << 24).to_be_bytes()));
    client.ask(1, &head(&token, &[]));
    let start = Instant::now();
    for taken in 1..=BODY / STEP {
        client.wait("the next piece", |client| {
            client.so_far(1).is_some_and(|answer| answer.body.len() >= taken * STEP)
        });
        // The reader's pace: slower in all than the limit, never within one step.
        std::thread::sleep(Duration::from_millis(150));
        let more = [0, 1].map(|stream| {
            let step = u32::try_from(STEP).unwrap();
            frame(kind::WINDOW_UPDATE, 0, stream, &step.to_be_bytes())
        });
        let _ = client.try_send(more.concat());
    }
    assert!(start.elapsed() > Duration::from_secs(2));
    assert_eq!(client.answer(1).body.len(), BODY);
}

#[test]
fn g03_a_client_that_reads_nothing_of_its_connection_is_let_go() {
    let scene = Scene::with(&[LIMIT, ("server.keepalive_timeout", "300ms")]);
    scene.upstream.respond(200, &[], &vec![b'x'; 32 << 20]);
    let token = scene.token();
    let wide = (1 << 31) - 1;
    let mut client = RawClient::with(scene.sidecar.public, &[(setting::INITIAL_WINDOW_SIZE, wide)]);
    client.send(frame(kind::WINDOW_UPDATE, 0, 0, &(1_u32 << 30).to_be_bytes()));
    client.ask(1, &head(&token, &[]));
    // Not another look at it: the kernel's buffers fill up. The stream is reset, and then the
    // connection is stuck, or idle if the kernel has just taken the last word about the stream.
    let open = "portcullis_connections{listener=\"public\"}";
    scene.upstream.wait_for(1);
    eventually("it is let go", || scene.sidecar.metric(open) == 0.0);
    let idle = "portcullis_connections_cut_total{reason=\"idle\"}";
    assert_eq!(scene.sidecar.metric(CUT) + scene.sidecar.metric(idle), 1.0);
    eventually("the service is free", || scene.upstream.open_connections() == 0);
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}

#[test]
fn g04_a_connection_without_requests_is_idle_whatever_else_it_says() {
    let scene = Scene::with(&[("server.keepalive_timeout", "300ms")]);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.ask(1, &head(&token, &[]));
    assert_eq!(client.answer(1).status(), 200);
    let start = Instant::now();
    let ping = frame(kind::PING, 0, 0, &[7; 8]);
    while !client.is_over() && client.goaway().is_none() {
        assert!(start.elapsed() < Duration::from_secs(20), "kept by PINGs alone");
        let _ = client.try_send(&ping);
        // The pace of a client that keeps its line alive.
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(client.end(), Some(0), "in good order");
    scene.assert_serves();
}
