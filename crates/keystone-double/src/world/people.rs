//! Users, what they were granted, and the credentials and trusts that act for them.

use serde::Deserialize;

use crate::world::{Secret, default_domain, yes};

/// Somebody who can log in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The login name, unique in its domain.
    pub name: String,
    /// Derived from domain and name when empty.
    #[serde(default)]
    pub id: String,
    /// The owning domain, by name or id.
    #[serde(default = "default_domain")]
    pub domain: String,
    /// What `password` logins must present.
    pub password: Secret,
    /// Whether the user may log in and its tokens are valid.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The project of logins that name no scope, by name or id.
    #[serde(default)]
    pub default_project: Option<String>,
    /// Which roles the user has where.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

impl User {
    /// An enabled user of the domain `Default` without any role; the password is `NAMEpw`.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            password: Secret::from(format!("{name}pw")),
            name,
            id: String::new(),
            domain: default_domain(),
            enabled: true,
            default_project: None,
            grants: Vec::new(),
        }
    }

    /// The same user with `roles` on `place`.
    #[must_use]
    pub fn granted<const N: usize>(mut self, place: Place, roles: [&str; N]) -> Self {
        self.grants.push(Grant { place, roles: roles.map(String::from).to_vec() });
        self
    }
}

/// Roles on one place.
///
/// In a file: `{project: demo, roles: [member]}`, `{domain: Default, roles: [admin]}` or
/// `{system: true, roles: [reader]}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "GrantFields")]
pub struct Grant {
    /// Where the roles hold.
    pub place: Place,
    /// Names of the roles.
    pub roles: Vec<String>,
}

/// Where roles hold and what a token can be scoped to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A project, by name or id.
    Project(String),
    /// A domain, by name or id.
    Domain(String),
    /// The whole cloud.
    System,
}

impl Place {
    /// A project, by name or id.
    pub fn project(name: impl Into<String>) -> Self {
        Self::Project(name.into())
    }

    /// A domain, by name or id.
    pub fn domain(name: impl Into<String>) -> Self {
        Self::Domain(name.into())
    }
}

/// A login that acts for a user in one project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplicationCredential {
    /// The name, unique for its user.
    pub name: String,
    /// Derived from user and name when empty.
    #[serde(default)]
    pub id: String,
    /// What logins must present.
    pub secret: Secret,
    /// Whom it acts for, by name or id.
    pub user: String,
    /// The only project it can be used in, by name or id.
    pub project: String,
    /// Names of the roles it hands on; empty for all the user has.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether it may manage credentials; only reported.
    #[serde(default)]
    pub unrestricted: bool,
    /// The requests it is good for; empty for all.
    #[serde(default)]
    pub access_rules: Vec<AccessRule>,
}

/// A kind of request that an application credential is good for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRule {
    /// The type of the service, such as `compute`.
    pub service: String,
    /// The HTTP method.
    pub method: String,
    /// The path, with `*`, `**` and `{tag}` as placeholders.
    pub path: String,
}

/// A delegation of one user's roles in a project to another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// The trust's id.
    pub id: String,
    /// Who delegates, by name or id.
    pub trustor: String,
    /// Who acts, by name or id.
    pub trustee: String,
    /// Whether tokens show the trustor as their user.
    #[serde(default)]
    pub impersonation: bool,
    /// Where, by name or id.
    pub project: String,
    /// Names of the delegated roles.
    pub roles: Vec<String>,
}

/// A grant as written in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantFields {
    project: Option<String>,
    domain: Option<String>,
    #[serde(default)]
    system: bool,
    roles: Vec<String>,
}

impl TryFrom<GrantFields> for Grant {
    type Error = &'static str;

    fn try_from(fields: GrantFields) -> Result<Self, Self::Error> {
        let place = match (fields.project, fields.domain, fields.system) {
            (Some(project), None, false) => Place::Project(project),
            (None, Some(domain), false) => Place::Domain(domain),
            (None, None, true) => Place::System,
            _ => return Err("a grant names exactly one of project, domain and system"),
        };
        Ok(Self { place, roles: fields.roles })
    }
}
