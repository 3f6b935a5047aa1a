//! Who asks, and what they may ask.

use crate::api::{Ask, Refusal};
use crate::state::State;
use crate::token::{Expired, Record};
use crate::world::Place;

/// The token a request is made with, good at this moment.
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) record: Record,
    roles: Vec<String>,
}

impl Caller {
    /// Whether this role is among the caller's, anywhere.
    pub(crate) fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role == name)
    }

    /// Whether the caller may read what concerns the whole cloud.
    pub(crate) fn reads_system(&self) -> bool {
        self.record.place == Some(Place::System) && self.has_role("reader")
    }

    /// Whether the caller asks about itself.
    pub(crate) fn is_user_of(&self, subject: &Record) -> bool {
        self.record.user == subject.user
    }
}

impl State {
    /// Authenticates a request by its `X-Auth-Token`. An expired token never does.
    pub(crate) fn caller(&self, ask: &Ask) -> Result<Caller, Refusal> {
        let token = ask.header("x-auth-token").ok_or(Refusal::Unauthenticated)?;
        let record =
            self.examine(&token, Expired::Refused).map_err(|_| Refusal::Unauthenticated)?;
        Ok(Caller {
            roles: self.roles(record).into_iter().map(|role| role.name).collect(),
            record: record.clone(),
            token,
        })
    }
}
