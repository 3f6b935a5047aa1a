//! Group D, from the service: whatever it answers, a client gets its own answer, whole, or none.

use std::sync::{Mutex, mpsc};

use crate::support::{Client, Scene, eventually};

/// One worker, so that the next request could meet the same connection.
const ONE_WORKER: (&str, &str) = ("server.workers", "1");

const EVIL: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL";

#[test]
fn d23_an_answer_that_nobody_asked_for_is_nobodys() {
    let scene = Scene::with(&[ONE_WORKER]);
    let token = scene.token();
    for _ in 0..10 {
        scene.upstream.answer(|call| {
            let own = &b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"[..];
            call.wire.send(&[own, EVIL].concat())
        });
        assert_eq!(scene.sidecar.get_as(&token, "/").text(), "ok");
        let used = scene.upstream.last().connection;
        scene.upstream.respond(200, &[], b"mine");
        assert_eq!(scene.sidecar.get_as(&token, "/").text(), "mine");
        assert_ne!(scene.upstream.last().connection, used, "a connection that said too much");
    }
}

#[test]
fn d23_bytes_on_an_idle_connection_are_its_end() {
    let scene = Scene::with(&[ONE_WORKER]);
    let token = scene.token();
    let (go, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    scene.upstream.answer(move |call| {
        call.respond(200, &[], b"ok")?;
        // Once the client has had its answer.
        let _ = wait.lock().unwrap().recv();
        call.wire.send(EVIL)
    });
    assert_eq!(scene.sidecar.get_as(&token, "/").text(), "ok");
    go.send(()).unwrap();
    eventually("the proxy hangs up", || scene.upstream.open_connections() == 0);
    scene.upstream.respond(200, &[], b"mine");
    assert_eq!(scene.sidecar.get_as(&token, "/").text(), "mine");
}

#[test]
fn d24_a_few_informational_answers_are_not_the_answer() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        for _ in 0..4 {
            call.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            call.wire.send(b"HTTP/1.1 103 Early Hints\r\nLink: </EVIL>\r\n\r\n")?;
        }
        call.respond(200, &[], b"final")
    });
    let mut client = Client::connect(scene.sidecar.public);
    for _ in 0..2 {
        let answer = client.get("/", &[("X-Auth-Token", &scene.token())]);
        assert_eq!((answer.status, answer.text().as_str()), (200, "final"));
        assert_eq!(answer.header("link"), None);
    }
}

#[test]
fn d24_informational_answers_without_end_are_a_502() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        // Until the proxy hangs up.
        loop {
            call.wire.send(b"HTTP/1.1 103 Early Hints\r\nLink: </EVIL>\r\n\r\n")?;
        }
    });
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 502);
    eventually("the proxy hangs up", || scene.upstream.open_connections() == 0);
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}

#[test]
fn d25_a_broken_chunk_of_the_service_is_no_clean_end() {
    let scene = Scene::with(&[ONE_WORKER]);
    let token = scene.token();
    for broken in ["zz\r\n", "5\r\nabcdeX", "fffffffffffffffff\r\n", "-1\r\n", "0x0\r\n\r\n"] {
        let answer = format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n{broken}0\r\n\r\n"
        );
        scene.upstream.answer(move |call| call.wire.send(answer.as_bytes()));
        let mut client = Client::connect(scene.sidecar.public);
        client.ask("GET", "/", &[("X-Auth-Token", &token)]);
        if let Ok(answer) = client.try_response(false) {
            assert_eq!(answer.status, 502, "{broken:?}: {answer:?}");
        }
        let used = scene.upstream.last().connection;
        scene.upstream.respond(200, &[], b"mine");
        assert_eq!(scene.sidecar.get_as(&token, "/").text(), "mine");
        assert_ne!(scene.upstream.last().connection, used, "{broken:?}: kept");
    }
}

#[test]
fn d26_what_follows_an_answer_without_a_body_is_not_the_next_answer() {
    let scene = Scene::with(&[ONE_WORKER]);
    let token = scene.token();
    for (method, head) in [
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 45\r\n\r\n"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 45\r\n\r\n"),
    ] {
        scene.upstream.answer(move |call| call.wire.send(&[head.as_bytes(), EVIL].concat()));
        let mut client = Client::connect(scene.sidecar.public);
        client.ask(method, "/", &[("X-Auth-Token", &token)]);
        let answer = client.try_response(method == "HEAD").unwrap();
        assert!(matches!(answer.status, 200 | 204 | 304 | 502), "{head}: {answer:?}");
        assert!(!answer.text().contains("EVIL"), "{head}: {answer:?}");
        let used = scene.upstream.last().connection;
        scene.upstream.respond(200, &[], b"mine");
        let auth = [("X-Auth-Token", &token[..])];
        assert_eq!(client.get("/", &auth).text(), "mine", "{head}");
        assert_ne!(scene.upstream.last().connection, used, "{head}: kept");
    }
}

#[test]
fn d29_a_client_that_vanishes_in_its_upload_leaves_no_connection_behind() {
    let scene = Scene::with(&[ONE_WORKER]);
    for framing in ["Content-Length: 1000", "Transfer-Encoding: chunked"] {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(format!(
            "POST /upload HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\n{framing}\r\n\r\n5\r\nstart\r\n",
            scene.token()
        ));
        scene.upstream.wait_for(1);
        drop(client);
        eventually("the service is hung up on", || scene.upstream.open_connections() == 0);
        let cut = scene.upstream.last();
        assert!(cut.body.data.is_empty(), "{framing}: half a body is no body");
        scene.assert_serves();
        assert_ne!(scene.upstream.last().connection, cut.connection, "{framing}");
        scene.upstream.sever();
        eventually("all is over", || scene.upstream.open_connections() == 0);
        scene.upstream.forget();
    }
}

#[test]
fn d29_a_client_that_vanishes_in_its_download_leaves_no_connection_behind() {
    let scene = Scene::with(&[ONE_WORKER]);
    scene.upstream.answer(|call| {
        call.wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")?;
        let piece = vec![b'x'; 1 << 16];
        // Until the proxy hangs up.
        (0..1 << 14).try_for_each(|_| call.wire.send(&piece))
    });
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    client.try_head().unwrap();
    drop(client);
    eventually("the service is hung up on", || scene.upstream.open_connections() == 0);
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}
