//! What a door hands in: borrowed, neutral, free of any protocol.

use http::{HeaderValue, Method};

use crate::identity::RawToken;

/// A request for access.
#[derive(Clone, Copy, Debug)]
pub struct AccessRequest<'a> {
    /// What is to be done.
    pub method: &'a Method,
    /// Where, as it will be forwarded; without the query.
    pub path: &'a str,
    /// The user token.
    pub user: Credential<'a>,
    /// The token of the service that calls on the user's behalf.
    pub service: Credential<'a>,
    /// The request's id, so that Keystone's log can be matched with ours.
    pub request_id: Option<&'a HeaderValue>,
}

/// What a client presented where one token belongs.
#[derive(Clone, Copy, Debug)]
pub enum Credential<'a> {
    /// No such field.
    Absent,
    /// More than one. Servers behind a proxy disagree on which of two equal fields counts, so
    /// none does.
    Several,
    /// One field, which may be empty.
    Single(RawToken<'a>),
}
