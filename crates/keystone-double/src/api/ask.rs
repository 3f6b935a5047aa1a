//! A request, taken apart as far as every answer needs it.

use bytes::Bytes;
use http::{HeaderMap, Method, request};

use crate::api::{EVENTS, TOKENS};
use crate::fault::Operation;
use crate::profile::Profile;

/// A request.
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// The path as received.
    pub(crate) raw_path: String,
    /// The path below the profile's prefix, without a slash at its end; absent outside of it.
    pub(crate) path: Option<String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Absent when it was too long.
    pub(crate) body: Option<Bytes>,
}

impl Ask {
    pub(crate) fn new(head: request::Parts, body: Option<Bytes>, prefix: &str) -> Self {
        Self {
            path: below(prefix, head.uri.path()).map(String::from),
            raw_path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            method: head.method,
            headers: head.headers,
            body,
        }
    }

    /// What a request is about, for counting and for faults.
    pub(crate) fn operation(head: &request::Parts, prefix: &str) -> Operation {
        match (&head.method, below(prefix, head.uri.path())) {
            (&Method::GET | &Method::HEAD, Some(TOKENS)) => Operation::Validate,
            (&Method::POST, Some(TOKENS)) => Operation::Login,
            (&Method::DELETE, Some(TOKENS)) => Operation::Revoke,
            (&Method::GET, Some(EVENTS)) => Operation::Events,
            (&Method::GET | &Method::HEAD, Some("" | "/v3")) => Operation::Discover,
            _ => Operation::Any,
        }
    }

    /// A header as WSGI hands it on: repeated ones joined, absent and empty alike.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name).iter();
        let values: Vec<_> =
            values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let joined = values.join(",");
        (!joined.trim().is_empty()).then(|| joined.trim().to_owned())
    }

    /// The value of a query parameter: absent, or there without a value, or with one.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .find(|(each, _)| *each == name)
            .map(|(_, value)| value)
    }

    /// Where the service is as its client knows it: without `/v3` and without a slash at its end.
    pub(crate) fn base(&self, profile: &Profile) -> String {
        profile.public_url.clone().unwrap_or_else(|| {
            let host = self.header("host").unwrap_or_else(|| "localhost".to_owned());
            format!("http://{host}{}", profile.prefix)
        })
    }

    /// Whether a header is longer than the limit.
    pub(crate) fn has_header_over(&self, limit: Option<usize>) -> bool {
        limit.is_some_and(|limit| self.headers.values().any(|value| value.len() > limit))
    }
}

/// A path's part below a prefix. Keystone does not care about a slash at the end.
fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix(prefix)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}
