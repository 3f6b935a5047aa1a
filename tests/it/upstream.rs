//! The way to the guarded service: connections are reused and replaced, failures are told apart,
//! and nothing that is not safe is sent twice.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use keystone_double::Scope;

use crate::support::{
    Certificate, Client, Keystone, Response, Scene, Scratch, Sidecar, Upstream, eventually, request,
};

#[test]
fn one_client_needs_one_connection() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    for _ in 0..50 {
        assert_eq!(client.get("/", &[("X-Auth-Token", &token)]).status, 200);
    }
    assert_eq!(scene.upstream.connections(), 1);
}

#[test]
fn without_room_for_idle_connections_each_request_gets_a_new_one() {
    let scene = Scene::with(&[("upstream.max_idle", "0")]);
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    for _ in 0..3 {
        assert_eq!(client.get("/", &[("X-Auth-Token", &token)]).status, 200);
    }
    assert_eq!(scene.upstream.connections(), 3);
}

#[test]
fn a_service_that_closes_after_each_answer_gets_a_new_connection() {
    let scene = Scene::start();
    let token = scene.token();
    scene.upstream.respond(200, &[("Connection", "close")], b"bye");
    let mut client = Client::connect(scene.sidecar.public);
    for _ in 0..5 {
        let response = client.get("/", &[("X-Auth-Token", &token)]);
        assert_eq!((response.status, response.text().as_str()), (200, "bye"));
    }
    assert_eq!(scene.upstream.connections(), 5);
}

#[test]
fn a_get_on_a_connection_that_has_died_is_sent_again() {
    let scene = Scene::start();
    let mut client = with_a_connection_that_dies_on_use(&scene);
    let response = client.get("/", &[("X-Auth-Token", &scene.token())]);
    assert_eq!(response.status, 200);
    assert_eq!(scene.upstream.connections(), 2);
    assert_eq!(
        scene.sidecar.metric("portcullis_upstream_retries_total{upstream=\"default\"}"),
        1.0
    );
}

#[test]
fn a_get_that_ends_whoever_serves_it_is_sent_twice_at_most() {
    let scene = Scene::with(&[("server.workers", "1")]);
    keep_connections(&scene, 4);
    let before = scene.upstream.count();
    scene.upstream.answer(|call| {
        call.receive()?;
        call.close();
        Ok(())
    });
    assert_error(&scene.sidecar.get_as(&scene.token(), "/"), 502);
    assert_eq!(scene.upstream.count() - before, 2);
    assert_eq!(scene.upstream.connections(), 5, "the second time on a fresh connection");
}

#[test]
fn a_get_that_was_answered_is_not_sent_again_however_bad_the_answer() {
    let scene = Scene::with(&[("server.workers", "1")]);
    let mut count = 0;
    for answer in ["HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "H"] {
        keep_connections(&scene, 4);
        count += 5;
        scene.upstream.answer(move |call| {
            call.receive()?;
            call.wire.send(answer.as_bytes())?;
            call.close();
            Ok(())
        });
        assert_error(&scene.sidecar.get_as(&scene.token(), "/"), 502);
        assert_eq!(scene.upstream.count(), count, "{answer}");
        scene.upstream.sever();
        eventually("all are closed", || scene.upstream.open_connections() == 0);
    }
}

#[test]
fn d30_a_post_on_a_connection_that_has_died_is_never_sent_again() {
    for body in [&b""[..], b"pay 1"] {
        let scene = Scene::start();
        let mut client = with_a_connection_that_dies_on_use(&scene);
        client.send(request("POST", "/", &[("X-Auth-Token", &scene.token())], body));
        assert_error(&client.response(), 502);
        assert_eq!(scene.upstream.count(), 2, "the first request and one attempt");
    }
}

#[test]
fn connections_closed_while_idle_are_replaced_without_anybody_noticing() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    for method in ["GET", "POST", "GET", "POST"] {
        client.send(request(method, "/", &[("X-Auth-Token", &token)], b""));
        assert_eq!(client.response().status, 200);
        scene.upstream.sever();
    }
    assert_eq!(scene.upstream.connections(), 4);
}

#[test]
fn connections_closed_while_idle_are_let_go_without_any_request() {
    let scene = Scene::start();
    keep_connections(&scene, 4);
    scene.upstream.sever();
    eventually("the proxy closes its side", || scene.upstream.open_connections() == 0);
    scene.assert_serves();
}

#[test]
fn connections_that_nobody_uses_are_closed_in_time_without_any_request() {
    let scene = Scene::with(&[("upstream.idle_timeout", "1s")]);
    keep_connections(&scene, 4);
    eventually("the proxy closes them", || scene.upstream.open_connections() == 0);
    scene.assert_serves();
}

#[test]
fn a_service_that_is_not_there_is_a_502() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let sidecar = Sidecar::before(&upstream, &keystone).start();
    drop(upstream);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    eventually("the port is closed", || sidecar.get_as(&token, "/").status == 502);
    assert_error(&sidecar.get_as(&token, "/"), 502);
    assert_eq!(sidecar.get_as("made-up", "/").status, 401);
}

#[test]
fn nonsense_of_the_service_is_a_502() {
    for nonsense in [
        &b"hello\r\n\r\n"[..],
        b"HTTP/1.1 200\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA b: c\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"",
    ] {
        let scene = Scene::start();
        scene.upstream.respond_raw(nonsense);
        let response = scene.sidecar.get_as(&scene.token(), "/");
        assert_error(&response, 502);
        scene.upstream.respond(200, &[], b"");
        scene.assert_serves();
    }
}

