//! Large and small files, whole and in pieces, in both directions.

use super::services::{Kind, LARGE, SMALL, Service};
use super::stage::{Stage, Way};

use crate::support::sha256;

/// Downloads arrive as they are, by every protocol, and the protocol is the one that was asked for.
pub(super) fn downloads(stage: &Stage, service: &Service) {
    let whole = sha256(service.file(LARGE));
    for way in Way::ALL {
        let got = stage.curl(way, LARGE, &["--fail", "--write-out", "%{stderr}%{http_version}"]);
        assert_eq!(sha256(&got.stdout), whole, "{way:?}");
        assert_eq!(String::from_utf8_lossy(&got.stderr), way.version(), "{way:?}");
    }
}

/// Windows of 16 KiB for each stream and of 64 KiB for the connection, which two files share.
pub(super) fn small_windows(stage: &Stage, service: &Service) {
    let whole = service.file(LARGE);
    for way in [Way::Http2, Way::Http2OverTls] {
        let windows = ["--window-bits=14", "--connection-window-bits=16"];
        let got = stage.nghttp(way, LARGE, &windows).stdout;
        assert_eq!(sha256(&got), sha256(&whole), "{way:?}");
        let other = stage.url(way, &format!("{LARGE}?other"));
        let both = stage.nghttp(way, LARGE, &[&windows[..], &[&other]].concat()).stdout;
        assert_eq!(both.len(), 2 * whole.len(), "{way:?}");
    }
}

/// Uploads come back as they were.
pub(super) fn uploads(stage: &Stage, service: &Service) {
    let (whole, file) = (sha256(service.file(LARGE)), format!("@{}", service.path(LARGE)));
    for way in Way::ALL {
        let got = stage.curl(way, "echo", &["--fail", "--data-binary", &file]);
        assert_eq!(sha256(&got.stdout), whole, "{way:?}");
        // Without a length.
        let arguments =
            ["--fail", "--data-binary", &file, "--header", "Transfer-Encoding: chunked"];
        if way.version() == "1.1" {
            assert_eq!(sha256(&stage.curl(way, "echo", &arguments).stdout), whole, "{way:?}");
        }
    }
    let got = stage.nghttp(Way::Http2OverTls, "echo", &["--data", &service.path(LARGE)]);
    assert_eq!(sha256(&got.stdout), whole);
}

/// The head alone, with the length of what is not there.
pub(super) fn heads(stage: &Stage, service: &Service) {
    let length = service.file(LARGE).len();
    for way in Way::ALL {
        let head = text(&stage.curl(way, LARGE, &["--fail", "--head"]).stdout);
        assert!(head.contains(&format!("content-length: {length}\r\n")), "{way:?}: {head}");
        assert!(head.contains(" 200"), "{way:?}: {head}");
    }
}

/// Pieces of a file, and what is answered for pieces that there are not.
pub(super) fn pieces(stage: &Stage, service: &Service) {
    let (small, large) = (service.file(SMALL), service.file(LARGE));
    let middle = large.len() / 2;
    let second_half = format!("{middle}-");
    for way in Way::ALL {
        let status = ["--write-out", "%{stderr}%{http_code}", "--range"];
        let ask = |path, range| {
            let got = stage.curl(way, path, &[&status[..], &[range]].concat());
            (text(&got.stderr), got.stdout)
        };
        assert_eq!(ask(SMALL, "2-6"), ("206".to_owned(), small[2..=6].to_vec()), "{way:?}");
        assert_eq!(ask(SMALL, "-5"), ("206".to_owned(), small[small.len() - 5..].to_vec()));
        assert_eq!(ask(LARGE, &second_half).1, large[middle..], "{way:?}");
        let (several, body) = ask(SMALL, "0-1,4-5");
        assert_eq!(several, "206");
        assert!(text(&body).contains("content-range: bytes 4-5/"), "{way:?}: {}", text(&body));
        assert_eq!(ask(SMALL, "100000-").0, "416");
    }
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_ascii_lowercase()
}

pub(super) type Play = fn(&Stage, &Service);

/// What is done with each of the services.
pub(super) fn of(kind: Kind) -> Vec<(&'static str, Play)> {
    let mut plays: Vec<(_, Play)> =
        vec![("downloads", downloads), ("heads", heads), ("small windows", small_windows)];
    match kind {
        Kind::Nginx => plays.push(("pieces", pieces)),
        Kind::Nghttpd => plays.push(("uploads", uploads)),
    }
    plays
}
