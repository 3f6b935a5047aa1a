//! A body on its way to the service: streamed as it comes, framed so that it arrives, and given up
//! by whoever has no more use for it.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use crate::support::{Client, Scene, eventually};

const BROKEN: &str = "portcullis_upstream_requests_total{outcome=\"broken\",upstream=\"default\"}";
const CLIENT: &str = "portcullis_upstream_requests_total{outcome=\"client\",upstream=\"default\"}";

#[test]
fn a_chunked_body_arrives_whatever_the_method() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "POST", "PROPFIND"] {
        client.send(format!(
            "{method} /body HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\
             Transfer-Encoding: chunked\r\n\r\n"
        ));
        // Not together with the head, so that nobody can know the length before it is sent.
        scene.upstream.wait_for(1);
        client.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        assert_eq!(client.try_response(method == "HEAD").unwrap().status, 200, "{method}");
        let seen = scene.upstream.last();
        assert_eq!((seen.method(), seen.body.data.as_slice()), (method, &b"abcde"[..]));
        assert_eq!(seen.headers("transfer-encoding"), ["chunked"], "{method}");
        assert_eq!(seen.headers("content-length"), [""; 0], "{method}");
        scene.upstream.forget();
    }
    assert_eq!(scene.upstream.connections(), 1, "each body ended where it should");
}

#[test]
fn a_slow_upload_is_no_slow_answer() {
    let scene = Scene::with(&[("upstream.response_timeout", "1500ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: 8\r\n\r\n",
        scene.token()
    ));
    for _ in 0..8 {
        // Slower in all than the limit, never within one step.
        std::thread::sleep(Duration::from_millis(200));
        client.send("x");
    }
    assert_eq!(client.response().status, 200);
}

#[test]
fn d08_a_clients_broken_chunk_is_its_own_fault_and_not_the_services() {
    let scene = Scene::start();
    let token = scene.token();
    let breaks = ["zz\r\n", "3\r\nabcX\r\n0\r\n\r\n", "fffffffffffffffff\r\n", "-1\r\n", "\r\n"];
    for broken in breaks {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\
             Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        ));
        // The service has begun to read, and waits for the rest.
        scene.upstream.wait_for(1);
        scene.upstream.forget();
        client.send(broken);
        assert_eq!(client.response().status, 400, "{broken}");
        assert!(client.is_closed(), "{broken}: what follows has no beginning");
    }
    assert_eq!((scene.sidecar.metric(CLIENT), scene.sidecar.metric(BROKEN)), (5.0, 0.0));
    scene.assert_serves();
}

#[test]
fn an_answer_before_the_whole_request_is_passed_on() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        call.respond(413, &[("Connection", "close")], b"too much")?;
        // Reads on, so that the answer is not lost with what is unread.
        call.discard().map(drop)
    });
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: 1000000\r\n\r\nstart",
        scene.token()
    ));
    let response = client.response();
    assert_eq!((response.status, response.text().as_str()), (413, "too much"));
}

#[test]
fn d22_an_upload_cut_short_by_a_whole_answer_ends_with_its_connection() {
    // One worker, so that the next request could meet the same connection.
    let scene = Scene::with(&[("server.workers", "1")]);
    let whole = vec![b'x'; 1 << 20];
    let answer = whole.clone();
    scene.upstream.answer(move |call| {
        call.respond(200, &[], &answer)?;
        // Would read on, and take another request after it, if the proxy kept the connection.
        call.receive()
    });
    for framing in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(format!(
            "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\n{framing}\r\n\r\n5\r\nstart\r\n",
            scene.token()
        ));
        let response = client.response();
        assert_eq!(response.status, 200, "{framing}");
        assert!(response.body == whole, "{framing}: {} bytes", response.body.len());
        let cut_short = scene.upstream.last().connection;
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/next").status, 200, "{framing}");
        let next = scene.upstream.last();
        assert_eq!(next.target(), "/next");
        assert_ne!(next.connection, cut_short, "{framing}");
        eventually("nobody waits for the rest", || scene.upstream.open_connections() == 1);
    }
}

#[test]
fn a_client_that_uploads_on_gets_the_whole_answer() {
    let scene = Scene::start();
    // More than the kernel's buffers take, so that some of it is still on its way at the end.
    let whole = vec![b'x'; 16 << 20];
    let answer = whole.clone();
    let (done, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    scene.upstream.answer(move |call| {
        call.respond(200, &[], &answer)?;
        // Reads nothing of the upload, and stays until the client has its answer.
        let _ = held.lock().unwrap().recv();
        call.close();
        Ok(())
    });
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: {}\r\n\r\n",
        scene.token(),
        1_u64 << 32
    ));
    // Looks for an answer only when the proxy takes no more.
    client.stream().set_write_timeout(Some(Duration::from_millis(300))).unwrap();
    let piece = vec![b'y'; 1 << 20];
    let _ = (0..64).try_for_each(|_| client.try_send(&piece));
    let response = client.response();
    assert_eq!(response.status, 200);
    assert!(response.body == whole, "{} bytes", response.body.len());
    drop(done);
    drop(client);
    scene.upstream.respond(200, &[], b"");
    scene.assert_serves();
}
