//! No two ends of the proxy disagree about where a request ends: what is framed in two ways is
//! refused or understood in one, and nothing rides along into the service.

use crate::support::{Client, Request, Response, Scene};

/// What an attacker hopes is taken for a request of its own.
const INNER: &str = "GET /SMUGGLED HTTP/1.1\r\nHost: s\r\n\r\n";

/// Codings that end with `chunked`, so that a parser finds an end, but not every one the same.
const ODD_CODINGS: [&str; 6] = [
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
];

#[test]
fn d01_a_body_with_a_length_and_chunks_at_once_is_never_taken_for_two_requests() {
    for framing in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Content-Length: 4\r\nTransfer-Encoding: identity",
        "Content-Length: 4\r\nTransfer-Encoding: ,chunked",
        "Content-Length: 4\r\nTransfer-Encoding: chunked, chunked",
    ] {
        nothing_rides_along(framing);
    }
}

#[test]
fn d04_d05_lengths_that_differ_or_are_none_are_never_taken_for_two_requests() {
    for framing in [
        "Content-Length: 5\r\nContent-Length: 44",
        "Content-Length: 44\r\nContent-Length: 5",
        "Content-Length: 5, 44",
        "Content-Length: 5\r\nContent-Length: 5, 44",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5_0",
        "Content-Length: 5 5",
        "Content-Length: 18446744073709551621",
        "Content-Length:",
        "Content-Length : 5",
    ] {
        nothing_rides_along(framing);
    }
}

#[test]
fn d02_d03_codings_in_disguise_are_never_taken_for_two_requests() {
    for framing in [
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding: \u{a0}chunked",
        "Transfer-Encoding: \x00chunked",
        "Transfer-Encoding\x0b: chunked",
        "Transfer-Encoding : chunked",
        "Transfer_Encoding: chunked",
        "Transfer.Encoding: chunked\r\nContent-Length: 5",
        "Content_Length: 44",
        "Content-Length: 5\r\nContent_Length: 44",
        "content.length: 44\r\nTransfer-Encoding: chunked",
        "connection_: content-length\r\nContent-Length: 5",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "Transfer-Encoding:\r\n chunked",
        "Connection: transfer-encoding\r\nTransfer-Encoding: chunked",
        "Connection: content-length\r\nContent-Length: 5",
    ] {
        nothing_rides_along(framing);
    }
}

#[test]
fn d02_any_coding_but_chunked_said_once_is_a_400_and_counted() {
    for coding in ODD_CODINGS {
        let scene = Scene::start();
        let answers = converse(&scene, coding, "0\r\n\r\n");
        assert_eq!(answers.first().map(|answer| answer.status), Some(400), "{coding}");
        let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"framing\"}");
        assert_eq!(counted, 1.0, "{coding}");
        let mut seen = scene.upstream.requests().into_iter();
        assert!(!seen.any(|seen| seen.target() == "/outer"), "{coding}");
    }
}

#[test]
fn a_connection_whose_framing_was_refused_carries_nothing_after() {
    for coding in ODD_CODINGS {
        let scene = Scene::start();
        let answers = converse(&scene, coding, "0\r\n\r\n");
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [400], "{coding}: where the next request begins is anybody's guess");
        assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0), "{coding}");
    }
}

#[test]
fn a_body_that_does_not_end_chunked_has_no_end_and_is_a_400() {
    for coding in ["identity", "gzip", "chunked, identity", "chunked, gzip", "xchunked"] {
        let scene = Scene::start();
        let answers = converse(&scene, &format!("Transfer-Encoding: {coding}"), "0\r\n\r\n");
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [400], "{coding}");
        assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0), "{coding}");
        scene.assert_serves();
    }
}

