//! Making tokens.

use std::time::Duration;

use crate::state::State;
use crate::token::{Record, text};
use crate::world::Place;

/// What a token is to be.
pub(crate) struct Mint {
    pub(crate) user: String,
    pub(crate) place: Option<Place>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) length: Option<usize>,
    pub(crate) methods: Vec<String>,
    pub(crate) application_credential: Option<String>,
    pub(crate) trust: Option<String>,
    pub(crate) parent: Option<String>,
    pub(crate) assumed_by: Option<String>,
    pub(crate) roles: Option<Vec<String>>,
}

/// Something that a world does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoSuch {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

impl State {
    /// Makes a token whether or not a login would, and gives its text.
    pub(crate) fn mint(&mut self, mint: &Mint) -> Result<String, NoSuch> {
        let record = self.record(mint)?;
        Ok(self.keep(record, mint.length))
    }

    /// Keeps a token under a new text.
    pub(crate) fn keep(&mut self, record: Record, length: Option<usize>) -> String {
        let text = text(length.unwrap_or(self.profile.token_length));
        self.tokens.insert(text.clone(), record);
        text
    }

    fn record(&self, mint: &Mint) -> Result<Record, NoSuch> {
        let user = self.user_id(&mint.user)?;
        let lifetime = mint.lifetime.unwrap_or(self.profile.token_lifetime);
        let mut record = Record::new(&user, "password", self.clock.now(), lifetime);
        record.place = mint.place.as_ref().map(|place| self.place_id(place)).transpose()?;
        if let Some(name) = &mint.application_credential {
            let credential = self.world.application_credential(name);
            let credential = credential.ok_or_else(|| no_such("application credential", name))?;
            record.place = Some(Place::Project(credential.project.clone()));
            record.methods = vec!["application_credential".to_owned()];
            record.application_credential = Some(credential.id.clone());
        }
        if let Some(id) = &mint.trust {
            let trust = self.world.trust(id).ok_or_else(|| no_such("trust", id))?;
            record.place = Some(Place::Project(trust.project.clone()));
            let shown = if trust.impersonation { &trust.trustor } else { &trust.trustee };
            record.user.clone_from(shown);
            record.methods = vec!["password".to_owned(), "token".to_owned()];
            record.trust = Some(trust.id.clone());
        }
        if let Some(parent) = &mint.parent {
            let parent = self.tokens.find(parent).ok_or_else(|| no_such("parent token", ""))?;
            record.descend_from(parent);
        }
        if let Some(user) = &mint.assumed_by {
            record.assumed_by = Some(self.user_id(user)?);
        }
        if !mint.methods.is_empty() {
            record.methods.clone_from(&mint.methods);
        }
        record.fixed_roles.clone_from(&mint.roles);
        Ok(record)
    }

    fn user_id(&self, name: &str) -> Result<String, NoSuch> {
        let user = self.world.user(name).ok_or_else(|| no_such("user", name))?;
        Ok(user.id.clone())
    }

    fn place_id(&self, place: &Place) -> Result<Place, NoSuch> {
        Ok(match place {
            Place::Project(name) => {
                let project = self.world.project(name).ok_or_else(|| no_such("project", name))?;
                Place::Project(project.id.clone())
            }
            Place::Domain(name) => {
                let domain = self.world.domain(name).ok_or_else(|| no_such("domain", name))?;
                Place::Domain(domain.id.clone())
            }
            Place::System => Place::System,
        })
    }
}

fn no_such(kind: &'static str, name: &str) -> NoSuch {
    NoSuch { kind, name: name.to_owned() }
}
