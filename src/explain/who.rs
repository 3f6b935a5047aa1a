//! Who is to come: nobody, somebody described, somebody whom Keystone described at another time,
//! or whoever has a token.

use std::sync::Arc;

use serde_json::Value;

use crate::admission::Cast;
use crate::identity::{BadToken, Identity, Secret};
use crate::keystone::{KeystoneError, read_saved};

use super::Wrong;
use super::members::Members;
use super::person;

/// How descriptions are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Whether access rules are enforced.
    pub access_rules: bool,
    /// Whether a description may hold tokens.
    pub tokens: Tokens,
}

/// Whether a description may hold tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// It may: it is held in memory alone.
    Allowed,
    /// It may not: it is kept in a file.
    Refused,
}

/// Who is to come.
pub(super) enum Who {
    /// Somebody known, or nobody.
    Cast { cast: Cast, user: bool, service: bool },
    /// Whoever these stand for.
    Tokens { user: Option<Secret>, service: Option<Secret> },
}

impl Who {
    /// Reads the member `as`.
    pub(super) fn read(key: &str, value: Option<&Value>, how: Reading) -> Result<Self, Wrong> {
        let Some(value) = value else { return Ok(Self::nobody()) };
        match value.as_str() {
            None => {}
            Some("nobody") => return Ok(Self::nobody()),
            Some("invalid") => return Ok(Self::user(Err(BadToken::Unknown))),
            Some(other) => {
                let message = format!("{other:?} is nobody known; write nobody, invalid, or keys");
                return Err(Wrong::new(key, message));
            }
        }
        if value.get("token").is_some() || value.get("service_token").is_some() {
            return tokens(key, value, how.tokens);
        }
        if value.get("identity").is_some() {
            return saved(key, value, how.access_rules);
        }
        let mut members = Members::of(key, value, &person::KEYS)?;
        let service = members.words("service_roles")?;
        let user = person::identity(&mut members)?;
        members.end()?;
        Self::user(Ok(user)).beside(key, service)
    }

    fn nobody() -> Self {
        Self::Cast { cast: empty(), user: false, service: false }
    }

    fn user(said: Result<Identity, BadToken>) -> Self {
        let cast = Cast { user: said.map(Arc::new), ..empty() };
        Self::Cast { cast, user: true, service: false }
    }

    /// The same with a service that calls on the user's behalf.
    fn beside(self, key: &str, roles: Vec<String>) -> Result<Self, Wrong> {
        match self {
            Self::Cast { cast, user, .. } if !roles.is_empty() => {
                let service = Ok(Arc::new(person::service(key, roles)?));
                Ok(Self::Cast { cast: Cast { service, ..cast }, user, service: true })
            }
            alone => Ok(alone),
        }
    }
}

/// What is never asked for has no good answer.
fn empty() -> Cast {
    Cast { user: Err(BadToken::Unknown), service: Err(BadToken::Unknown) }
}

fn tokens(key: &str, value: &Value, tokens: Tokens) -> Result<Who, Wrong> {
    let mut members = Members::of(key, value, &["token", "service_token"])?;
    if tokens == Tokens::Refused {
        let message = "a token has no place in a file of tests; describe the caller";
        return Err(members.wrong("token", message));
    }
    let user = members.text("token")?.map(Secret::new);
    let service = members.text("service_token")?.map(Secret::new);
    members.end()?;
    Ok(Who::Tokens { user, service })
}

/// What `GET /v3/auth/tokens` said once.
fn saved(key: &str, value: &Value, access_rules: bool) -> Result<Who, Wrong> {
    let mut members = Members::of(key, value, &["identity", "service_roles"])?;
    let service = members.words("service_roles")?;
    let body = members.take("identity").unwrap_or_default().to_string();
    let said = match read_saved(body.as_bytes(), access_rules) {
        Ok(identity) => Ok(identity),
        Err(KeystoneError::Bad(bad)) => Err(bad),
        Err(KeystoneError::Unavailable(..)) => {
            let message = "is not the body of an answer to GET /v3/auth/tokens";
            return Err(members.wrong("identity", message));
        }
    };
    members.end()?;
    Who::user(said).beside(key, service)
}
