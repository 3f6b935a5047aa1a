//! What a token's holder may list: its catalogue, its projects, and revocations.

use serde_json::{Value, json};

use crate::api::{Ask, EVENTS, Refusal, Reply};
use crate::clock::{read, written};
use crate::state::State;
use crate::token::{Page, catalog};
use crate::world::Place;

impl State {
    /// `GET /v3/OS-REVOKE/events`: what was revoked since a moment.
    pub(crate) fn revocation_events(&self, ask: &Ask) -> Result<Reply, Refusal> {
        let caller = self.caller(ask)?;
        if !caller.has_role("service") && !caller.has_role("admin") {
            return Err(Refusal::Forbidden("identity:list_revoke_events"));
        }
        let since = match ask.parameter("since") {
            None => None,
            Some(text) => {
                let text = text.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+");
                let invalid = || Refusal::Malformed(format!("invalid date format {text}"));
                Some(read(&text).ok_or_else(invalid)?)
            }
        };
        let style = self.profile.timestamps;
        let events: Value = self
            .events_since(since)
            .map(|event| {
                json!({
                    event.member: event.value,
                    "issued_before": written(event.at, style),
                    "revoked_at": written(event.at, style),
                })
            })
            .collect();
        let links = self.links(ask, EVENTS);
        Ok(Reply::json(200, &json!({"events": events, "links": links})))
    }

    /// `GET /v3/auth/catalog`.
    pub(crate) fn own_catalog(&self, ask: &Ask) -> Result<Reply, Refusal> {
        let caller = self.caller(ask)?;
        let place = caller.record.place.as_ref().ok_or(Refusal::NotAuthorized)?;
        let base = ask.base(&self.profile);
        let page = Page { profile: &self.profile, base: &base, nocatalog: false };
        let catalog = catalog(&self.world, place, page);
        let links = self.links(ask, "/v3/auth/catalog");
        Ok(Reply::json(200, &json!({"catalog": catalog, "links": links})))
    }

    /// `GET /v3/auth/projects`: where the caller has a role.
    pub(crate) fn own_projects(&self, ask: &Ask) -> Result<Reply, Refusal> {
        let caller = self.caller(ask)?;
        let base = ask.base(&self.profile);
        let has_role = |id: &str| {
            let place = Place::Project(id.to_owned());
            !self.world.roles_on(&caller.record.user, &place).is_empty()
        };
        let projects = self.world.projects.iter().filter(|p| p.enabled && has_role(&p.id));
        let projects: Value = projects
            .map(|project| {
                json!({
                    "id": project.id,
                    "name": project.name,
                    "domain_id": project.domain,
                    "parent_id": project.domain,
                    "description": "",
                    "enabled": true,
                    "is_domain": false,
                    "options": {},
                    "tags": [],
                    "links": {"self": format!("{base}/v3/projects/{}", project.id)},
                })
            })
            .collect();
        let links = self.links(ask, "/v3/auth/projects");
        Ok(Reply::json(200, &json!({"projects": projects, "links": links})))
    }

    fn links(&self, ask: &Ask, path: &str) -> Value {
        let base = ask.base(&self.profile);
        json!({"next": null, "self": format!("{base}{path}"), "previous": null})
    }
}
