//! A slow reader is no idle client: as long as it takes something within each timeout it gets the
//! whole answer, however long ago the service was done with it. Who takes nothing is let go.

use std::io::Read;
use std::time::{Duration, Instant};

use crate::support::{Client, Scene, eventually, request};

const OPEN: &str = "portcullis_connections{listener=\"public\"}";
const IN_FLIGHT: &str = "portcullis_http_requests_in_flight{listener=\"public\"}";

/// More than the kernel's buffers of such a connection take, so that some of it stays with us.
const BODY: usize = 900 * 1024;
const LIMIT: Duration = Duration::from_secs(2);

#[test]
fn g03_a_reader_that_takes_a_good_part_within_each_timeout_gets_all_of_the_answer() {
    gets_all_of_it_by_steps_of(20 * 1024);
}

#[test]
fn g03_a_reader_that_takes_a_little_within_each_timeout_gets_all_of_the_answer() {
    gets_all_of_it_by_steps_of(2 * 1024);
}

#[test]
fn g03_a_reader_that_takes_nothing_for_the_whole_timeout_is_let_go() {
    // Before it has taken nothing for the first time.
    let start = Instant::now();
    let (scene, client) = handed_over();
    eventually("it is let go", || scene.sidecar.metric(OPEN) == 0.0);
    let took = start.elapsed();
    assert!((LIMIT..10 * LIMIT).contains(&took), "{took:?}");
    drop(client);
    scene.assert_serves();
}

#[test]
fn a_service_that_is_slow_to_go_on_is_waited_for() {
    let scene = Scene::with(&[("server.header_timeout", "1s"), ("server.keepalive_timeout", "1s")]);
    scene.upstream.answer(|call| {
        call.wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")?;
        // The answer's own pace, longer than what a silent client is given.
        std::thread::sleep(Duration::from_millis(2500));
        call.wire.send(b"-last")
    });
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").text(), "first-last");
}

#[test]
fn g03_a_reader_that_takes_nothing_of_a_long_answer_is_let_go_and_the_service_is_free() {
    let scene = Scene::with(&[("server.write_timeout", "300ms")]);
    scene.upstream.respond(200, &[], &vec![b'x'; 32 << 20]);
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    scene.upstream.wait_for(1);
    // The kernel's buffers hold some of it, and then nothing moves.
    eventually("it is let go", || scene.sidecar.metric(OPEN) == 0.0);
    let cut = "portcullis_connections_cut_total{reason=\"write_timeout\"}";
    assert_eq!(scene.sidecar.metric(cut), 1.0);
    eventually("the service is free", || scene.upstream.open_connections() == 0);
    drop(client);
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}

/// Reads `step` bytes, well within each timeout, from when the answer is in our buffers alone.
#[track_caller]
fn gets_all_of_it_by_steps_of(step: usize) {
    let (_scene, client) = handed_over();
    let mut answer = Vec::new();
    let mut piece = vec![0; step];
    let start = Instant::now();
    // Twice as long as silence would be suffered, then as fast as it goes.
    while start.elapsed() < 2 * LIMIT + LIMIT / 2 {
        client.stream().read_exact(&mut piece).expect("the connection is kept");
        answer.extend_from_slice(&piece);
        // The reader's pace.
        std::thread::sleep(LIMIT / 8);
    }
    while let Ok(read @ 1..) = client.stream().read(&mut piece) {
        answer.extend_from_slice(&piece[..read]);
    }
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    assert_eq!(answer.len() - body, BODY, "the answer is cut short");
}

/// A client that has asked and read nothing, while the service is done with the answer.
#[track_caller]
fn handed_over() -> (Scene, Client) {
    let limit = format!("{}ms", LIMIT.as_millis());
    let scene = Scene::with(&[
        ("server.keepalive_timeout", &limit[..]),
        ("server.header_timeout", &limit),
        ("server.write_timeout", &limit),
        ("server.max_header_bytes", "1MiB"),
    ]);
    scene.upstream.respond(200, &[], &vec![b'x'; BODY]);
    let mut client = Client::over(Client::narrow(scene.sidecar.public));
    let close = [("X-Auth-Token", &scene.token()[..]), ("Connection", "close")];
    client.send(request("GET", "/", &close, b""));
    scene.upstream.wait_for(1);
    eventually("the answer is handed over", || scene.sidecar.metric(IN_FLIGHT) == 0.0);
    (scene, client)
}
