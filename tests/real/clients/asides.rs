//! What stands beside requests and responses: interim answers, trailers, offers of other protocols.

use std::process::Command;

use crate::keystone::RealKeystone;
use crate::support::Upstream;

use super::services::{Kind, SMALL, Service, TRAILER};
use super::stage::{Stage, Way};
use super::transfers::text;

/// A client that waits for it is told to go on, and one that is refused sends nothing.
pub(super) fn a_client_that_asks_first_is_told(keystone: &RealKeystone) {
    let upstream = Upstream::start();
    let stage = Stage::at(&upstream.url(), "http1", keystone);
    let body = "x".repeat(100_000);
    let arguments = |timeout| {
        [
            "--verbose",
            "--expect100-timeout",
            timeout,
            "--header",
            "Expect: 100-continue",
            "--data-binary",
            &body,
            "--write-out",
            "%{stderr}status=%{http_code} sent=%{size_upload}",
        ]
    };
    // Longer than anybody waits here: without a word the upload would not begin.
    let arguments_1 = arguments("50");
    for way in [Way::Http1, Way::Http1OverTls] {
        let got = stage.curl(way, "upload", &arguments_1);
        let said = text(&got.stderr);
        assert!(said.contains("100 continue"), "{way:?}: {said}");
        assert!(said.contains("status=200 sent=100000"), "{way:?}: {said}");
        assert_eq!(upstream.last().body.data.len(), body.len(), "{way:?}");
        let reached = upstream.count();
        let said = text(&stage.curl_without_token(way, "upload", &arguments_1).stderr);
        assert!(said.contains("status=401 sent=0"), "{way:?}: {said}");
        assert!(!said.contains("100 continue"), "{way:?}: {said}");
        assert_eq!(upstream.count(), reached, "{way:?}");
    }
    // HTTP/2 from clients has no interim answers yet: they wait for as long as they like.
    let arguments_2 = arguments("0.2");
    for way in [Way::Http2, Way::Http2OverTls] {
        let said = text(&stage.curl(way, "upload", &arguments_2).stderr);
        assert!(said.contains("status=200 sent=100000"), "{way:?}: {said}");
        assert_eq!(upstream.last().body.data.len(), body.len(), "{way:?}");
    }
}

/// curl offers to go on in HTTP/2 over a plain connection; it is answered in HTTP/1.1, and the
/// service sees nothing of the offer.
pub(super) fn an_offer_of_h2c_is_passed_over(keystone: &RealKeystone) {
    let upstream = Upstream::start();
    let stage = Stage::at(&upstream.url(), "http1", keystone);
    let mut command = Command::new("curl");
    command.args(["--silent", "--noproxy", "*", "--max-time", "60", "--http2", "--verbose"]);
    command.args(["--header", &stage.token, "--write-out", "%{stderr}spoken=%{http_version}"]);
    let got = super::stage::ran(command.arg(stage.url(Way::Http1, "")));
    let said = text(&got.stderr);
    assert!(said.contains("> upgrade: h2c"), "curl did not offer it: {said}");
    assert!(said.contains("spoken=1.1"), "{said}");
    assert!(!said.contains("101 switching"), "{said}");
    let seen = upstream.last();
    for name in ["upgrade", "http2-settings"] {
        assert!(seen.header(name).is_none(), "{name}: {:?}", seen.sorted());
    }
}

/// What stands behind a response arrives, by every protocol.
pub(super) fn trailers_arrive(keystone: &RealKeystone) {
    let service = Service::start(Kind::Nghttpd);
    let stage = Stage::before(Kind::Nghttpd, &service, keystone);
    for way in [Way::Http2, Way::Http2OverTls] {
        let said = text(&stage.nghttp(way, SMALL, &["--verbose", "--no-dep"]).stdout);
        let (head, behind) = said.split_once("recv data frame").expect("a body");
        assert!(behind.contains(TRAILER) && !head.contains(TRAILER), "{way:?}: {said}");
        assert!(said.contains("; end_stream"), "{way:?}: {said}");
    }
    // In HTTP/1.1 they stand behind chunks alone.
    let upstream = Upstream::start();
    upstream.respond_raw(
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-peer-trailer\r\n\r\n\
             5\r\nhello\r\n0\r\n{TRAILER}\r\n\r\n"
        )
        .as_bytes(),
    );
    let stage = Stage::at(&upstream.url(), "http1", keystone);
    for way in Way::ALL {
        // curl writes them where it writes fields.
        let fields = ["--dump-header", "/dev/stderr", "--header", "TE: trailers"];
        let connection = ["--header", "Connection: TE"];
        let over_1 = way.version() == "1.1";
        let more = if over_1 { &connection[..] } else { &[] };
        let got = stage.curl(way, "", &[&fields[..], more].concat());
        assert_eq!(got.stdout, b"hello", "{way:?}");
        let said = text(&got.stderr);
        assert!(said.contains(TRAILER), "{way:?}: {said}");
    }
}
