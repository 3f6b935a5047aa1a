//! A service that breaks the rules of HTTP/1.1: what it says reaches nobody whom it is not meant
//! for, and what is broken is never passed on as whole. Named after the rows of the catalogue of
//! attacks.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use keystone_double::Scope;

use crate::support::{Client, Keystone, Scene, Sidecar, Upstream, eventually, lines, request};

const BROKEN: &str = "portcullis_upstream_requests_total{outcome=\"broken\",upstream=\"default\"}";
const SHED: &str = "portcullis_upstream_requests_total{outcome=\"shed\",upstream=\"default\"}";
const CUT: &str =
    "portcullis_upstream_responses_aborted_total{cause=\"broken\",upstream=\"default\"}";
const PENDING: &str = "portcullis_upstream_requests_in_flight{upstream=\"default\"}";

/// With one worker, so that every request could meet the connection of the one before.
fn scene() -> Scene {
    Scene::with(&[("server.workers", "1")])
}

#[test]
fn d22_an_answer_before_the_body_was_read_ends_its_connection() {
    let scene = scene();
    scene.upstream.answer(|call| {
        call.respond(200, &[], b"early")?;
        // Would take what is left of the body for another request.
        call.wire.some().map(drop)
    });
    let mut client = Client::connect(scene.sidecar.public);
    let token = scene.token();
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nContent-Length: 500\r\n\r\nGET /"
    ));
    assert_eq!(client.response().text(), "early");
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
    assert_eq!(scene.upstream.last().connection, 2);
}

#[test]
fn d23_what_follows_an_answer_is_given_to_nobody() {
    let scene = scene();
    let token = scene.token();
    for extra in ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "x", "\r\n\r\n"] {
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood{extra}");
        scene.upstream.answer(move |call| {
            call.receive()?;
            call.wire.send(answer.as_bytes())
        });
        let first = scene.sidecar.get_as(&token, "/first");
        assert_eq!(first.text(), "good");
        let used = scene.upstream.last().connection;
        scene.upstream.respond(200, &[], b"own");
        let second = scene.sidecar.get_as(&token, "/second");
        assert_eq!((second.status, second.text().as_str()), (200, "own"), "{extra:?}");
        assert_ne!(scene.upstream.last().connection, used, "{extra:?}: kept");
    }
}

#[test]
fn d24_a_change_of_protocol_that_nobody_asked_for_is_a_502() {
    let scene = scene();
    let token = scene.token();
    for answer in [
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nraw",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ] {
        scene.upstream.answer(move |call| call.wire.send(answer.as_bytes()));
        let response = scene.sidecar.get_as(&token, "/");
        assert_eq!(response.status, 502);
        assert!(!response.text().contains("raw"));
        let used = scene.upstream.last().connection;
        scene.upstream.respond(200, &[], b"");
        scene.assert_serves();
        assert_ne!(scene.upstream.last().connection, used, "kept");
    }
}

#[test]
fn d24_interim_answers_are_dropped_and_not_without_end() {
    let scene = scene();
    let token = scene.token();
    for interim in [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n",
        "HTTP/1.1 199 Whatever\r\n\r\n",
    ] {
        for (count, status) in [(1, 200), (10, 200), (11, 502), (2_000, 502)] {
            let answer = interim.repeat(count);
            scene.upstream.answer(move |call| {
                call.receive()?;
                call.wire.send(answer.as_bytes())?;
                call.respond(200, &[], b"end")
            });
            let response = scene.sidecar.get_as(&token, "/");
            assert_eq!(response.status, status, "{count} x {interim}");
            assert!(!response.head.line.contains("103"));
        }
    }
    assert_eq!(scene.sidecar.metric(BROKEN), 6.0, "nothing is sent twice for it");
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}

#[test]
fn d25_an_answer_whose_length_is_in_doubt_is_a_502() {
    let scene = scene();
    let token = scene.token();
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nContent-Length: 3, 4\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Len",
    ] {
        scene.upstream.respond_raw(answer.as_bytes());
        let response = scene.sidecar.get_as(&token, "/");
        assert_eq!(response.status, 502, "{answer}");
        assert!(!response.text().contains("abc"), "{answer}");
    }
}

