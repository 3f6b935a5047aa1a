//! Paths that the rules and a server could read in two ways.

use crate::keystone::RealKeystone;

use super::server::Server;
use super::stage::Stage;

/// The open part needs no token, which nobody here has.
const ROUTES: &str = "routes:\n\
     - {path: /public/**, allow: public}\n\
     - {path: /probe/*, allow: public}\n\
     - {path: /admin/**, check: \"role:admin\"}\n";

/// Ways from the open part to the closed one.
const TARGETS: &[&str] = &[
    "/admin/x",
    "//admin/x",
    "/./admin/x",
    "/.//admin/x",
    "/%61dmin/x",
    "/admin;/x",
    "/admin%3b/x",
    "/admin%2fx",
    "/Admin/x",
    "/public/../admin/x",
    "/public/./../admin/x",
    "/public/x/../../admin/x",
    "/public//../admin/x",
    "/public//../../admin/x",
    "/public/..//admin/x",
    "/public/%2e%2e/admin/x",
    "/public/%2E%2E/admin/x",
    "/public/.%2e/admin/x",
    "/public/%2e./admin/x",
    "/public/%252e%252e/admin/x",
    "/public/..%2fadmin/x",
    "/public/..%2Fadmin%2Fx",
    "/public/%2e%2e%2fadmin/x",
    "/public/..%252fadmin/x",
    "/public/..%5cadmin/x",
    "/public/..\\admin/x",
    "/public\\..\\admin/x",
    "/public/..;/admin/x",
    "/public/..;a=b/admin/x",
    "/public/..%3b/admin/x",
    "/public/;/../admin/x",
    "/public/;/../../admin/x",
    "/public/.;/../admin/x",
    "/public/..%00/admin/x",
    "/public/%c0%ae%c0%ae/admin/x",
    "/public/x?/../../admin/x",
    "/public/x#/../../admin/x",
    "/public/..#/admin/x",
    "/admin/x?/public/x",
    "/admin/x#/public/x",
    "http://s/public/../admin/x",
    "http://s/public/%2e%2e/admin/x",
    "http://s//public/../admin/x",
    "/%2e%2e/admin/x",
    "/../admin/x",
    "/public%2f..%2fadmin/x",
    "/public/..\t/admin/x",
    "/public/../admin/x HTTP/1.1 ",
];

/// Without the proxy, a server that resolves paths leads to the closed part.
#[track_caller]
pub(crate) fn some_way_is_open_without_the_proxy(server: &mut Server) {
    let mut open = 0;
    for target in TARGETS.iter().filter(|target| target.starts_with("/public/")) {
        let seen =
            server.bare(format!("GET {target} HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n"));
        open += seen.iter().filter(|request| request.path == "/admin/x").count();
    }
    eprintln!("{} resolves {open} ways", server.kind.name);
    assert!(open > 0 || !server.kind.resolves, "{} resolves nothing", server.kind.name);
}

#[track_caller]
pub(crate) fn every_way_is_closed(keystone: &RealKeystone, server: &mut Server) {
    let mut stage = Stage::of_nobody(keystone, server, ROUTES);
    for target in TARGETS {
        let request = format!("GET {target} HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n");
        let outcome = stage.attack(target, &request);
        outcome.assert_counted(target);
        for request in &outcome.seen {
            assert!(!leads_to_admin(&request.path), "{target}: {}", request.line);
        }
    }
}

/// Whether anybody behind the server could still take it for the closed part.
fn leads_to_admin(path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix("http://s").unwrap_or(path);
    let decoded = decoded(&decoded(path)).replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split('/') {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(segments.pop()),
            other => segments.push(other),
        }
    }
    segments.first().is_some_and(|first| first.eq_ignore_ascii_case("admin"))
}

fn decoded(path: &str) -> String {
    let mut pieces = path.split('%');
    let mut decoded = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte {
            decoded.push(char::from(byte));
            decoded.push_str(&piece[2..]);
        } else {
            decoded.push('%');
            decoded.push_str(piece);
        }
    }
    decoded
}
