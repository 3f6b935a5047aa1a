//! The client's request made ours: what may pass is copied, the rest stays behind.
//!
//! A copy, not an edit: a field reaches the service only because a rule here let it, and the
//! original stays at hand in case the request has to be sent again.

use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header};

use crate::admission::Grant;
use crate::identity::{Class, Unrenderable, classify};
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
    /// The client.
    pub(super) peer: &'a Peer,
    /// The request's id.
    pub(super) id: &'a HeaderValue,
}

/// How many fields we set ourselves besides identity.
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
        let client = &self.client.headers;
        let mut headers =
            HeaderMap::with_capacity(client.len() + self.grant.user().fields() + OURS);
        let mut stripped = 0;
        for (name, value) in client {
            match self.fate(name) {
                Fate::Passes => {
                    headers.append(name, value.clone());
                }
                Fate::Stays => {}
                Fate::Stripped => stripped += 1,
            }
        }
        if let Some(length) = self.length {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        } else if !body.is_empty() {
            // Said aloud, because a GET is not expected to have a body.
            headers.insert(header::TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        self.grant.user().apply_to(&mut headers)?;
        set_forwarded(&mut headers, self.peer);
        headers.insert(REQUEST_ID, self.id.clone());
        let mut request = Request::new(body);
        *request.method_mut() = self.client.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = headers;
        Ok((request, stripped))
    }

    fn fate(&self, name: &HeaderName) -> Fate {
        // Servers fold other marks into `-`, each in its own way, so such a name could be taken
        // for any other: for one of identity, of framing or of origin. nginx drops them too.
        if !name.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Fate::Stripped;
        }
        // The handshake about the body, and how it is framed, are between the client and us.
        let framing = *name == header::CONTENT_LENGTH || *name == header::EXPECT;
        if framing || is_hop_by_hop(name) || self.nominated.contains(name) {
            return Fate::Stays;
        }
        match classify(name) {
            Some(Class::Credential) if credentials::is_unvalidated(name, &self.client.headers) => {
                Fate::Stripped
            }
            Some(Class::Credential) | None => Fate::Passes,
            Some(Class::Deprecated(_) | Class::Foreign | Class::Service(_) | Class::User(_)) => {
                Fate::Stripped
            }
            Some(Class::Origin) => Fate::Stays,
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
