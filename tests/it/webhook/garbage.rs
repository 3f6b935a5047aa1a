//! What is no review is turned away, by the first thing that is wrong with it, and harms nobody.

use super::{JSON, PATH, Stage, post, reviews};
use crate::support::Client;

#[test]
fn other_paths_methods_and_kinds_of_bodies_are_turned_away() {
    let stage = Stage::start();
    let body = reviews::pod("patch").to_string();
    let mut client = stage.connect();
    let text: &[(&str, &str)] = &[("content-type", "text/json")];
    let gzip: &[(&str, &str)] = &[JSON[0], ("content-encoding", "gzip")];
    for (method, path, fields, status, reason) in [
        ("POST", "/", JSON, 404, "path"),
        ("POST", "/mutate/", JSON, 404, "path"),
        ("POST", "/metrics", JSON, 404, "path"),
        ("GET", "/livez", &[], 404, "path"),
        ("GET", "/mutate", &[], 405, "method"),
        ("PUT", PATH, JSON, 405, "method"),
        ("POST", PATH, &[], 415, "content_type"),
        ("POST", PATH, text, 415, "content_type"),
        ("POST", PATH, gzip, 415, "content_type"),
    ] {
        let before = stage.rejected(reason);
        let body = if method == "GET" { "" } else { &body };
        let answer = client.send(method, path, fields, body.as_bytes());
        assert_eq!(answer.status, status, "{method} {path} {fields:?}");
        assert_eq!(stage.rejected(reason), before + 1.0, "{reason}");
        assert_eq!(answer.headers.get("allow").is_some(), status == 405);
    }
    assert_eq!(stage.judged(), 0);
    stage.assert_serves();
}

#[test]
fn bodies_that_are_no_review_are_400_and_quoted_nowhere() {
    let stage = Stage::start();
    let mut client = stage.connect_plainly();
    let deep = format!("{{\"request\": {}", "[".repeat(100_000));
    let bodies: &[&[u8]] = &[
        b"",
        b"CANARY",
        b"null",
        b"[]",
        b"{}",
        b"{\"request\": null}",
        b"{\"request\": {}}",
        b"{\"request\": {\"uid\": 5}}",
        b"{\"request\": {\"uid\": \"u\"}} {}",
        b"{\"request\": {\"uid\": \"u\", \"uid\": \"v\"}}",
        b"{\"request\": {\"uid\": \"u\", \"object\": \"CANARY\"}}",
        b"{\"request\": {\"uid\": \"\xff\xfe\"}}",
        b"\x1f\x8b\x08\x00\x00",
        deep.as_bytes(),
    ];
    for (at, body) in bodies.iter().enumerate() {
        let before = stage.rejected("malformed");
        let answer = post(&mut client, "/mutate", JSON, body);
        assert_eq!(answer.status, 400, "{at}: {answer:?}");
        assert!(!answer.text().contains("CANARY"));
        assert_eq!(stage.rejected("malformed"), before + 1.0);
    }
    assert_eq!(stage.judged(), 0, "what has no id is not judged");
    let answer = post(&mut client, "/mutate", JSON, reviews::pod("garbage").to_string().as_bytes());
    assert_eq!(answer.status, 400);
    stage.assert_serves();
}

#[test]
fn an_answer_that_is_none_is_500_and_nothing_is_admitted() {
    let stage = Stage::start();
    let mut api_server = stage.connect();
    for (number, wish) in (1_u32..).zip(["nonsense", "panic"]) {
        let body = reviews::pod(wish).to_string();
        let answer = api_server.send("POST", PATH, JSON, body.as_bytes());
        assert_eq!(answer.status, 500, "{wish}");
        assert_eq!(stage.rejected("failed"), f64::from(number));
    }
    let body = reviews::pod("patch").to_string();
    let answer = api_server.send("POST", PATH, JSON, body.as_bytes());
    assert_eq!(answer.status, 200, "the connection lives on");
}

#[test]
fn what_speaks_no_tls_or_no_http_is_cut_off() {
    let stage = Stage::start();
    let mut plain = Client::connect(stage.address);
    plain.send("POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    assert!(plain.try_response(false).is_err(), "no answer in clear");
    let mut client = stage.connect_plainly();
    client.send("\0\0\0\0\r\n\r\n");
    assert_eq!(client.response().status, 400);
    stage.assert_serves();
}
