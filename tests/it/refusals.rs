//! What a refused client is told, to the byte: the answers that keystonemiddleware gives, which
//! clients have come to parse.

use std::time::{Duration, Instant};

use crate::support::{Client, Scene, exchange};

const UNAUTHORIZED: &str = r#"{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}"#;

#[test]
fn a_401_is_keystonemiddlewares_to_the_byte() {
    let scene = Scene::start();
    for fields in [&[][..], &[("X-Auth-Token", "made-up")], &[("Accept", "text/html")]] {
        let response = scene.sidecar.get("/", fields);
        assert_eq!((response.status, response.text().as_str()), (401, UNAUTHORIZED));
        assert_eq!(response.headers("content-length"), ["114"]);
        assert_eq!(response.headers("content-type"), ["application/json"]);
        let challenge = format!("Keystone uri=\"{}\"", scene.keystone.url());
        assert_eq!(response.headers("www-authenticate"), [challenge]);
    }
}

#[test]
fn a_401_to_a_head_states_its_length_and_has_no_body() {
    let scene = Scene::start();
    let request = "HEAD / HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n";
    let answer = String::from_utf8(exchange(scene.sidecar.public, request)).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(answer.to_lowercase().contains("\r\ncontent-length: 114\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n") && !answer.contains("error"), "{answer}");
}

#[test]
fn a_connection_goes_on_after_a_refused_head() {
    let scene = Scene::start();
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("HEAD", "/", &[]);
    assert_eq!(client.response_to_head().status, 401);
    assert_eq!(client.get("/", &[("X-Auth-Token", &scene.token())]).status, 200);
}

#[test]
fn d20_a_refused_client_that_waits_to_send_its_body_hears_the_refusal_alone_and_at_once() {
    let scene = Scene::start();
    let start = Instant::now();
    for token in ["", "X-Auth-Token: made-up\r\n"] {
        for close in ["", "Connection: close\r\n"] {
            let mut client = Client::connect(scene.sidecar.public);
            client.send(format!(
                "PUT / HTTP/1.1\r\nHost: s\r\n{token}{close}Content-Length: 4000\r\n\
                 Expect: 100-continue\r\n\r\n"
            ));
            let response = client.response();
            assert_eq!((response.status, response.text().as_str()), (401, UNAUTHORIZED));
        }
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn d19_a_body_sent_after_its_refusal_is_no_request() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let body = format!("GET /BODY HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\r\n");
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: made-up\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        body.len()
    ));
    assert_eq!(client.response().status, 401);
    // The client may have been closed on, or sends what it announced.
    let _ = client.try_send(&body);
    let _ = client.try_send("GET / HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n");
    while let Ok(response) = client.try_response(false) {
        assert_eq!(response.status, 401, "{response:?}");
    }
    assert_eq!(scene.upstream.count(), 0);
    scene.assert_serves();
}
