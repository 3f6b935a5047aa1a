//! HTTP/2 from clients: everything that holds over HTTP/1 holds here, and what only HTTP/2 can say
//! is bounded or refused. A test of an attack has the id of its row in docs/attacks.md.

mod authority;
mod bodies;
mod drain;
mod fields;
mod floods;
mod grpc;
mod lengths;
mod memory;
mod off;
mod prefaces;
mod pseudo;
mod requests;
pub(crate) mod streams;
mod windows;

use crate::support::frames::{Outcome, frame, kind};
use crate::support::{RawClient, Scene};

/// A change to a head.
type Change<'a> = (&'a str, Option<&'a str>);

/// Changes to a good head, and the status of the answer, where there is one.
type Row<'a> = (&'a [Change<'a>], Option<u16>);

/// The head of a GET with a token; `changes` are made to it, and `None` takes a field away.
fn head<'a>(token: &'a str, changes: &[Change<'a>]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "service.example"),
        (":path", "/"),
        ("x-auth-token", token),
    ];
    for (name, value) in changes {
        let at = fields.iter().position(|(known, _)| known == name);
        match (at, value) {
            (Some(at), Some(value)) => fields[at].1 = value,
            (Some(at), None) => drop(fields.remove(at)),
            (None, Some(value)) if name.starts_with(':') => fields.insert(0, (name, value)),
            (None, Some(value)) => fields.push((name, value)),
            (None, None) => {}
        }
    }
    fields
}

/// A request as above, over a connection of its own.
#[track_caller]
fn ask(scene: &Scene, changes: &[Change<'_>]) -> Outcome {
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.ask(1, &head(&token, changes));
    client.outcome(1)
}

/// Fails unless a request whose head is this block, to the byte, ends without an answer of the
/// service.
#[track_caller]
fn refused(scene: &Scene, shown: &str, block: &[u8]) -> Outcome {
    let mut client = RawClient::connect(scene.sidecar.public);
    client.send(frame(kind::HEADERS, 5, 1, block));
    let outcome = client.outcome(1);
    let status = outcome.status();
    assert!(status.is_none_or(|status| (400..500).contains(&status)), "{shown}: {outcome:?}");
    assert_eq!(scene.upstream.count(), 0, "{shown}");
    outcome
}

/// How many connections were ended as floods.
#[track_caller]
fn cut_as_floods(scene: &Scene) -> f64 {
    scene.sidecar.metric("portcullis_connections_cut_total{reason=\"flood\"}")
}
