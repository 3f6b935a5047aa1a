//! What a door hands in: borrowed, neutral, free of any protocol.

use http::HeaderValue;

use crate::identity::RawToken;

/// A request for access.
#[derive(Clone, Copy, Debug)]
pub struct AccessRequest<'a> {
    /// The user token.
    pub user: Credential<'a>,
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
