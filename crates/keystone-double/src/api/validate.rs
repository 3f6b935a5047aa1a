//! `GET` and `HEAD` of `/v3/auth/tokens`.

use http::Method;

use crate::api::caller::Caller;
use crate::api::subject::{SUBJECT, Subject};
use crate::api::{Ask, Refusal, Reply};
use crate::profile::{NoCatalog, Profile, Validation};
use crate::state::State;
use crate::token::{Expired, Page};

impl State {
    /// Describes the subject token.
    pub(crate) fn validate(&mut self, ask: &Ask) -> Result<Reply, Refusal> {
        if let Some(limit) = self.exceeded() {
            return Err(Refusal::TooMany(limit));
        }
        if self.profile.strict {
            check_form(ask).map_err(|why| Refusal::Malformed(why.to_owned()))?;
        }
        if let Some(canned) = ask.header(SUBJECT).and_then(|token| self.forged.get(&token)) {
            return Ok(Reply::from(canned.clone()));
        }
        let caller = self.caller(ask)?;
        if let Some(reply) = self.replayed(ask, &caller) {
            return reply;
        }
        self.check_same_token(ask, &caller)?;
        let subject = self.subject(ask, expired(ask))?;
        self.check_access_rules(ask, &subject)?;
        check_policy(ask, &caller, &subject)?;

        let base = ask.base(&self.profile);
        let page =
            Page { profile: &self.profile, base: &base, nocatalog: nocatalog(ask, &self.profile) };
        let body = self.describe(&subject.record, page);
        Ok(Reply::json(200, &body).about(&subject.token))
    }

    /// Some services let nobody ask about another token.
    fn check_same_token(&self, ask: &Ask, caller: &Caller) -> Result<(), Refusal> {
        let subject = ask.header(SUBJECT);
        match self.profile.validation {
            Validation::OnlyItself(status) if subject.as_ref() != Some(&caller.token) => {
                Err(Refusal::OtherToken(status))
            }
            Validation::OnlyItself(_) | Validation::ByPolicy => Ok(()),
        }
    }
}

/// Keystone's `identity:validate_token` and `identity:check_token`, which differ in the services.
fn check_policy(ask: &Ask, caller: &Caller, subject: &Subject) -> Result<(), Refusal> {
    let by_get = ask.method == Method::GET;
    let allowed = caller.is_user_of(&subject.record)
        || caller.has_role("admin")
        || caller.reads_system()
        || (by_get && caller.has_role("service"));
    match (allowed, by_get) {
        (true, _) => Ok(()),
        (false, true) => Err(Refusal::Forbidden("identity:validate_token")),
        (false, false) => Err(Refusal::Forbidden("identity:check_token")),
    }
}

/// Whether the catalogue is to be left out.
pub(crate) fn nocatalog(ask: &Ask, profile: &Profile) -> bool {
    let asked = ask.parameter("nocatalog");
    match profile.nocatalog {
        NoCatalog::Present => asked.is_some(),
        NoCatalog::WithValue => asked.is_some_and(|value| !value.is_empty()),
    }
}

/// Whether an expired subject is asked for: any value but those that mean no.
pub(crate) fn expired(ask: &Ask) -> Expired {
    match ask.parameter("allow_expired").map(str::to_ascii_lowercase).as_deref() {
        None | Some("0" | "false" | "f" | "no" | "n" | "off") => Expired::Refused,
        Some(_) => Expired::Allowed,
    }
}

/// What a strict service finds wrong with a request that others would take.
fn check_form(ask: &Ask) -> Result<(), &'static str> {
    if ask.header("x-auth-token").is_none() {
        // Keystone's own answer, 401, is as good.
        return Ok(());
    }
    if ask.header(SUBJECT).is_none() {
        return Err("X-Subject-Token is missing.");
    }
    if ask.header("accept").as_deref() != Some("application/json") {
        return Err("Accept is not application/json.");
    }
    let known = |pair: &str| matches!(pair, "nocatalog=1" | "allow_expired=1");
    if ask.parameter("nocatalog") != Some("1") || !ask.query.split('&').all(known) {
        return Err("The query is not nocatalog=1.");
    }
    Ok(())
}
