//! Requests inside of others: whatever the two ends of a connection may disagree about.

use std::fmt::Write;

use super::server::Server;
use super::spellings::LIE;
use super::stage::Stage;

/// What an attacker hopes is taken for a request of its own.
const INNER: &str = "GET /smuggled HTTP/1.1\r\nHost: s\r\nX-Roles: EVIL\r\nX_Roles: EVIL\r\n\r\n";

/// How a request says where it ends. `LENGTH` is the length of all that follows, the inner request
/// with it, and `FIRST` that of the empty chunk before that.
const FRAMINGS: &[&str] = &[
    "Content-Length: LENGTH",
    "Content-Length: FIRST\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: FIRST",
    "Content-Length: LENGTH\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: LENGTH",
    "Content-Length: 0\r\nTransfer-Encoding: chunked",
    "Content-Length: LENGTH\r\nTransfer-Encoding: identity",
    "Content-Length: LENGTH\r\nTransfer-Encoding: xchunked",
    "Content-Length: FIRST\r\nContent-Length: LENGTH",
    "Content-Length: LENGTH\r\nContent-Length: FIRST",
    "Content-Length: LENGTH\r\nContent-Length: LENGTH",
    "Content-Length: FIRST, LENGTH",
    "Content-Length: +LENGTH",
    "Content-Length: 0LENGTH",
    "Content-Length: LENGTH, LENGTH",
    "Content-Length: 0xLENGTH",
    "Content-Length:\r\nContent-Length: LENGTH",
    "Content-Length: FIRST\r\nContent_Length: LENGTH",
    "Content_Length: LENGTH",
    "Content.Length: LENGTH\r\nContent-Length: FIRST",
    "Content-Length : LENGTH",
    "Content-Length: FIRST\r\nContent-Length : LENGTH",
    "Content-Length: LENGTH\r\nConnection: Content-Length",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: Chunked",
    "Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding:\x0bchunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding:\r\n chunked",
    "Transfer-Encoding: chunked\r\n ,identity",
    "Transfer_Encoding: chunked\r\nContent-Length: LENGTH",
    "Transfer.Encoding: chunked\r\nContent-Length: LENGTH",
    "Accept: y\nTransfer-Encoding: chunked",
    "Accept: y\rTransfer-Encoding: chunked",
    "Accept: y\nContent-Length: LENGTH",
    "Accept: y\rContent-Length: LENGTH",
    "Accept: y\r\n Content-Length: LENGTH",
    "Accept: y\n\nGET /smuggled HTTP/1.1\nX-Roles: EVIL\n",
    "Accept: y\r\rGET /smuggled HTTP/1.1\r\nX-Roles: EVIL",
    "Expect: 100-continue\r\nContent-Length: LENGTH",
    "Expect: x 100-continue\r\nContent-Length: LENGTH",
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: Upgrade, HTTP2-Settings",
    "X-Http-Method-Override: GET\r\nContent-Length: LENGTH",
];

/// Chunked bodies with an inner request somewhere. Those that are out of form end in a 400 or are
/// broken off.
const CHUNKS: &[&str] = &[
    "3\r\nabc\r\n0\r\n\r\n",
    "3;x=y\r\nabc\r\n0\r\n\r\n",
    "3;x=\"\r\n\"\r\nabc\r\n0\r\n\r\nINNER",
    "3;\nxx\r\n\r\n0\r\n\r\nINNER",
    "3;\rxx\r\n\r\n0\r\n\r\nINNER",
    "0003\r\nabc\r\n0\r\n\r\nINNER",
    "0x3\r\nabc\r\n0\r\n\r\nINNER",
    "+3\r\nabc\r\n0\r\n\r\nINNER",
    "3 \r\nabc\r\n0\r\n\r\nINNER",
    "10000000000000003\r\nabc\r\n0\r\n\r\nINNER",
    "3\nabc\n0\n\nINNER",
    "3\r\nabcXX0\r\n\r\nINNER",
    "3\r\nabc0\r\n\r\nINNER",
    "0\r\n\r\nINNER",
    "0\r\nX: y\r\n\r\nINNER",
    "0\r\nINNER",
    "0\r\nX: y\r\nINNER",
    "0\r\nX-Roles: EVIL\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
    "SIZE\r\nINNER\r\n0\r\n\r\n",
    "SIZE\r\nINNER",
];

const METHODS: [&str; 2] = ["GET", "POST"];

#[track_caller]
pub(crate) fn an_inner_request_counts_without_the_proxy(server: &mut Server) {
    let last = "GET /last HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n";
    let seen = server.bare(format!("GET /outer HTTP/1.1\r\nHost: s\r\n\r\n{INNER}{last}"));
    let counted = seen.iter().any(|request| request.path == "/smuggled");
    eprintln!("{} takes another request from a connection: {counted}", server.kind.name);
    assert!(counted || server.kind.closes, "{}: {seen:?}", server.kind.name);
}

#[track_caller]
pub(crate) fn nothing_rides_along(stage: &mut Stage<'_>) {
    for version in ["1.1", "1.0"] {
        for framing in FRAMINGS {
            for method in METHODS {
                nothing_rides(stage, method, version, framing, &format!("0\r\n\r\n{INNER}"));
            }
        }
        for body in CHUNKS {
            let size = format!("{:x}", INNER.len());
            let body = body.replace("INNER", INNER).replace("SIZE", &size);
            nothing_rides(stage, "POST", version, "Transfer-Encoding: chunked", &body);
        }
    }
}

/// A body that is a request stays one, whatever the method promises about bodies.
#[track_caller]
pub(crate) fn a_request_in_a_body_stays_there(stage: &mut Stage<'_>) {
    for method in ["GET", "POST", "DELETE", "OPTIONS", "PROPFIND"] {
        let bytes = format!(
            "{method} /outer HTTP/1.1\r\nHost: s\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{INNER}",
            stage.token,
            INNER.len()
        );
        let outcome = stage.attack(method, &bytes);
        // lighttpd answers 400 to a GET with a body.
        outcome.assert_counted_at_most(method);
        assert!(outcome.seen.len() <= 1, "{method}: {:?}", outcome.seen);
        for request in &outcome.seen {
            let whole = request.length.is_none_or(|length| length == INNER.len() as u64);
            assert!(whole && request.method == method, "{method}: {}", request.line);
        }
    }
}

/// A request with a good token, the inner one without any, and one more that ends the connection.
#[track_caller]
fn nothing_rides(stage: &mut Stage<'_>, method: &str, version: &str, framing: &str, body: &str) {
    let framing = framing.replace("LENGTH", &body.len().to_string()).replace("FIRST", "5");
    let token = &stage.token;
    let mut bytes = String::new();
    write!(bytes, "{method} /outer HTTP/{version}\r\nHost: s\r\n{token}{framing}\r\n\r\n").unwrap();
    write!(bytes, "{body}GET /last HTTP/1.1\r\nHost: s\r\n{token}Connection: close\r\n\r\n")
        .unwrap();
    let why = format!("{method} HTTP/{version} {framing:?} {body:?}");
    let outcome = stage.attack(&why, &bytes);
    outcome.assert_counted_at_most(&why);
    let seen = |path: &str| outcome.seen.iter().filter(|request| request.path == path).count();
    assert!(seen("/outer") <= 1 && seen("/last") <= 1, "{why}: {:?}", outcome.seen);
    assert_eq!(seen("/outer") + seen("/last"), outcome.seen.len(), "{why}: {:?}", outcome.seen);
    for answer in &outcome.answers {
        assert!(!answer.text().contains(LIE), "{why}: {answer:?}");
    }
}
