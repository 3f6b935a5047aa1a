//! The `scope` part of a login: where the token is to hold.

use serde_json::Value;

use crate::api::Refusal;
use crate::api::login::{expected, text};
use crate::state::State;
use crate::token::Record;
use crate::world::Place;

impl State {
    /// Scopes a new token as asked, or as its user has it by default.
    pub(crate) fn apply_scope(
        &self,
        record: &mut Record,
        scope: Option<&Value>,
    ) -> Result<(), Refusal> {
        let Some(scope) = scope else {
            if record.place.is_none() && record.audit_ids.len() == 1 {
                record.place = self.default_place(&record.user);
            }
            return Ok(());
        };
        if record.application_credential.is_some() {
            // The credential's project is the only scope there is, and it must not be named.
            return Err(Refusal::Unauthenticated);
        }
        if scope.as_str() == Some("unscoped") {
            return Ok(());
        }
        let scope = scope.as_object().ok_or_else(|| expected("an object as scope"))?;
        let mut kinds = scope.iter();
        let (Some((kind, object)), None) = (kinds.next(), kinds.next()) else {
            return Err(expected("exactly one of project, domain, system in scope"));
        };
        match kind.as_str() {
            "unscoped" => {}
            "project" => record.place = Some(self.asked_project(object)?),
            "domain" => {
                let domain = self.named_domain(object)?.ok_or(Refusal::Unauthenticated)?;
                record.place = Some(Place::Domain(domain.id.clone()));
            }
            "system" => record.place = Some(Place::System),
            "OS-TRUST:trust" => self.apply_trust(record, object)?,
            _ => return Err(expected("one of project, domain, system in scope")),
        }
        Ok(())
    }

    fn asked_project(&self, object: &Value) -> Result<Place, Refusal> {
        let project = if let Some(id) = text(object, "id") {
            self.world.projects.iter().find(|project| project.id == id)
        } else {
            let name = text(object, "name").ok_or_else(|| expected("id or name in project"))?;
            let domain = object.get("domain").ok_or_else(|| expected("domain in project"))?;
            let domain = self.named_domain(domain)?;
            domain.and_then(|domain| self.world.project_in(&domain.id, name))
        };
        let project = project.ok_or(Refusal::Unauthenticated)?;
        Ok(Place::Project(project.id.clone()))
    }

    fn apply_trust(&self, record: &mut Record, object: &Value) -> Result<(), Refusal> {
        let id = text(object, "id").ok_or_else(|| expected("id in OS-TRUST:trust"))?;
        let trust = self.world.trust(id).ok_or(Refusal::Unauthenticated)?;
        if trust.trustee != record.user {
            return Err(Refusal::NotAuthorized);
        }
        if trust.impersonation {
            record.user.clone_from(&trust.trustor);
        }
        record.place = Some(Place::Project(trust.project.clone()));
        record.trust = Some(trust.id.clone());
        Ok(())
    }

    fn default_place(&self, user_id: &str) -> Option<Place> {
        let project = self.world.user(user_id)?.default_project.clone()?;
        let place = Place::Project(project);
        (!self.world.roles_on(user_id, &place).is_empty()).then_some(place)
    }
}
