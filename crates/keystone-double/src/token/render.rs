//! How a token reads on the wire.

use serde_json::{Map, Value, json};

use crate::clock::written;
use crate::profile::Profile;
use crate::state::State;
use crate::token::Record;
use crate::token::catalog::catalog;
use crate::world::{Domain, Place, Project, Role, User, World, derived_id};

/// What the answer around a token depends on besides the token.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    /// The habits of the service.
    pub(crate) profile: &'a Profile,
    /// The address of the service as its client knows it, without `/v3`.
    pub(crate) base: &'a str,
    /// Whether the catalogue is left out.
    pub(crate) nocatalog: bool,
}

impl State {
    /// The body that describes a token.
    pub(crate) fn describe(&self, record: &Record, page: Page<'_>) -> Value {
        let profile = page.profile;
        let writer = Writer { world: &self.world, page };
        let mut token = Map::new();
        let mut put = |name: &str, value: Value| token.insert(name.to_owned(), value);
        put("methods", json!(record.methods));
        put("user", writer.user(self.world.user(&record.user)));
        put("audit_ids", json!(record.audit_ids));
        put("expires_at", json!(written(record.expires_at, profile.timestamps)));
        put("issued_at", json!(written(record.issued_at, profile.timestamps)));
        if let Some(place) = &record.place {
            for (name, value) in writer.scope(place, record) {
                put(name, value);
            }
            let roles = self.roles(record);
            let in_full = profile.all_members || record.trust.is_some();
            put("roles", roles.iter().map(|role| writer.role(role, in_full)).collect());
            if !page.nocatalog {
                put("catalog", catalog(&self.world, place, page));
            }
        }
        if let Some(trust) = record.trust.as_deref().and_then(|id| self.world.trust(id)) {
            let trust = json!({
                "id": trust.id,
                "trustor_user": {"id": trust.trustor},
                "trustee_user": {"id": trust.trustee},
                "impersonation": trust.impersonation,
            });
            put("OS-TRUST:trust", trust);
        }
        if let Some(id) = &record.application_credential {
            put("application_credential", writer.credential(id));
        }
        if let Some(user) = &record.assumed_by {
            put("assumed_by", json!({ "user": writer.user(self.world.user(user)) }));
        }
        without(json!({ "token": token }), &profile.omitted)
    }
}

/// Writes the parts of a token.
struct Writer<'a> {
    world: &'a World,
    page: Page<'a>,
}

impl Writer<'_> {
    fn user(&self, user: Option<&User>) -> Value {
        let Some(user) = user else {
            return Value::Null;
        };
        let mut members = json!({
            "id": user.id,
            "name": user.name,
            "domain": self.domain(self.world.domain(&user.domain)),
            "password_expires_at": null,
        });
        self.extend(&mut members, || {
            json!({
                "description": "",
                "enabled": user.enabled,
                "domain_id": user.domain,
                "default_project_id": user.default_project,
                "email": "user@cloud.example",
                "options": {},
                "links": self.links("users", &user.id),
            })
        });
        members
    }

    fn domain(&self, domain: Option<&Domain>) -> Value {
        let Some(domain) = domain else {
            return Value::Null;
        };
        let mut members = json!({"id": domain.id, "name": domain.name});
        self.extend(&mut members, || {
            json!({
                "description": "",
                "enabled": domain.enabled,
                "options": {},
                "links": self.links("domains", &domain.id),
            })
        });
        members
    }

    fn project(&self, project: &Project) -> Value {
        let mut members = json!({
            "id": project.id,
            "name": project.name,
            "domain": self.domain(self.world.domain(&project.domain)),
        });
        self.extend(&mut members, || {
            json!({
                "description": "",
                "enabled": project.enabled,
                "domain_id": project.domain,
                "parent_id": project.domain,
                "is_domain": false,
                "tags": ["blue"],
                "options": {},
                "links": self.links("projects", &project.id),
            })
        });
        members
    }

    fn role(&self, role: &Role, in_full: bool) -> Value {
        let id = if self.page.profile.anonymous_roles { "0" } else { &role.id };
        let mut members = json!({"id": id, "name": role.name});
        if in_full {
            let more =
                json!({"domain_id": null, "description": null, "options": {"immutable": true}});
            merge(&mut members, more);
        }
        self.extend(&mut members, || json!({ "links": self.links("roles", &role.id) }));
        members
    }

    /// The members that tell where a token holds.
    fn scope(&self, place: &Place, record: &Record) -> Vec<(&'static str, Value)> {
        let together = self.page.profile.scopes_together;
        let system = || ("system", json!({ "all": true }));
        let mut members = Vec::new();
        match place {
            Place::Project(id) => {
                let Some(project) = self.world.project(id) else {
                    return members;
                };
                members.push(("project", self.project(project)));
                if record.trust.is_none() {
                    members.push(("is_domain", json!(false)));
                }
                if let Some(admin) = &self.world.admin_project {
                    members.push(("is_admin_project", json!(admin == id)));
                } else if self.page.profile.says_is_admin_project {
                    members.push(("is_admin_project", json!(false)));
                }
                if together {
                    members.push(("domain", self.domain(self.world.domain(&project.domain))));
                    members.push(system());
                }
            }
            Place::Domain(id) => {
                members.push(("domain", self.domain(self.world.domain(id))));
                if together {
                    members.push(system());
                }
            }
            Place::System => members.push(system()),
        }
        members
    }

    fn credential(&self, id: &str) -> Value {
        let Some(credential) = self.world.application_credential(id) else {
            return Value::Null;
        };
        let mut members = json!({
            "id": credential.id,
            "name": credential.name,
            "restricted": !credential.unrestricted,
        });
        if !credential.access_rules.is_empty() {
            let rules: Value = credential
                .access_rules
                .iter()
                .map(|rule| json!({
                    "id": derived_id(&[&credential.id, &rule.service, &rule.method, &rule.path]),
                    "service": rule.service,
                    "path": rule.path,
                    "method": rule.method,
                }))
                .collect();
            merge(&mut members, json!({ "access_rules": rules }));
        }
        members
    }

    fn links(&self, collection: &str, id: &str) -> Value {
        json!({"self": format!("{}/v3/{collection}/{id}", self.page.base), "previous": null, "next": null})
    }

    /// Adds the members that only a talkative service sends.
    fn extend(&self, members: &mut Value, more: impl Fn() -> Value) {
        if self.page.profile.all_members {
            merge(members, more());
        }
    }
}

fn merge(members: &mut Value, more: Value) {
    if let (Value::Object(members), Value::Object(more)) = (members, more) {
        members.extend(more);
    }
}

/// Takes out the members that the pointers name.
fn without(mut body: Value, pointers: &[String]) -> Value {
    for pointer in pointers {
        let Some((parent, name)) = pointer.rsplit_once('/') else {
            continue;
        };
        if let Some(Value::Object(members)) = body.pointer_mut(parent) {
            members.remove(name);
        }
    }
    body
}
