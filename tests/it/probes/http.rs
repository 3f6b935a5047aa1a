//! Probes over HTTP: what the application sees, and which of its answers are good.

use super::{NOBODY, Stage};
use crate::support::{Certificate, Client, Scratch, Sidecar, Upstream, get};

#[test]
fn the_application_is_asked_for_what_is_configured_and_for_nothing_of_the_client() {
    let app = Upstream::start();
    let stage = Stage::with(&[("app/live", format!("{}/live?a=b", app.url()))]);
    let fields = [("X-Auth-Token", "CANARY"), ("Host", "evil.example"), ("Cookie", "CANARY")];
    let response = get(stage.0.telemetry, "/probe/app/live?path=/admin", &fields);
    assert_eq!((response.status, &response.text()[..]), (200, "the application answers 200\n"));
    let request = app.last();
    assert_eq!((request.method(), request.target()), ("GET", "/live?a=b"));
    let mut names: Vec<_> =
        request.head.fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["accept", "connection", "host", "user-agent"]);
    let agent = concat!("portcullis-probe/", env!("CARGO_PKG_VERSION"));
    assert_eq!(request.header("user-agent"), Some(agent));
    assert_eq!(request.header("host"), Some(&app.url()["http://".len()..]));
}

#[test]
fn headers_that_are_configured_are_sent_and_cover_our_own() {
    let app = Upstream::start();
    let yaml = format!(
        "{NOBODY}telemetry:\n  listen: 127.0.0.1:0\n  probes:\n    app:\n      url: {}/x\n      \
         headers: {{Host: app.example, User-Agent: kube-probe/1.31, X-A: [one, 'two, three']}}\n",
        app.url()
    );
    let sidecar = Sidecar::start(&yaml);
    assert_eq!(get(sidecar.telemetry, "/probe/app", &[]).status, 200);
    let request = app.last();
    assert_eq!(request.header("host"), Some("app.example"));
    assert_eq!(request.header("user-agent"), Some("kube-probe/1.31"));
    let fields = &request.head.fields;
    let values: Vec<_> = fields.iter().filter(|(name, _)| name == "x-a").collect();
    assert_eq!(values.len(), 2, "{fields:?}");
    assert_eq!(values[1].1, b"two, three");
}

#[test]
fn two_and_three_hundreds_are_good_and_all_else_is_not() {
    let app = Upstream::start();
    let stage = Stage::with(&[("app", format!("{}/healthz", app.url()))]);
    for status in [200, 204, 299, 301, 302, 399] {
        app.respond(status, &[("Location", "http://127.0.0.1:1/elsewhere")], b"");
        stage.expect("app", 200, &format!("answers {status}"));
    }
    for status in [400, 401, 404, 500, 503] {
        app.respond(status, &[], b"the application's own words");
        stage.expect("app", 503, &format!("answers {status}"));
        assert!(!stage.ask("app").text().contains("own words"));
    }
    assert!(app.requests().iter().all(|request| request.target() == "/healthz"), "no redirect");
}

#[test]
fn a_certificate_that_nobody_has_signed_or_that_has_ended_is_taken() {
    for certificate in [Certificate::for_loopback(), Certificate::expired()] {
        let app = Upstream::over_tls(&certificate);
        let stage = Stage::with(&[("app", format!("{}/healthz", app.url()))]);
        stage.expect("app", 200, "answers 200");
        assert_eq!(app.last().target(), "/healthz");
    }
}

#[test]
fn an_application_on_a_unix_socket_is_asked_there() {
    let scratch = Scratch::new();
    let path = scratch.path().join("app.sock");
    let app = Upstream::on_unix_socket(&path);
    let stage = Stage::with(&[("app/ready", format!("{}:/ready?x=y", app.url()))]);
    stage.expect("app/ready", 200, "answers 200");
    assert_eq!(app.last().target(), "/ready?x=y");
    assert_eq!(app.last().header("host"), Some("localhost"));
}

#[test]
fn head_asks_too_and_nothing_else_does() {
    let app = Upstream::start();
    let stage = Stage::with(&[("app", app.url())]);
    let mut client = Client::connect(stage.0.telemetry);
    client.ask("HEAD", "/probe/app", &[]);
    assert_eq!(client.response_to_head().status, 200);
    for method in ["POST", "PUT", "DELETE"] {
        client.ask(method, "/probe/app", &[]);
        assert_eq!(client.response().status, 405);
    }
    assert_eq!(app.count(), 1);
    assert_eq!(app.last().method(), "GET");
}

#[test]
fn an_answer_that_is_no_http_is_not_good() {
    let app = Upstream::start();
    let stage = Stage::with(&[("app", app.url())]);
    for bytes in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"", b"HTTP/1.1 200"] {
        app.respond_raw(bytes);
        stage.expect("app", 503, "gives no answer that can be read");
    }
}

#[test]
fn an_answer_without_a_body_that_ends_counts_by_its_head() {
    let app = Upstream::start();
    let stage = Stage::with(&[("app", app.url())]);
    app.respond_raw(b"HTTP/1.1 200 OK\r\n\r\nuntil the end");
    stage.expect("app", 200, "answers 200");
    // Interim responses are none.
    app.respond_raw(
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\n",
    );
    stage.expect("app", 503, "answers 500");
}
