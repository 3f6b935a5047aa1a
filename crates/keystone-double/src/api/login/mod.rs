//! `POST /v3/auth/tokens`.

mod scope;
mod who;

use serde_json::Value;

use crate::api::validate::nocatalog;
use crate::api::{Ask, Refusal, Reply};
use crate::profile::Profile;
use crate::state::State;
use crate::token::{Dead, Expired, Page, Record};
use crate::world::Place;

impl State {
    /// Checks credentials and makes a token. Every refusal of them reads the same.
    pub(crate) fn login(&mut self, ask: &Ask) -> Result<Reply, Refusal> {
        let body = ask.body.as_deref().unwrap_or_default();
        if body.is_empty() {
            return Err(expected("auth in request body"));
        }
        let body: Value =
            serde_json::from_slice(body).map_err(|_| expected("valid JSON in request body"))?;
        let auth = body.get("auth").ok_or_else(|| expected("auth in request body"))?;
        let identity = auth.get("identity").ok_or_else(|| expected("identity in auth"))?;

        let mut record = self.authenticate(identity)?;
        self.apply_scope(&mut record, auth.get("scope"))?;
        self.check_usable(&record)?;

        let base = ask.base(&self.profile);
        let page =
            Page { profile: &self.profile, base: &base, nocatalog: nocatalog(ask, &self.profile) };
        let body = self.describe(&record, page);
        let length = self.length_for(&record);
        let token = self.keep(record, length);
        Ok(Reply::json(201, &body).about(&token))
    }

    /// A token that would not validate is neither handed out nor kept.
    fn check_usable(&self, record: &Record) -> Result<(), Refusal> {
        self.judge(record, Expired::Refused).map_err(|dead| match dead {
            Dead::TrustBroken => Refusal::NotAuthorized,
            _ => Refusal::Unauthenticated,
        })
    }

    /// Fernet tokens are as long as what they hold; other lengths are a profile's own.
    fn length_for(&self, record: &Record) -> Option<usize> {
        let rescoped = record.audit_ids.len() > 1;
        let usual = Profile::keystone().token_length;
        (self.profile.token_length == usual).then(|| match &record.place {
            _ if record.trust.is_some() => 226,
            _ if record.application_credential.is_some() || rescoped => 204,
            Some(Place::Project(_)) => usual,
            Some(_) | None => 162,
        })
    }
}

/// Something that the body lacks.
fn expected(what: &str) -> Refusal {
    Refusal::Malformed(format!("Expecting to find {what}."))
}

/// A text member of an object.
fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}
