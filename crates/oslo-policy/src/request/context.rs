//! The credentials that every service has.

use std::fmt::{self, Debug, Formatter};

use super::Credentials;
use crate::value::{List, Value};

/// The attributes of oslo.context's `RequestContext.to_policy_values()`: exactly these, and all of
/// them, without a value where the token says nothing.
///
/// ```
/// use oslo_policy::{Context, Policy};
///
/// let policy = Policy::builder().inline("list", "role:reader and user_id:%(user_id)s").build()?;
/// let roles = vec!["Reader".to_owned()];
/// let caller = Context { user_id: Some("u1"), roles: Some(&roles), ..Context::default() };
/// assert!(policy.enforce("list", &[("user_id", "u1")], &caller).is_allowed());
/// assert!(!policy.enforce("list", &[("user_id", "u2")], &caller).is_allowed());
/// # Ok::<(), oslo_policy::LoadErrors>(())
/// ```
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the names are the attributes")]
pub struct Context<'a> {
    pub user_id: Option<&'a str>,
    pub user_domain_id: Option<&'a str>,
    pub system_scope: Option<&'a str>,
    pub domain_id: Option<&'a str>,
    pub project_id: Option<&'a str>,
    pub project_domain_id: Option<&'a str>,
    /// Role names; without a value a `role:` check cannot be decided.
    pub roles: Option<&'a dyn List>,
    pub is_admin_project: bool,
    pub service_user_id: Option<&'a str>,
    pub service_user_domain_id: Option<&'a str>,
    pub service_project_id: Option<&'a str>,
    pub service_project_domain_id: Option<&'a str>,
    pub service_roles: Option<&'a dyn List>,
}

/// A context of nobody: no roles, and in the admin project, as oslo.context has it.
impl Default for Context<'_> {
    fn default() -> Self {
        Self {
            user_id: None,
            user_domain_id: None,
            system_scope: None,
            domain_id: None,
            project_id: None,
            project_domain_id: None,
            roles: Some(&NO_ROLES),
            is_admin_project: true,
            service_user_id: None,
            service_user_domain_id: None,
            service_project_id: None,
            service_project_domain_id: None,
            service_roles: Some(&NO_ROLES),
        }
    }
}

const NO_ROLES: [&str; 0] = [];

impl Context<'_> {
    /// The names of the attributes, in the order of oslo.context.
    pub const ATTRIBUTES: [&'static str; 13] = [
        "user_id",
        "user_domain_id",
        "system_scope",
        "domain_id",
        "project_id",
        "project_domain_id",
        "roles",
        "is_admin_project",
        "service_user_id",
        "service_user_domain_id",
        "service_project_id",
        "service_project_domain_id",
        "service_roles",
    ];
}

impl Credentials for Context<'_> {
    fn attribute(&self, name: &str) -> Option<Value<'_>> {
        let list = |list: Option<_>| list.map_or(Value::None, Value::List);
        Some(match name {
            "user_id" => self.user_id.into(),
            "user_domain_id" => self.user_domain_id.into(),
            "system_scope" => self.system_scope.into(),
            "domain_id" => self.domain_id.into(),
            "project_id" => self.project_id.into(),
            "project_domain_id" => self.project_domain_id.into(),
            "roles" => list(self.roles),
            "is_admin_project" => self.is_admin_project.into(),
            "service_user_id" => self.service_user_id.into(),
            "service_user_domain_id" => self.service_user_domain_id.into(),
            "service_project_id" => self.service_project_id.into(),
            "service_project_domain_id" => self.service_project_domain_id.into(),
            "service_roles" => list(self.service_roles),
            _ => return None,
        })
    }
}

impl Debug for Context<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let entries = Self::ATTRIBUTES.iter().map(|name| (name, self.attribute(name)));
        out.debug_map().entries(entries).finish()
    }
}
