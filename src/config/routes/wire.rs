//! What of a route is about the wire: which fields its rules may look at, which may come last, and
//! which protocols it takes.

use std::sync::Arc;

use http::{HeaderName, header};

use super::Reader;
use super::entry::Members;
use crate::identity::{Class, classify};
use crate::policy::Protocols;
use crate::upstream::is_hop_by_hop;

/// Fields that rules may look at: such as reach the service as the client sent them.
pub(super) fn headers(members: &mut Members<'_>, reader: &mut Reader<'_>) -> Box<[HeaderName]> {
    let mut names = Vec::new();
    for (word, at) in members.words("headers", reader) {
        match word.parse::<HeaderName>() {
            Ok(name) if name == header::HOST => {
                let message = format!("{word:?} has its own key, host, which knows its spellings");
                reader.refuse(at, &members.path("headers"), &message);
            }
            Ok(name) if classify(&name).is_none() && !is_ours(&name) => names.push(name),
            Ok(name) if classify(&name) == Some(Class::Credential) => {
                let message = format!("{word:?} is a token; rules have its roles and ids");
                reader.refuse(at, &members.path("headers"), &message);
            }
            _ => {
                let message = format!("{word:?} never reaches the service as a client sends it");
                reader.refuse(at, &members.path("headers"), &message);
            }
        }
    }
    names.into()
}

/// Fields between two neighbours, which are not passed on.
fn is_ours(name: &HeaderName) -> bool {
    is_hop_by_hop(name) || *name == header::CONTENT_LENGTH || *name == header::EXPECT
}

/// What may be spoken besides plain requests, where the route says so.
pub(super) fn protocols(members: &mut Members<'_>, reader: &mut Reader<'_>) -> Option<Protocols> {
    let words = members.words("protocols", reader);
    let mut protocols = Protocols::default();
    for (word, at) in &words {
        if let Err(message) = protocols.add(word) {
            reader.refuse(*at, &members.path("protocols"), &message);
        }
    }
    (!words.is_empty()).then_some(protocols)
}

/// Fields that may come behind a body: none of ours, none that a server must know before it reads the
/// body (RFC 9110, section 6.5.1), and none of the `judged` ones, to which a service may add them.
pub(super) fn trailers(
    members: &mut Members<'_>,
    judged: &[HeaderName],
    reader: &mut Reader<'_>,
) -> Arc<[HeaderName]> {
    let mut names = Vec::new();
    for (word, at) in members.words("trailers", reader) {
        match word.parse::<HeaderName>() {
            Ok(name) if judged.contains(&name) => {
                let message =
                    format!("{word:?} is one of the route's headers; rules see no trailers");
                reader.refuse(at, &members.path("trailers"), &message);
            }
            Ok(name) if classify(&name).is_none() && !is_ours(&name) && !comes_first(&name) => {
                names.push(name);
            }
            _ => {
                let message = format!("{word:?} cannot come behind a body");
                reader.refuse(at, &members.path("trailers"), &message);
            }
        }
    }
    names.into()
}

fn comes_first(name: &HeaderName) -> bool {
    const FIRST: [HeaderName; 6] = [
        header::AUTHORIZATION,
        header::CACHE_CONTROL,
        header::COOKIE,
        header::HOST,
        header::MAX_FORWARDS,
        header::RANGE,
    ];
    let text = name.as_str();
    FIRST.contains(name) || text.starts_with("content-") || text.starts_with("if-")
}