#[test]
fn d25_an_answer_framed_in_two_ways_is_a_502() {
    let scene = Scene::start();
    let token = scene.token();
    for framing in [
        "Content-Length: 13\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 13",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
    ] {
        for method in ["GET", "POST", "HEAD"] {
            let answer = format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
            scene.upstream.answer(move |call| call.wire.send(answer.as_bytes()));
            let mut client = Client::connect(scene.sidecar.public);
            client.ask(method, "/", &[("X-Auth-Token", &token)]);
            let response = client.try_response(method == "HEAD").unwrap();
            assert_eq!(response.status, 502, "{method} {framing}");
            assert!(!response.text().contains("abc"), "{method} {framing}");
            let used = scene.upstream.last().connection;
            scene.upstream.respond(200, &[], b"");
            scene.assert_serves();
            assert_ne!(scene.upstream.last().connection, used, "{method} {framing}: kept");
        }
    }
    let counted = "portcullis_upstream_requests_total{outcome=\"broken\",upstream=\"default\"}";
    assert_eq!(scene.sidecar.metric(counted), 9.0);
}

#[test]
fn a_service_that_does_not_answer_is_a_504() {
    let scene = Scene::with(&[("upstream.response_timeout", "200ms")]);
    scene.upstream.answer(|call| {
        call.receive()?;
        // Until the proxy hangs up.
        call.wire.some().map(drop)
    });
    let start = Instant::now();
    for (method, body) in [("GET", &b""[..]), ("POST", b"x")] {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(request(method, "/", &[("X-Auth-Token", &scene.token())], body));
        assert_error(&client.response(), 504);
    }
    let took = start.elapsed();
    assert!((Duration::from_millis(400)..Duration::from_secs(20)).contains(&took), "{took:?}");
    assert_eq!(scene.upstream.count(), 2, "nothing is sent twice");
}

#[test]
fn d29_a_client_that_leaves_takes_its_request_along() {
    let scene = Scene::start();
    let gone = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = std::sync::Arc::clone(&gone);
    scene.upstream.answer(move |call| {
        call.receive()?;
        if call.wire.some()?.is_empty() {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        call.close();
        Ok(())
    });
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    scene.upstream.wait_for(1);
    drop(client);
    eventually("the service is hung up on", || gone.load(Ordering::SeqCst) == 1);
}

#[test]
fn p09_a_service_on_a_unix_socket_is_reached() {
    let scratch = Scratch::new();
    let keystone = Keystone::start();
    let upstream = Upstream::on_unix_socket(&scratch.path().join("app.sock"));
    let sidecar = Sidecar::before(&upstream, &keystone).start();
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(sidecar.get_as(&token, "/unix").status, 200);
    assert_eq!(upstream.last().header("x-user-name"), Some("alice"));
    assert_eq!(upstream.last().header("host"), Some("service.example"));
}

#[test]
fn a_service_over_tls_is_reached_when_its_signer_is_trusted() {
    let certificate = Certificate::for_loopback();
    let ca_file = certificate.ca_file().display().to_string();
    for (key, value, status) in [
        ("upstream.ca_file", &ca_file[..], 200),
        ("upstream.insecure", "true", 200),
        ("upstream.insecure", "false", 502),
    ] {
        let (keystone, upstream) = (Keystone::start(), Upstream::over_tls(&certificate));
        let sidecar = Sidecar::before(&upstream, &keystone).set(key, value).start();
        let token = keystone.issue("alice", Scope::project("demo")).token();
        assert_eq!(sidecar.get_as(&token, "/").status, status, "{key}: {value}");
        assert_eq!(upstream.count(), usize::from(status == 200));
        let warned = f64::from(value == "true");
        assert_eq!(sidecar.metric("portcullis_config_warnings"), warned, "{key}: {value}");
    }
}

/// Has `count` requests answered at once, so that as many connections to the service lie idle.
#[track_caller]
fn keep_connections(scene: &Scene, count: usize) {
    let together = Barrier::new(count);
    scene.upstream.answer(move |call| {
        call.receive()?;
        together.wait();
        call.respond(200, &[], b"")
    });
    let mut clients: Vec<_> = (0..count).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut clients {
        client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    }
    for client in &mut clients {
        assert_eq!(client.response().status, 200);
    }
    assert_eq!(scene.upstream.open_connections(), count);
    scene.upstream.respond(200, &[], b"");
}

/// A client whose next request meets a pooled connection that the service closes on reading it.
#[track_caller]
fn with_a_connection_that_dies_on_use(scene: &Scene) -> Client {
    scene.upstream.answer(|call| {
        call.receive()?;
        // The second request on a connection is read and not answered.
        let known = call.request.target() == "/first" || call.request.connection > 1;
        if !known {
            call.close();
            return Ok(());
        }
        call.respond(200, &[], b"")
    });
    let mut client = Client::connect(scene.sidecar.public);
    assert_eq!(client.get("/first", &[("X-Auth-Token", &scene.token())]).status, 200);
    client
}

/// OpenStack's error shape, which says nothing about why.
#[track_caller]
fn assert_error(response: &Response, status: u16) {
    assert_eq!(response.status, status, "{response:?}");
    assert_eq!(response.json()["error"]["code"], status);
    assert!(!response.text().contains("127.0.0.1"));
}
