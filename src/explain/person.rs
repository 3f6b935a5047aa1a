//! Somebody described: what a rule can ask about, and defaults for the rest.

use crate::identity::{Delegation, Draft, Identity, Named, ScopeDraft, UnixTime, Unrenderable};

use super::Wrong;
use super::members::Members;

/// Every key of a description.
pub(super) const KEYS: [&str; 12] = [
    "application_credential",
    "domain",
    "is_admin_project",
    "project",
    "project_domain",
    "roles",
    "service_roles",
    "system",
    "trust",
    "unscoped",
    "user",
    "user_domain",
];

/// Whoever is described.
pub(super) fn identity(members: &mut Members<'_>) -> Result<Identity, Wrong> {
    let user = members.text("user")?.unwrap_or_else(|| SOMEBODY.to_owned());
    let user_domain = members.text("user_domain")?.unwrap_or_else(|| DEFAULT_DOMAIN.to_owned());
    let draft = Draft {
        user: named(user, user_domain),
        scope: scope(members)?,
        roles: members.words("roles")?,
        audit_ids: Vec::new(),
        expires_at: UnixTime::MAX,
        is_admin_project: members.take("is_admin_project") != Some(false.into()),
        delegation: Delegation {
            trust_id: members.text("trust")?,
            application_credential_id: members.text("application_credential")?,
        },
        restriction: None,
        catalogue: None,
        token_info: None,
    };
    let message = "ids must not be empty, have blanks at the ends or control characters";
    Identity::new(&draft).map_err(|Unrenderable| members.wrong("user", message))
}

/// A service with these roles.
pub(super) fn service(key: &str, roles: Vec<String>) -> Result<Identity, Wrong> {
    let draft = Draft {
        user: named("service".to_owned(), DEFAULT_DOMAIN.to_owned()),
        scope: ScopeDraft::Project(named("service".to_owned(), DEFAULT_DOMAIN.to_owned())),
        roles,
        audit_ids: Vec::new(),
        expires_at: UnixTime::MAX,
        is_admin_project: true,
        delegation: Delegation::default(),
        restriction: None,
        catalogue: None,
        token_info: None,
    };
    let message = "must be names of roles";
    Identity::new(&draft)
        .map_err(|Unrenderable| Wrong::new(&format!("{key}.service_roles"), message))
}

/// A token has one scope.
fn scope(members: &mut Members<'_>) -> Result<ScopeDraft, Wrong> {
    let project = members.text("project")?;
    let domain = members.text("domain")?;
    let system = members.flag("system")?;
    let unscoped = members.flag("unscoped")?;
    let owner = members.text("project_domain")?;
    if owner.is_some() && project.is_none() {
        return Err(members.wrong("project_domain", "belongs to a project; add one"));
    }
    match (project, domain, system, unscoped) {
        (Some(id), None, false, false) => {
            let owner = owner.unwrap_or_else(|| DEFAULT_DOMAIN.to_owned());
            Ok(ScopeDraft::Project(named(id, owner)))
        }
        (None, Some(id), false, false) => Ok(ScopeDraft::Domain { name: id.clone(), id }),
        (None, None, true, false) => Ok(ScopeDraft::System),
        (None, None, false, _) => Ok(ScopeDraft::Unscoped),
        _ => {
            let message = "a token has one scope; keep one of project, domain, system, unscoped";
            Err(members.wrong("project", message))
        }
    }
}

/// What has no name of its own is called by its id.
fn named(id: String, domain: String) -> Named {
    Named { name: id.clone(), id, domain: Some((domain.clone(), domain)) }
}

const SOMEBODY: &str = "somebody";

const DEFAULT_DOMAIN: &str = "default";
