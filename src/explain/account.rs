//! One request and what came of it.

use std::fmt;

use serde_json::Value;

use crate::front::Rehearsal;
use crate::identity::UnixTime;

use super::{Question, json, text};

/// An account of a rehearsal. `Display` is for people, [`Account::to_json`] for programs.
pub struct Account {
    /// `GET /v3/p1/volumes`.
    pub(super) asked: String,
    /// The host that the request names.
    pub(super) host: String,
    pub(super) rehearsal: Rehearsal,
    /// What whoever asks should know about the answer.
    pub(super) remarks: Vec<&'static str>,
}

impl Account {
    /// Of what came of `question`; `now` tells what has expired.
    pub fn new(question: &Question, rehearsal: Rehearsal, now: UnixTime) -> Self {
        let parts = question.parts();
        let host = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let mut remarks = Vec::new();
        let expired = rehearsal.user.as_ref().is_some_and(|user| user.expires_at() <= now);
        if expired && question.cast().is_some() {
            remarks.push("the saved token has expired; that is overlooked here");
        }
        if rehearsal.answer.reason == "unavailable" {
            remarks.push(match (&rehearsal.explanation, question.cast()) {
                (None, _) => "Keystone could not be asked; see keystone.auth_url and the account",
                (Some(_), None) => "a server that the rule asks did not answer",
                (Some(_), Some(_)) => "the rule asks another server; that is done for tokens alone",
            });
        }
        if rehearsal.answer.reason == "undecided" {
            remarks.push("a check without a verdict denies, under \"not\" as well");
        }
        if rehearsal.answer.decision == "shadow_deny" {
            remarks.push("the route is in shadow mode: the denial is recorded, nothing more");
        }
        Self {
            asked: format!("{} {}", parts.method, parts.uri),
            host: host.unwrap_or_default().to_owned(),
            rehearsal,
            remarks,
        }
    }

    /// Whether the request goes on to the service.
    pub fn passes(&self) -> bool {
        self.rehearsal.passes()
    }

    /// Everything as data.
    pub fn to_json(&self) -> Value {
        json::account(self)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::account(self))
    }
}
