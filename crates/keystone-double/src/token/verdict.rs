//! Whether a token is still good, and with which roles.

use std::time::Duration;

use crate::clock::after;
use crate::state::State;
use crate::token::Record;
use crate::world::{Place, Role};

/// Whether a token past its end counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expired {
    /// It does not.
    Refused,
    /// It does for two more days, as `allow_expired` asks.
    Allowed,
}

/// Why a token is no good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Dead {
    /// Nobody issued it.
    Unknown,
    /// Revoked, expired, or its user or credential is gone.
    Over,
    /// Its project is disabled.
    ProjectDisabled(String),
    /// Its domain, or its project's, is disabled.
    DomainDisabled(String),
    /// Its user has no role left where it is scoped.
    NoRoles,
    /// What its trustor delegated is no longer the trustor's.
    TrustBroken,
}

impl State {
    /// Looks a token up and says whether it is good now.
    pub(crate) fn examine(&self, presented: &str, expired: Expired) -> Result<&Record, Dead> {
        let record = self.tokens.find(presented).ok_or(Dead::Unknown)?;
        self.judge(record, expired)?;
        Ok(record)
    }

    /// Says whether a token is good now.
    pub(crate) fn judge(&self, record: &Record, expired: Expired) -> Result<(), Dead> {
        self.check_trust(record)?;
        if record.revoked || self.is_expired(record, expired) || !self.owner_is_active(record) {
            return Err(Dead::Over);
        }
        self.check_place(record)
    }

    /// The roles a token stands for now.
    pub(crate) fn roles(&self, record: &Record) -> Vec<Role> {
        let Some(place) = &record.place else {
            return Vec::new();
        };
        let world = &self.world;
        if let Some(names) = &record.fixed_roles {
            return self.named(names);
        }
        if let Some(trust) = record.trust.as_deref().and_then(|id| world.trust(id)) {
            return world.implied_by(trust.roles.iter()).into_iter().cloned().collect();
        }
        let own = world.roles_on(&record.user, place);
        let credential = record.application_credential.as_deref();
        match credential.and_then(|id| world.application_credential(id)) {
            Some(credential) if !credential.roles.is_empty() => {
                let lent = world.implied_by(credential.roles.iter());
                let still = own.into_iter().filter(|role| lent.iter().any(|r| r.name == role.name));
                still.cloned().collect()
            }
            _ => own.into_iter().cloned().collect(),
        }
    }

    fn check_trust(&self, record: &Record) -> Result<(), Dead> {
        let Some(id) = &record.trust else {
            return Ok(());
        };
        let Some(trust) = self.world.trust(id) else {
            return Err(Dead::Over);
        };
        let place = Place::Project(trust.project.clone());
        let own = self.world.roles_on(&trust.trustor, &place);
        let holds = |name: &String| own.iter().any(|role| role.name == *name);
        let active = self.world.user(&trust.trustor).is_some_and(|trustor| trustor.enabled);
        if active && trust.roles.iter().all(holds) { Ok(()) } else { Err(Dead::TrustBroken) }
    }

    fn is_expired(&self, record: &Record, expired: Expired) -> bool {
        let end = match expired {
            Expired::Refused => record.expires_at,
            Expired::Allowed => after(record.expires_at, ALLOWED_PAST_EXPIRY),
        };
        self.clock.now() >= end
    }

    fn owner_is_active(&self, record: &Record) -> bool {
        let Some(user) = self.world.user(&record.user) else {
            return false;
        };
        let domain = self.world.domain(&user.domain);
        let credential = record.application_credential.as_deref();
        user.enabled
            && domain.is_some_and(|domain| domain.enabled)
            && credential.is_none_or(|id| self.world.application_credential(id).is_some())
    }

    fn check_place(&self, record: &Record) -> Result<(), Dead> {
        let domain_id = match &record.place {
            None => return Ok(()),
            Some(Place::System) => None,
            Some(Place::Domain(id)) => Some(id),
            Some(Place::Project(id)) => {
                let project = self.world.project(id).ok_or(Dead::Over)?;
                if !project.enabled {
                    return Err(Dead::ProjectDisabled(id.clone()));
                }
                Some(&project.domain)
            }
        };
        if let Some(id) = domain_id {
            let domain = self.world.domain(id).ok_or(Dead::Over)?;
            if !domain.enabled {
                return Err(Dead::DomainDisabled(id.clone()));
            }
        }
        if record.fixed_roles.is_none() && self.roles(record).is_empty() {
            return Err(Dead::NoRoles);
        }
        Ok(())
    }

    /// Roles by name, known to the world or not.
    fn named(&self, names: &[String]) -> Vec<Role> {
        let known =
            |name: &String| self.world.roles.iter().find(|role| role.name == *name).cloned();
        names.iter().map(|name| known(name).unwrap_or_else(|| Role::unlisted(name))).collect()
    }
}

/// Keystone's `allow_expired_window`.
const ALLOWED_PAST_EXPIRY: Duration = Duration::from_hours(48);
