//! Whoever asks, as rules see it.

use oslo_policy::{Context, Credentials, List, Value};
use serde_json::Value as Json;

use crate::identity::{Identity, Kind};

/// The user, and the service that calls on the user's behalf.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Whom Keystone vouched for.
    pub user: &'a Identity,
    /// The calling service, if its token is good.
    pub service: Option<&'a Identity>,
}

/// The attributes that oslo.context makes of the identity headers, and three of ours: a rule that
/// was written for a service finds here what it found there.
impl Credentials for Caller<'_> {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        let text = |text: Option<_>| text.map_or(Value::None, Value::Text);
        let service = self.service;
        Some(match name {
            "user_id" => Value::Text(self.user.user_id()),
            "user_domain_id" => text(self.user.user_domain_id()),
            "system_scope" => text((self.user.scope().kind == Kind::System).then_some("all")),
            "domain_id" => text(self.user.domain_id()),
            "project_id" => text(self.user.project_id()),
            "project_domain_id" => text(self.user.project_domain_id()),
            "roles" => Value::List(self.user),
            "is_admin_project" => Value::Bool(self.user.is_admin_project()),
            "service_user_id" => text(service.map(Identity::user_id)),
            "service_user_domain_id" => text(service.and_then(Identity::user_domain_id)),
            "service_project_id" => text(service.and_then(Identity::project_id)),
            "service_project_domain_id" => text(service.and_then(Identity::project_domain_id)),
            "service_roles" => service.map_or(Value::List(&NOBODY), |service| Value::List(service)),
            "application_credential_id" => text(self.user.application_credential_id()),
            "trust_id" => text(self.user.trust_id()),
            _ => return None,
        })
    }
}

/// Attributes that oslo.context does not have.
const OURS: [&str; 2] = ["application_credential_id", "trust_id"];

impl Caller<'_> {
    /// All attributes, for another server.
    pub fn to_json(&self) -> Json {
        let member = |name: &str| Some((name.to_owned(), json(self.attribute(name)?)));
        Json::Object(Context::ATTRIBUTES.into_iter().chain(OURS).filter_map(member).collect())
    }
}

fn json(value: Value<'_>) -> Json {
    match value {
        Value::Bool(value) => value.into(),
        Value::Text(text) => text.into(),
        Value::List(list) => (0..).map_while(|at| list.item(at)).map(json).collect(),
        // Attributes have no other kinds of values.
        Value::Float(_) | Value::Integer(_) | Value::Map(_) | Value::None => Json::Null,
    }
}

const NOBODY: [&str; 0] = [];

/// An identity's roles.
impl List for Identity {
    fn item(&self, index: usize) -> Option<Value<'_>> {
        self.roles().nth(index).map(Value::Text)
    }
}
