//! Ending tokens early, and the list of what was ended.

use jiff::Timestamp;

use crate::clock::whole_second;
use crate::state::State;

/// An entry of the revocation list: which tokens, and when.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The member that tells which tokens, such as `audit_id`.
    pub(crate) member: &'static str,
    /// Its value.
    pub(crate) value: String,
    /// When, in whole seconds.
    pub(crate) at: Timestamp,
}

impl State {
    /// Revokes a token and, with `cascade`, all that were made from it.
    pub(crate) fn revoke(&mut self, presented: &str, cascade: bool) {
        let Some(record) = self.tokens.find_mut(presented) else {
            return;
        };
        record.revoked = true;
        let id = record.audit_id().to_owned();
        self.record_event("audit_id", id.clone());
        if !cascade {
            return;
        }
        for record in self.tokens.all_mut() {
            if record.chain_id() == id {
                record.revoked = true;
            }
        }
        self.record_event("audit_chain_id", id);
    }

    /// Revokes all tokens a user has so far.
    pub(crate) fn revoke_all_of(&mut self, user_id: &str) {
        for record in self.tokens.all_mut() {
            if record.user == user_id {
                record.revoked = true;
            }
        }
        self.record_event("user_id", user_id.to_owned());
    }

    /// The events at or after a moment, oldest first.
    pub(crate) fn events_since(&self, since: Option<Timestamp>) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| since.is_none_or(|since| event.at >= since))
    }

    fn record_event(&mut self, member: &'static str, value: String) {
        let at = whole_second(self.clock.now());
        self.events.push(Event { member, value, at });
        let surplus = self.events.len().saturating_sub(MOST_EVENTS);
        self.events.drain(..surplus);
    }
}

const MOST_EVENTS: usize = 10_000;