#[test]
fn d25_a_length_is_passed_on_once_and_plainly_or_not_at_all() {
    let scene = scene();
    let token = scene.token();
    for (method, framing, body, passed) in [
        ("GET", "Content-Length: 2, 2", "ok", true),
        ("GET", "Content-Length: 02", "ok", true),
        ("HEAD", "Content-Length: 2\r\nContent-Length: 2", "", true),
        ("HEAD", "Content-Length: 2, 2", "", true),
        ("HEAD", "Content-Length: 2\r\nContent-Length: 3", "", false),
        ("HEAD", "Content-Length: abc", "", false),
        ("HEAD", "Content-Length: -1", "", false),
        ("GET", "Transfer-Encoding: gzip, chunked", "2\r\nok\r\n0\r\n\r\n", false),
        ("GET", "Transfer-Encoding: chunked, chunked", "2\r\nok\r\n0\r\n\r\n", false),
        (
            "GET",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "2\r\nok\r\n0\r\n\r\n",
            false,
        ),
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{framing}\r\n\r\n{body}");
        scene.upstream.respond_raw(answer.as_bytes());
        let mut client = Client::connect(scene.sidecar.public);
        client.ask(method, "/", &[("X-Auth-Token", &token)]);
        let response = client.try_response(method == "HEAD").unwrap();
        if passed {
            assert_eq!(response.status, 200, "{method} {framing}");
            let lengths: Vec<_> = lines(&response.head.fields, "content-length");
            assert_eq!(lengths, ["2"], "{method} {framing}");
        } else {
            assert_eq!(response.status, 502, "{method} {framing}");
        }
    }
}

#[test]
fn d25_half_an_answer_of_an_old_service_does_not_look_whole() {
    let scene = Scene::with(&[("server.workers", "1"), ("upstream.body_timeout", "200ms")]);
    let token = scene.token();
    for length in ["", "Connection: close\r\n"] {
        let answer = format!("HTTP/1.0 200 OK\r\n{length}\r\nhalf");
        scene.upstream.answer(move |call| {
            call.receive()?;
            call.wire.send(answer.as_bytes())?;
            // Until the proxy has had enough.
            call.wire.some().map(drop)
        });
        let mut client = Client::connect(scene.sidecar.public);
        client.ask("GET", "/", &[("X-Auth-Token", &token)]);
        let error = client.try_response(false).expect_err("half is not all");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}

#[test]
fn d25_half_an_answer_to_an_old_client_does_not_look_whole() {
    let scene = scene();
    let token = scene.token();
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    scene.upstream.answer(move |call| {
        call.receive()?;
        call.wire.send(answer)?;
        call.close();
        Ok(())
    });
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!("GET / HTTP/1.0\r\nHost: s\r\nX-Auth-Token: {token}\r\n\r\n"));
    let error = client.try_response(false).expect_err("half is not all");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn an_answer_of_an_old_service_keeps_its_client_connected() {
    let scene = scene();
    let token = scene.token();
    scene.upstream.respond_raw(b"HTTP/1.0 200 OK\r\n\r\nall of it");
    let mut client = Client::connect(scene.sidecar.public);
    for _ in 0..2 {
        let response = client.get("/", &[("X-Auth-Token", &token)]);
        assert_eq!(response.head.line, "HTTP/1.1 200 OK");
        assert_eq!(response.text(), "all of it");
    }
}

#[test]
fn d25_an_answer_that_breaks_off_is_never_passed_on_as_whole() {
    let scene = scene();
    let token = scene.token();
    let mut count = 0.0;
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n9\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalfX\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\nbroken",
    ] {
        count += 1.0;
        scene.upstream.respond_raw(answer.as_bytes());
        let mut client = Client::connect(scene.sidecar.public);
        client.ask("GET", "/", &[("X-Auth-Token", &token)]);
        // The head may be out already, or not: a broken end in one piece with it is a 502.
        match client.try_response(false) {
            Ok(response) => assert_eq!(response.status, 502, "{answer}: {response:?}"),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{answer}"),
        }
    }
    eventually("all are counted", || {
        scene.sidecar.metric(CUT) + scene.sidecar.metric(BROKEN) == count
    });
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}

