//! Tokens: what is remembered of each, whether it is still good, and how it reads on the wire.

mod catalog;
mod render;
mod store;
mod verdict;

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{after, whole_second};
use crate::world::Place;

pub(crate) use catalog::catalog;
pub(crate) use render::Page;
pub(crate) use store::Tokens;
pub(crate) use verdict::{Dead, Expired};

/// What is remembered of one token. References are ids; names are looked up when asked.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) user: String,
    /// Absent for an unscoped token.
    pub(crate) place: Option<Place>,
    pub(crate) methods: Vec<String>,
    /// Its own audit id, and that of the first token of its chain when it was rescoped.
    pub(crate) audit_ids: Vec<String>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) application_credential: Option<String>,
    pub(crate) trust: Option<String>,
    /// The user behind an agency token.
    pub(crate) assumed_by: Option<String>,
    /// Roles that hold whatever was granted.
    pub(crate) fixed_roles: Option<Vec<String>>,
    pub(crate) revoked: bool,
}

impl Record {
    /// A token that a user got by a method, good from `now` for `lifetime`.
    pub(crate) fn new(user: &str, method: &str, now: Timestamp, lifetime: Duration) -> Self {
        let issued_at = whole_second(now);
        Self {
            user: user.to_owned(),
            place: None,
            methods: vec![method.to_owned()],
            audit_ids: vec![audit_id()],
            issued_at,
            expires_at: after(issued_at, lifetime),
            application_credential: None,
            trust: None,
            assumed_by: None,
            fixed_roles: None,
            revoked: false,
        }
    }

    /// Makes it a token obtained with another one: same end, same chain, one more method.
    pub(crate) fn descend_from(&mut self, parent: &Self) {
        self.methods.clone_from(&parent.methods);
        if !self.methods.iter().any(|method| method == "token") {
            self.methods.push("token".to_owned());
        }
        self.audit_ids.truncate(1);
        self.audit_ids.extend(parent.audit_ids.last().cloned());
        self.expires_at = parent.expires_at;
    }

    /// Its own audit id.
    pub(crate) fn audit_id(&self) -> &str {
        self.audit_ids.first().map_or("", String::as_str)
    }

    /// The audit id of the first token of its chain.
    pub(crate) fn chain_id(&self) -> &str {
        self.audit_ids.last().map_or("", String::as_str)
    }
}

/// A new token's text: like Fernet's, `length` characters and no two alike.
pub(crate) fn text(length: usize) -> String {
    let mut text = String::with_capacity(length);
    text.push_str(FERNET_START);
    text.truncate(length);
    while text.len() < length {
        text.push(url_safe());
    }
    text
}

fn audit_id() -> String {
    (0..AUDIT_ID_LENGTH).map(|_| url_safe()).collect()
}

fn url_safe() -> char {
    match fastrand::u8(0..64) {
        62 => '-',
        63 => '_',
        _ => fastrand::alphanumeric(),
    }
}

/// Every Fernet token of this century starts so: the version and the first bytes of the time.
const FERNET_START: &str = "gAAAA";
const AUDIT_ID_LENGTH: usize = 22;
