//! Lies in header fields and trailers.

use crate::keystone::RealKeystone;

use super::server::Server;
use super::spellings::{LIE, MARKS, claims, project_id, spellings};
use super::stage::Stage;

/// Without the proxy, the server folds what it is known to fold.
#[track_caller]
pub(crate) fn a_lie_succeeds_without_the_proxy(server: &mut Server) {
    let mut folded = String::new();
    for mark in MARKS.chars() {
        let name = project_id(mark);
        let seen = server.bare(format!(
            "GET /mark HTTP/1.1\r\nHost: s\r\n{name}: {LIE}\r\nConnection: close\r\n\r\n"
        ));
        let believed = |field: Option<&String>| field.is_some_and(|value| value == LIE);
        if seen.iter().any(|request| believed(request.fields.get("x-project-id"))) {
            folded.push(mark);
        }
    }
    eprintln!("{} takes {folded:?} for a hyphen", server.kind.name);
    let unfolded = server.kind.folds.chars().find(|mark| !folded.contains(*mark));
    assert_eq!(unfolded, None, "{} folds {folded:?} only", server.kind.name);
}

/// Before the token and after it, so that the order of fields does not matter.
#[track_caller]
pub(crate) fn no_spelling_is_believed(stage: &mut Stage<'_>) {
    for names in spellings().chunks(MANY) {
        let lies = lines(names);
        for fields in [format!("{lies}{}", stage.token), format!("{}{lies}", stage.token)] {
            one_passes(
                stage,
                names,
                &format!("GET /lies HTTP/1.1\r\nHost: s\r\n{CLOSE}{fields}\r\n"),
            );
        }
    }
}

/// Each name twice in its own spelling, around the token.
#[track_caller]
pub(crate) fn no_duplicate_is_believed(stage: &mut Stage<'_>) {
    for names in claims().chunks(MANY / 2) {
        let (lies, token) = (lines(names), &stage.token);
        let request = format!("GET /twice HTTP/1.1\r\nHost: s\r\n{CLOSE}{lies}{token}{lies}\r\n");
        one_passes(stage, names, &request);
    }
}

#[track_caller]
pub(crate) fn nomination_removes_nothing_and_adds_nothing(stage: &mut Stage<'_>) {
    for names in claims().chunks(MANY / 4) {
        let (lies, nominated) = (lines(names), names.join(", "));
        for nominated in [nominated.clone(), nominated.to_uppercase(), nominated.replace('-', "_")]
        {
            let request = format!(
                "GET /nominated HTTP/1.1\r\nHost: s\r\nConnection: close, {nominated}\r\n{}{lies}\r\n",
                stage.token
            );
            one_passes(stage, names, &request);
        }
    }
}

#[track_caller]
pub(crate) fn http_1_0_is_believed_no_better(stage: &mut Stage<'_>) {
    for names in spellings().chunks(MANY) {
        let lies = lines(names);
        let request = format!("GET /old HTTP/1.0\r\nHost: s\r\n{}{lies}\r\n", stage.token);
        one_passes(stage, names, &request);
    }
}

/// Announced and silent, behind a chunk with an extension.
#[track_caller]
pub(crate) fn trailers_are_no_fields(stage: &mut Stage<'_>) {
    for names in spellings().chunks(MANY * 4) {
        let lies = lines(names);
        let announced = format!("Trailer: {}\r\n", names[..MANY / 4].join(", "));
        for fields in ["", &announced] {
            let request = format!(
                "POST /trailers HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n{CLOSE}{fields}{}\r\n\
                 3;name=value\r\nabc\r\n0\r\n{lies}\r\n",
                stage.token
            );
            let why = format!("trailers {names:?}");
            let outcome = stage.attack(&why, &request);
            outcome.assert_counted_at_most(&why);
            assert!(outcome.seen.len() <= 1, "{why}: {:?}", outcome.seen);
        }
    }
}

/// A service that decides by itself about requests without a token learns that there is none.
#[track_caller]
pub(crate) fn nobody_remains_nobody(keystone: &RealKeystone, server: &mut Server) {
    let delayed = "auth: {delay_decision: true}\n";
    let mut stage = Stage::of_nobody(keystone, server, delayed);
    no_spelling_is_believed(&mut stage);
    no_duplicate_is_believed(&mut stage);
}

#[track_caller]
fn one_passes(stage: &mut Stage<'_>, names: &[String], request: &str) {
    let why = format!("{names:?}");
    let outcome = stage.attack(&why, request);
    outcome.assert_counted(&why);
    assert_eq!(outcome.passed(), 1, "{why}: {:?}", outcome.answers);
    assert_eq!(outcome.seen[0].method, "GET", "{why}");
}

fn lines(names: &[String]) -> String {
    names.iter().flat_map(|name| [name, ": ", LIE, "\r\n"]).collect()
}

/// How many lies one request holds: as many fields as every server takes.
const MANY: usize = 80;

const CLOSE: &str = "Connection: close\r\n";
