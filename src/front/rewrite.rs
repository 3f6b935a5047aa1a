//! The client's request made ours: what may pass is copied, the rest stays behind.
//!
//! A copy, not an edit: a field reaches the service only because a rule here let it, and the
//! original stays at hand in case the request has to be sent again.

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header};

use crate::admission::{Grant, Party};
use crate::identity::{Class, Names, Unrenderable, classify, mark_invalid};
use crate::upstream::{RequestBody, is_hop_by_hop};

use super::credentials;
use super::origin::{Peer, set_forwarded};
use super::request_id::REQUEST_ID;

/// Everything that a request to the service is made of, besides its body.
pub(super) struct Draft<'a> {
    /// The client's own head.
    pub(super) client: &'a Parts,
    /// The path to ask for.
    pub(super) target: &'a Uri,
    /// The body's length as the parser understood it, where the client stated one.
    pub(super) length: Option<u64>,
    /// The fields that `Connection` nominated.
    pub(super) nominated: &'a [HeaderName],
    /// The proof that the request may go on.
    pub(super) grant: &'a Grant,
    /// The names under which the service is told who the user is.
    pub(super) names: Names,
    /// The client.
    pub(super) peer: &'a Peer,
    /// The request's id.
    pub(super) id: &'a HeaderValue,
}

/// How many fields we set ourselves besides identity. Those of a client certificate are rare, and
/// find room without being counted.
const OURS: usize = 6;

impl Draft<'_> {
    /// The request, and how many of the client's fields were stripped because it had no right to
    /// send them.
    ///
    /// # Errors
    /// Never for an identity that was made whole; the request must be refused then.
    pub(super) fn make(
        &self,
        body: RequestBody,
    ) -> Result<(Request<RequestBody>, usize), Unrenderable> {
        let room = fields(self.grant, self.names) + OURS;
        let (mut headers, stripped) = permitted(&self.client.headers, self.nominated, room);
        if let Some(length) = self.length {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        } else if !body.is_empty() {
            // Said aloud, because a GET is not expected to have a body.
            headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        vouch(self.grant, self.names, &mut headers)?;
        set_forwarded(&mut headers, self.peer);
        headers.insert(REQUEST_ID, self.id.clone());
        let mut request = Request::new(body);
        *request.method_mut() = self.client.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = headers;
        Ok((request, stripped))
    }
}

/// How many fields say who the parties are.
fn fields(grant: &Grant, names: Names) -> usize {
    let user = grant.user().map_or(1, |user| user.fields(names));
    match grant.service() {
        Party::Absent => user,
        Party::Confirmed(service) => user + service.fields(Names::Service),
        Party::Invalid => user + 1,
    }
}

/// Says who the parties are, or that nobody vouches for them.
pub(super) fn vouch(
    grant: &Grant,
    names: Names,
    headers: &mut HeaderMap,
) -> Result<(), Unrenderable> {
    match grant.user() {
        Some(user) => user.apply_to(names, headers)?,
        None => mark_invalid(names, headers),
    }
    match grant.service() {
        Party::Absent => {}
        Party::Confirmed(service) => service.apply_to(Names::Service, headers)?,
        Party::Invalid => mark_invalid(Names::Service, headers),
    }
    Ok(())
}

/// What of a client's fields may pass, with room for more, and how many of them it had no right
/// to send.
fn permitted(client: &HeaderMap, nominated: &[HeaderName], room: usize) -> (HeaderMap, usize) {
    let mut headers = HeaderMap::with_capacity(client.len() + room);
    let mut stripped = 0;
    for (name, value) in client {
        match fate(name, client, nominated) {
            Fate::Passes => {
                headers.append(name, value.clone());
            }
            Fate::Stays => {}
            Fate::Stripped => stripped += 1,
        }
    }
    (headers, stripped)
}

fn fate(name: &HeaderName, client: &HeaderMap, nominated: &[HeaderName]) -> Fate {
    // The handshake about the body, and how it is framed, are between the client and us.
    let framing = *name == header::CONTENT_LENGTH || *name == header::EXPECT;
    match classify(name) {
        Some(
            Class::Certificate
            | Class::Deprecated(_)
            | Class::Foreign
            | Class::Service(_)
            | Class::User(_),
        ) => Fate::Stripped,
        Some(Class::Credential) if credentials::is_unvalidated(name, client) => Fate::Stripped,
        Some(Class::Origin) => Fate::Stays,
        Some(Class::Credential) | None => {
            if framing || is_hop_by_hop(name) || nominated.contains(name) {
                Fate::Stays
            } else {
                Fate::Passes
            }
        }
    }
}

/// What becomes of a client's field.
enum Fate {
    /// The service sees it.
    Passes,
    /// It has done its work, or is replaced by ours.
    Stays,
    /// The client had no right to send it.
    Stripped,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::identity::TABLE;

    use super::*;

    /// Some spelling of `name` that a server behind us might take for it.
    fn disguise(name: &'static str) -> impl Strategy<Value = String> {
        let marks = "!#$%&'*+-.^_`|~";
        let each: Vec<_> = name
            .chars()
            .map(|c| match c {
                '-' => prop::sample::select(marks.chars().collect::<Vec<_>>()).boxed(),
                c => prop::sample::select(vec![c, c.to_ascii_uppercase()]).boxed(),
            })
            .collect();
        each.prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn no_disguise_of_a_protected_name_survives(
            (row, spelling) in (0..TABLE.len())
                .prop_flat_map(|row| (Just(row), disguise(TABLE[row].name.as_str()))),
            copies in 1..4_usize,
        ) {
            let mut client = HeaderMap::new();
            let name = HeaderName::from_bytes(spelling.as_bytes()).unwrap();
            for _ in 0..copies {
                client.append(name.clone(), HeaderValue::from_static("evil"));
            }
            client.append("accept", HeaderValue::from_static("*/*"));
            let (headers, _) = permitted(&client, &[], 0);
            let canonical = TABLE[row].class == Class::Credential && name == TABLE[row].name;
            prop_assert_eq!(headers.contains_key(&name), canonical);
            prop_assert!(headers.contains_key("accept"));
        }
    }
}
