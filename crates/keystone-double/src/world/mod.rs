//! Who and what exists: domains, projects, roles, people, their credentials and the catalogue.
//!
//! A world is plain data that can be written by hand or read from a file. References between
//! its parts are names or ids, whichever the author finds clearer.

mod complete;
mod lookup;
mod people;
mod problems;
mod sample;
mod secret;

use serde::Deserialize;

pub(crate) use complete::derived_id;
pub use people::{AccessRule, ApplicationCredential, Grant, Place, Trust, User};
pub use secret::Secret;

/// Everything an identity service knows before the first login.
///
/// Every list may be left out. A domain named `Default` with the id `default` always exists, and
/// so does every role that a grant names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// Domains beside `Default`.
    pub domains: Vec<Domain>,
    /// Projects of all domains.
    pub projects: Vec<Project>,
    /// Roles that need an id or imply others; plain ones need no entry.
    pub roles: Vec<Role>,
    /// Users of all domains, with what they were granted.
    pub users: Vec<User>,
    /// Application credentials of all users.
    pub application_credentials: Vec<ApplicationCredential>,
    /// Trusts between users.
    pub trusts: Vec<Trust>,
    /// The service catalogue that scoped tokens carry.
    pub catalog: Vec<Service>,
    /// The project whose tokens say `is_admin_project: true`; all others then say `false`.
    pub admin_project: Option<String>,
}

/// A domain: an owner of users and projects, and a scope of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// The name people use.
    pub name: String,
    /// Derived from the name when empty.
    #[serde(default)]
    pub id: String,
    /// Whether its users may log in and its tokens are valid.
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl Domain {
    /// An enabled domain.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), id: String::new(), enabled: true }
    }
}

/// A project, called tenant in older clouds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The name people use.
    pub name: String,
    /// Derived from domain and name when empty.
    #[serde(default)]
    pub id: String,
    /// The owning domain, by name or id.
    #[serde(default = "default_domain")]
    pub domain: String,
    /// Whether tokens scoped to it are valid.
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl Project {
    /// An enabled project of the domain `Default`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), id: String::new(), domain: default_domain(), enabled: true }
    }
}

/// A role and the roles that come with it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The name, unique in a world.
    pub name: String,
    /// Derived from the name when empty.
    #[serde(default)]
    pub id: String,
    /// Names of roles that whoever has this one has as well.
    #[serde(default)]
    pub implies: Vec<String>,
}

impl Role {
    /// A role that implies `others`.
    pub fn new<const N: usize>(name: impl Into<String>, others: [&str; N]) -> Self {
        Self { name: name.into(), id: String::new(), implies: others.map(String::from).to_vec() }
    }

    /// A role that a world does not list.
    pub(crate) fn unlisted(name: &str) -> Self {
        Self { id: derived_id(&["role", name]), ..Self::new(name, []) }
    }
}

/// An entry of the service catalogue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The service's name, such as `nova`.
    pub name: String,
    /// The service's type, such as `compute`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is reached.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
}

/// One address of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `public`, `internal` or `admin`.
    pub interface: String,
    /// The region it serves.
    pub region: String,
    /// The address. `$(identity_url)s` becomes the base address of this identity service,
    /// `%(tenant_id)s` the token's project id; without a project such endpoints are left out.
    pub url: String,
}

fn default_domain() -> String {
    DEFAULT_DOMAIN_ID.to_owned()
}

fn yes() -> bool {
    true
}

/// Keystone's own id for the domain that `bootstrap` makes.
const DEFAULT_DOMAIN_ID: &str = "default";
const DEFAULT_DOMAIN_NAME: &str = "Default";