#[test]
fn d26_a_body_where_there_can_be_none_ends_its_connection() {
    let scene = scene();
    let token = scene.token();
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 4\r\n\r\nevil");
        scene.upstream.answer(move |call| call.wire.send(answer.as_bytes()));
        let mut client = Client::connect(scene.sidecar.public);
        client.ask(method, "/", &[("X-Auth-Token", &token)]);
        let response = client.try_response(method == "HEAD").unwrap();
        assert_eq!((response.status, response.text().as_str()), (status, ""));
        let used = scene.upstream.last().connection;
        scene.upstream.respond(200, &[], b"own");
        assert_eq!(scene.sidecar.get_as(&token, "/next").text(), "own", "{method} {status}");
        assert_ne!(scene.upstream.last().connection, used, "{method} {status}: kept");
        client.ask("GET", "/again", &[("X-Auth-Token", &token)]);
        assert_eq!(client.response().text(), "own", "{method} {status}");
    }
}

#[test]
fn d30_a_post_on_a_connection_that_has_gone_stale_arrives_once_at_most() {
    for (method, body, times) in [("POST", "", 1), ("POST", "pay 1", 1), ("GET", "", 2)] {
        let scene = scene();
        scene.assert_serves();
        scene.upstream.answer(|call| {
            call.receive()?;
            // Read, and no answer but the end of the connection.
            if call.request.connection == 1 {
                call.close();
                return Ok(());
            }
            call.respond(200, &[], b"")
        });
        let mut client = Client::connect(scene.sidecar.public);
        let token = scene.token();
        client.send(request(method, "/pay", &[("X-Auth-Token", &token)], body.as_bytes()));
        let status = client.response().status;
        assert_eq!(status, if times == 1 { 502 } else { 200 }, "{method} {body}");
        let asked = scene.upstream.requests();
        let arrived = asked.iter().filter(|request| request.target() == "/pay").count();
        assert_eq!(arrived, times, "{method} {body}");
    }
}

#[test]
fn g09_a_service_that_is_stuck_takes_no_more_than_its_share() {
    let scene = Scene::with(&[("upstream.max_pending", "2")]);
    let released = Arc::new((Mutex::new(false), Condvar::new()));
    let gate = Arc::clone(&released);
    scene.upstream.answer(move |call| {
        call.receive()?;
        let (open, changed) = &*gate;
        let patience = Duration::from_mins(1);
        let open = open.lock().unwrap();
        drop(changed.wait_timeout_while(open, patience, |open| !*open).unwrap());
        call.respond(200, &[], b"late")
    });
    let token = scene.token();
    let mut stuck: Vec<_> = (0..2).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut stuck {
        client.ask("GET", "/", &[("X-Auth-Token", &token)]);
    }
    scene.upstream.wait_for(2);
    assert_eq!(scene.sidecar.metric(PENDING), 2.0);
    let start = Instant::now();
    for _ in 0..50 {
        let refused = scene.sidecar.get_as(&token, "/");
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
        assert_eq!(refused.json()["error"]["code"], 503);
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!((scene.upstream.count(), scene.sidecar.metric(SHED)), (2, 50.0));
    *released.0.lock().unwrap() = true;
    released.1.notify_all();
    for client in &mut stuck {
        assert_eq!(client.response().text(), "late");
    }
    eventually("both places are free", || scene.sidecar.metric(PENDING) == 0.0);
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}

#[test]
fn p10_a_name_is_looked_up_for_each_connection() {
    let both = ("localhost", 1).to_socket_addrs().is_ok_and(|addresses| {
        let addresses: Vec<SocketAddr> = addresses.collect();
        addresses.iter().any(SocketAddr::is_ipv4) && addresses.iter().any(SocketAddr::is_ipv6)
    });
    if !both {
        // A host without IPv6 has but one place that a name could move to.
        return;
    }
    // The same port at the other address of the name; whoever holds it there already is not ours.
    let (old, new) = std::iter::repeat_with(|| {
        let old = Upstream::start();
        let port = old.url().rsplit(':').next().unwrap().to_owned();
        std::net::TcpListener::bind(format!("[::1]:{port}")).is_ok().then_some((old, port))
    })
    .take(20)
    .flatten()
    .next()
    .expect("a port that is free at both addresses");
    let keystone = Keystone::start();
    let url = format!("http://localhost:{new}");
    let sidecar = Sidecar::before(&old, &keystone).set("upstream.url", url).start();
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(sidecar.get_as(&token, "/").status, 200);
    drop(old);
    let moved = Upstream::at(&format!("[::1]:{new}"));
    eventually("the name's other address is found", || sidecar.get_as(&token, "/").status == 200);
    assert!(moved.count() > 0);
}