#[test]
fn d08_d09_chunks_out_of_form_are_never_taken_for_two_requests() {
    for body in [
        "5;\nx\r\n0\r\n\r\n",
        "5;a=\rb\r\nabcde\r\n0\r\n\r\n",
        "5;a=\0\r\nabcde\r\n0\r\n\r\n",
        "5;a=\"\r\n\"\r\nabcde\r\n0\r\n\r\n",
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "+5\r\nabcde\r\n0\r\n\r\n",
        "-1\r\nabcde\r\n0\r\n\r\n",
        " 5\r\nabcde\r\n0\r\n\r\n",
        "10000000000000005\r\nabcde\r\n0\r\n\r\n",
        "5\nabcde\n0\n\n",
        "5\r\nabcdeX0\r\n\r\n",
        "5\r\nabcde\r\n0\r\n\n",
        "5\r\nabcde0\r\n\r\n",
        "\r\n\r\n",
    ] {
        let scene = Scene::start();
        let answers = converse(&scene, "Transfer-Encoding: chunked", body);
        assert_one_at_most(&scene, &answers, body);
    }
}

#[test]
fn d05_one_length_said_twice_is_said_once_to_the_service() {
    let scene = Scene::start();
    let answers = converse(&scene, "Content-Length: 5\r\nContent-Length: 5", "0\r\n\r\n");
    assert_one_at_most(&scene, &answers, "twice the same");
    for seen in scene.upstream.requests().iter().filter(|seen| seen.target() == "/outer") {
        assert_eq!(seen.headers("content-length"), ["5"]);
        assert_eq!(seen.body.data, b"0\r\n\r\n");
    }
}

#[test]
fn d01_a_connection_that_carried_a_length_and_chunks_carries_nothing_after() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "POST /outer HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nContent-Length: 5\r\n\
         Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ));
    let _ = client.try_response(false);
    // RFC 9112, section 6.1: the server MUST close the connection after it.
    let _ = client.try_send(format!(
        "GET /after HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nConnection: close\r\n\r\n"
    ));
    assert!(client.try_response(false).is_err(), "the connection is kept");
    assert!(!scene.upstream.requests().iter().any(|seen| seen.target() == "/after"));
}

/// The service sees nothing or one request framed in one way, and never the inner one.
#[track_caller]
fn nothing_rides_along(framing: &str) {
    let scene = Scene::start();
    let answers = converse(&scene, framing, "0\r\n\r\n");
    assert_one_at_most(&scene, &answers, framing);
}

/// Sends a request with a good token, the inner one without any, and one more that ends the
/// connection; returns the answers.
#[track_caller]
fn converse(scene: &Scene, framing: &str, body: &str) -> Vec<Response> {
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    // The proxy may close before it has read all of this.
    let _ = client.try_send(format!(
        "POST /outer HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n{framing}\r\n\r\n{body}{INNER}\
         GET /last HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nConnection: close\r\n\r\n"
    ));
    std::iter::from_fn(|| client.try_response(false).ok()).collect()
}

#[track_caller]
fn assert_one_at_most(scene: &Scene, answers: &[Response], why: &str) {
    let seen = scene.upstream.requests();
    let outer: Vec<_> = seen.iter().filter(|seen| seen.target() == "/outer").collect();
    assert!(outer.len() <= 1, "{why}: {seen:?}");
    for request in &seen {
        assert!(["/outer", "/last"].contains(&request.target()), "{why}: {seen:?}");
        assert!(!request.mentions("SMUGGLED"), "{why}: {seen:?}");
        assert!(is_framed_in_one_way(request), "{why}: {request:?}");
        assert!(has_plain_names(request), "{why}: {request:?}");
    }
    // The inner request has no token, so whoever answers it refuses.
    let passed = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(passed <= seen.len(), "{why}: {answers:?}");
    scene.assert_serves();
}

fn is_framed_in_one_way(request: &Request) -> bool {
    let lengths = request.headers("content-length");
    let codings = request.headers("transfer-encoding");
    match (&lengths[..], &codings[..]) {
        ([], []) => request.body.data.is_empty(),
        ([length], []) => length.parse() == Ok(request.body.data.len()),
        ([], [coding]) => coding == "chunked",
        _ => false,
    }
}

/// No field's name holds a mark that some server takes for a hyphen.
fn has_plain_names(request: &Request) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    request.fields().iter().all(|(name, _)| name.bytes().all(plain))
}
