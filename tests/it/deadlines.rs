//! How long anybody may take over a body: whoever keeps the other waiting is let go, and what has
//! not ended is not passed on as if it had.

use std::io;
use std::time::{Duration, Instant};

use crate::support::{Client, DEADLINE, Scene, eventually, request};

const IDLE: &str =
    "portcullis_upstream_responses_aborted_total{cause=\"idle\",upstream=\"default\"}";
const TOTAL: &str =
    "portcullis_upstream_responses_aborted_total{cause=\"total\",upstream=\"default\"}";
const STALLED: &str =
    "portcullis_upstream_responses_aborted_total{cause=\"client\",upstream=\"default\"}";
const CLIENT: &str = "portcullis_upstream_requests_total{outcome=\"client\",upstream=\"default\"}";

const LENGTH: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
const CHUNKS: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";

#[test]
fn an_answer_that_stalls_is_broken_off() {
    let scene = Scene::with(&[("upstream.body_timeout", "200ms")]);
    for start in [LENGTH, CHUNKS] {
        scene.upstream.answer(move |call| {
            call.wire.send(start)?;
            // Until the proxy hangs up.
            call.wire.some().map(drop)
        });
        let begun = Instant::now();
        assert_broken_off(&scene);
        let took = begun.elapsed();
        assert!((Duration::from_millis(200)..Duration::from_secs(20)).contains(&took), "{took:?}");
    }
    assert_eq!(scene.sidecar.metric(IDLE), 2.0);
    eventually("the service is hung up on", || scene.upstream.open_connections() == 0);
}

#[test]
fn an_answer_that_pauses_for_less_comes_whole() {
    for (limit, pause) in [("2400ms", 260), ("off", 300)] {
        let scene = Scene::with(&[("upstream.body_timeout", limit)]);
        scene.upstream.answer(move |call| {
            call.wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")?;
            for _ in 0..10 {
                // The answer's own pace: longer than the limit in all, never within one step.
                std::thread::sleep(Duration::from_millis(pause));
                call.wire.send(b"x")?;
            }
            Ok(())
        });
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").text(), "xxxxxxxxxx", "{limit}");
    }
}

#[test]
fn an_exchange_that_takes_too_long_in_all_is_broken_off() {
    let scene = Scene::with(&[("upstream.total_timeout", "1500ms")]);
    scene.upstream.answer(|call| {
        call.wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")?;
        loop {
            std::thread::sleep(Duration::from_millis(20));
            call.wire.send(b"x")?;
        }
    });
    assert_broken_off(&scene);
    assert_eq!(scene.sidecar.metric(TOTAL), 1.0);
    scene.upstream.answer(|call| call.wire.some().map(drop));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 504);
}

#[test]
fn g02_a_client_that_stalls_its_upload_is_told_so_and_let_go() {
    let scene = Scene::with(&[("server.body_timeout", "200ms")]);
    for framing in
        ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"]
    {
        let mut client = Client::connect(scene.sidecar.public);
        let token = scene.token();
        client.send(format!("PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n{framing}"));
        let response = client.response();
        assert_eq!((response.status, response.header("connection")), (408, Some("close")));
        assert_eq!(response.json()["error"]["code"], 408);
        assert!(client.is_closed(), "{framing}");
    }
    eventually("the service is hung up on", || scene.upstream.open_connections() == 0);
    assert_eq!(scene.sidecar.metric(CLIENT), 2.0);
    scene.assert_serves();
}

#[test]
fn a_client_that_stalls_after_the_answer_has_begun_ends_the_answer() {
    let scene = Scene::with(&[("server.body_timeout", "2s")]);
    scene.upstream.answer(|call| {
        call.wire.send(LENGTH)?;
        call.receive()
    });
    let mut client = Client::connect(scene.sidecar.public);
    let token = scene.token();
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nContent-Length: 100\r\n\r\nhalf"
    ));
    let broken = client.try_response(false).map(|response| response.text());
    assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(scene.sidecar.metric(STALLED), 1.0);
}

#[test]
fn a_service_that_takes_no_upload_is_not_the_clients_fault() {
    let limits = [("server.body_timeout", "1s"), ("upstream.response_timeout", "2500ms")];
    let scene = Scene::with(&limits);
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    scene.upstream.answer(move |_| {
        // Reads nothing until the test is over.
        let _ = wait.lock().unwrap().recv_timeout(DEADLINE);
        Err(io::Error::other("over"))
    });
    let mut client = Client::connect(scene.sidecar.public);
    let body = vec![b'x'; 64 << 20];
    let upload = request("PUT", "/", &[("X-Auth-Token", &scene.token())], &body);
    std::thread::scope(|scope| {
        let mut writer = Client::over(client.stream().try_clone().unwrap());
        // More than all buffers on the way take, so it is stuck as long as the service is.
        scope.spawn(move || writer.try_send(upload));
        assert_eq!(client.response().status, 504);
        client.stream().shutdown(std::net::Shutdown::Both).unwrap();
    });
    drop(done);
}

#[test]
fn g02_a_body_that_drips_is_too_slow_whatever_it_calls_itself() {
    let limits = [("server.body_timeout", "300ms"), ("server.body_min_rate", "1000")];
    // A call of gRPC is one over HTTP/2 alone; tests/it/upstream_http2.rs has that.
    let kinds = ["text/plain", "application/grpc+proto", "application/grpc-web"];
    for (kind, status) in kinds.map(|kind| (kind, 408)) {
        let scene = Scene::with(&limits);
        let mut client = Client::connect(scene.sidecar.public);
        let token = scene.token();
        client.send(format!(
            "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nContent-Type: {kind}\r\n\
             Content-Length: 60\r\n\r\n"
        ));
        for _ in 0..60 {
            // A byte now and then, never a pause that is too long.
            std::thread::sleep(Duration::from_millis(30));
            if client.try_send("x").is_err() {
                break;
            }
        }
        assert_eq!(client.response().status, status, "{kind}");
    }
}

#[test]
fn a_body_that_is_slow_and_fast_enough_arrives() {
    for rate in ["100", "0"] {
        let scene = Scene::with(&[("server.body_timeout", "2s"), ("server.body_min_rate", rate)]);
        let mut client = Client::connect(scene.sidecar.public);
        let token = scene.token();
        client.send(format!(
            "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nContent-Length: 1000\r\n\r\n"
        ));
        for _ in 0..10 {
            // Longer than the limit in all, never within one step.
            std::thread::sleep(Duration::from_millis(250));
            client.send([b'x'; 100]);
        }
        assert_eq!(client.response().status, 200);
    }
}

/// An answer has a head and half a body, and then the connection ends.
#[track_caller]
fn assert_broken_off(scene: &Scene) {
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    let broken = client.try_response(false).map(|response| response.text());
    assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}
