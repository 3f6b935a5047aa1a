//! The token a request is about.

use crate::api::{Ask, Refusal};
use crate::state::State;
use crate::token::{Dead, Expired, Record};

/// A good token that a request is about.
pub(crate) struct Subject {
    pub(crate) token: String,
    pub(crate) record: Record,
}

impl State {
    /// Looks up the `X-Subject-Token`, before anybody asks whether the caller may know.
    pub(crate) fn subject(&self, ask: &Ask, expired: Expired) -> Result<Subject, Refusal> {
        let token = ask.header(SUBJECT).ok_or(Refusal::NoSubject)?;
        match self.examine(&token, expired) {
            Ok(record) => Ok(Subject { record: record.clone(), token }),
            Err(dead) => Err(Refusal::DeadSubject(dead, token)),
        }
    }

    /// Refuses a token with access rules to whoever does not promise to enforce them.
    pub(crate) fn check_access_rules(&self, ask: &Ask, subject: &Subject) -> Result<(), Refusal> {
        let credential = subject.record.application_credential.as_deref();
        let credential = credential.and_then(|id| self.world.application_credential(id));
        if credential.is_none_or(|credential| credential.access_rules.is_empty()) {
            return Ok(());
        }
        let over = || Refusal::DeadSubject(Dead::Over, subject.token.clone());
        let promised = ask.header("openstack-identity-access-rules").ok_or_else(over)?;
        let version: f64 = promised.parse().map_err(|_| Refusal::Crash)?;
        if version >= 1.0 { Ok(()) } else { Err(over()) }
    }
}

pub(crate) const SUBJECT: &str = "x-subject-token";
