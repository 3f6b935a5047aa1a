//! Bodies both ways, as they come.

use std::sync::Mutex;
use std::sync::mpsc;

use crate::support::{Multiplexed, RawClient, Scene, eventually};

use super::head;

#[test]
fn bodies_pass_both_ways_whatever_their_length() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        call.receive()?;
        let body = call.request.body.data.clone();
        call.respond(200, &[], &body)
    });
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let token = scene.token();
    for length in [1, 100, 16 * 1024, 16 * 1024 + 1, 65_535, 65_536, 3 << 20] {
        let body: Vec<u8> = (0..length).map(|at: usize| at.to_le_bytes()[0]).collect();
        let answer = client.send("PUT", "/", &[("x-auth-token", &token)], &body);
        assert_eq!(answer.status, 200, "{length}");
        assert!(answer.body == body, "{length}: {} bytes came back", answer.body.len());
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("transfer-encoding"), ["chunked"], "no length was stated");
    }
}

#[test]
fn a_length_that_was_stated_is_passed_on() {
    let scene = Scene::start();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let token = scene.token();
    let fields = [("x-auth-token", &token[..]), ("content-length", "5")];
    assert_eq!(client.send("POST", "/", &fields, b"abcde").status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("content-length"), ["5"]);
    assert_eq!(seen.headers("transfer-encoding"), [""; 0]);
    assert_eq!(seen.body.data, b"abcde");
}

#[test]
fn an_answer_before_the_whole_request_is_passed_on() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        call.respond(413, &[("Connection", "close")], b"too much")?;
        call.discard().map(drop)
    });
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    let changes = [(":method", Some("PUT")), ("content-length", Some("1000000"))];
    client.begin(1, &head(&token, &changes));
    client.data(1, b"start", false);
    client.wait("the answer", |client| {
        client.so_far(1).is_some_and(|answer| answer.body == b"too much")
    });
    assert_eq!(client.so_far(1).unwrap().status(), 413);
    client.ask(3, &head(&token, &[]));
    assert_eq!(client.answer(3).status(), 413, "the connection goes on");
}

#[test]
fn a_service_that_does_not_read_holds_its_own_upload_back_and_no_other_request() {
    let scene = Scene::start();
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    scene.upstream.answer(move |call| {
        if call.request.method() == "PUT" {
            let _ = held.lock().unwrap().recv();
        }
        call.receive()?;
        call.respond(200, &[], b"")
    });
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.begin(1, &head(&token, &[(":method", Some("PUT"))]));
    // What a client may send before anybody has read: the window of a stream.
    for _ in 0..4 {
        client.data(1, &[b'x'; 16 * 1024 - 1], false);
    }
    scene.upstream.wait_for(1);
    client.ask(3, &head(&token, &[]));
    assert_eq!(client.answer(3).status(), 200);
    drop(release);
    client.data(1, b"", true);
    assert_eq!(client.answer(1).status(), 200);
    let seen = scene.upstream.requests();
    let upload = seen.iter().find(|seen| seen.method() == "PUT").unwrap();
    assert_eq!(upload.body.data.len(), 4 * (16 * 1024 - 1));
}

#[test]
fn a_body_of_the_service_that_breaks_off_is_seen_to_break_off() {
    let scene = Scene::start();
    scene.upstream.respond_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    let token = scene.token();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let exchange = client.begin("GET", "/", &[("x-auth-token", &token)], true);
    let broken = client.try_finish(exchange).expect_err("no whole answer");
    assert!(broken.is_reset(), "{broken}");
    scene.upstream.respond(200, &[], b"");
    assert_eq!(client.get("/", &[("x-auth-token", &token)]).status, 200);
}

#[test]
fn d29_a_client_that_gives_a_request_up_frees_the_services_connection() {
    let scene = Scene::start();
    scene.upstream.answer(|call| call.wire.some().map(drop));
    let token = scene.token();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let exchange = client.begin("GET", "/stuck", &[("x-auth-token", &token)], true);
    scene.upstream.wait_for(1);
    drop(exchange);
    scene.upstream.respond(200, &[], b"");
    assert_eq!(client.get("/", &[("x-auth-token", &token)]).status, 200);
    eventually("nobody waits for it", || scene.upstream.open_connections() == 1);
}
