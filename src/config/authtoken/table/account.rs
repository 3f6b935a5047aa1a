//! The options of the account, which the plugin that `auth_type` names reads.
//!
//! keystoneauth1 takes what is written twice over, by id and by name, by its id; here both at once
//! would be an error, so the name is left behind.

use super::plugins::Login::{self, ApplicationCredential, Password, V3Password};
use super::{Context, Known, Reader, Rule, Verdict};
use crate::config::authtoken::verdict::Pair;

const ANY: &[Login] = &[Password, V3Password, ApplicationCredential];
const GENERIC: &[Login] = &[Password];
const BY_PASSWORD: &[Login] = &[Password, V3Password];
const BY_CREDENTIAL: &[Login] = &[ApplicationCredential];

const fn known(name: &'static str, logins: &'static [Login], rule: Rule) -> Known {
    Known::new(name, Reader::Account(logins), rule)
}

/// Where to log in, who, with what, and to what.
pub(super) static OPTIONS: &[Known] = &[
    known("auth_url", ANY, Rule::Same("keystone.auth_url")),
    known("username", ANY, Rule::By(username)).alias(&["user-name", "user_name"]),
    known("user_id", ANY, Rule::By(user_id)),
    known("user_domain_name", ANY, Rule::By(user_domain_name)),
    known("user_domain_id", ANY, Rule::By(user_domain_id)),
    known("password", BY_PASSWORD, Rule::Same("keystone.password")).secret(),
    known("application_credential_id", BY_CREDENTIAL, Rule::Same(CREDENTIAL_ID)),
    known("application_credential_name", BY_CREDENTIAL, Rule::By(credential_name)),
    known("application_credential_secret", BY_CREDENTIAL, Rule::Same(CREDENTIAL_SECRET)).secret(),
    known("project_name", ANY, Rule::By(project_name)).alias(&["tenant-name", "tenant_name"]),
    known("project_id", ANY, Rule::By(project_id)).alias(&["tenant-id", "tenant_id"]),
    known("project_domain_name", ANY, Rule::By(project_domain_name)),
    known("project_domain_id", ANY, Rule::By(project_domain_id)),
    known("domain_name", ANY, Rule::By(domain_name)),
    known("domain_id", ANY, Rule::By(domain_id)),
    known("system_scope", ANY, Rule::By(system_scope)),
    known("trust_id", ANY, Rule::By(trust)),
    known("default_domain_id", GENERIC, Rule::By(default_domain_id)),
    known("default_domain_name", GENERIC, Rule::By(default_domain_name)),
];

const CREDENTIAL_ID: &str = "keystone.application_credential_id";
const CREDENTIAL_SECRET: &str = "keystone.application_credential_secret";

fn user_id(context: &Context<'_>, text: &str) -> Verdict {
    Verdict::unless(context.user_is_known(), "keystone.user_id", text)
}

fn username(context: &Context<'_>, text: &str) -> Verdict {
    let why = context.user_is_known().or_else(|| context.before("user_id"));
    Verdict::unless(why, "keystone.username", text)
}

fn user_domain_id(context: &Context<'_>, text: &str) -> Verdict {
    Verdict::unless(context.user_needs_no_domain(), "keystone.user_domain_id", text)
}

fn user_domain_name(context: &Context<'_>, text: &str) -> Verdict {
    let why = context.user_needs_no_domain();
    let why = why.or_else(|| context.before("user_domain_id"));
    let why = why.or_else(|| context.before("default_domain_id"));
    Verdict::unless(why, "keystone.user_domain_name", text)
}

fn credential_name(context: &Context<'_>, text: &str) -> Verdict {
    let why = context.before("application_credential_id");
    Verdict::unless(why, "keystone.application_credential_name", text)
}

fn project_id(context: &Context<'_>, text: &str) -> Verdict {
    Verdict::unless(context.scope_is_known(), "keystone.project_id", text)
}

fn project_name(context: &Context<'_>, text: &str) -> Verdict {
    let why = context.scope_is_known().or_else(|| context.before("project_id"));
    Verdict::unless(why, "keystone.project_name", text)
}

fn project_domain_id(context: &Context<'_>, text: &str) -> Verdict {
    Verdict::unless(context.project_needs_no_domain(), "keystone.project_domain_id", text)
}

fn project_domain_name(context: &Context<'_>, text: &str) -> Verdict {
    let why = context.project_needs_no_domain();
    let why = why.or_else(|| context.before("project_domain_id"));
    let why = why.or_else(|| context.before("default_domain_id"));
    Verdict::unless(why, "keystone.project_domain_name", text)
}

fn domain_id(context: &Context<'_>, text: &str) -> Verdict {
    scope(context, &["project_id", "project_name"], "keystone.domain_id", text)
}

fn domain_name(context: &Context<'_>, text: &str) -> Verdict {
    match context.before("domain_id") {
        Some(why) => Verdict::Ignored(why),
        None => scope(context, &["project_id", "project_name"], "keystone.domain_name", text),
    }
}

fn system_scope(context: &Context<'_>, text: &str) -> Verdict {
    let others = ["project_id", "project_name", "domain_id", "domain_name"];
    scope(context, &others, "keystone.system_scope", text)
}

/// A scope, unless one of `others` is one already.
fn scope(context: &Context<'_>, others: &[&str], key: &'static str, text: &str) -> Verdict {
    let other = others.iter().find(|other| context.has(other));
    match (context.scope_is_known(), other) {
        (None, Some(other)) => Verdict::refused(format!(
            "{other} is written too, and a login has one scope; keep one of them"
        )),
        (why, _) => Verdict::unless(why, key, text),
    }
}

fn trust(_: &Context<'_>, _: &str) -> Verdict {
    Verdict::refused("an account that acts for another by a trust is not supported; remove it")
}

fn default_domain_id(context: &Context<'_>, text: &str) -> Verdict {
    let user = context.user_needs_no_domain().is_none() && !context.has("user_domain_id");
    let project = context.project_needs_no_domain().is_none() && !context.has("project_domain_id");
    default_domain(user.then_some(USER_DOMAIN.0), project.then_some(PROJECT_DOMAIN.0), text)
}

fn default_domain_name(context: &Context<'_>, text: &str) -> Verdict {
    let open = |given: [&str; 3]| !given.into_iter().any(|option| context.has(option));
    let user = context.user_needs_no_domain().is_none()
        && open(["user_domain_id", "user_domain_name", "default_domain_id"]);
    let project = context.project_needs_no_domain().is_none()
        && open(["project_domain_id", "project_domain_name", "default_domain_id"]);
    default_domain(user.then_some(USER_DOMAIN.1), project.then_some(PROJECT_DOMAIN.1), text)
}

fn default_domain(
    user: Option<&'static str>,
    project: Option<&'static str>,
    text: &str,
) -> Verdict {
    let keys = [user, project].into_iter().flatten();
    let pairs: Vec<Pair> = keys.map(|key| Pair { key, text: text.to_owned() }).collect();
    let note = match (user, project) {
        (Some(_), Some(_)) => "the domain of the user and of the project",
        (Some(_), None) => "the domain of the user",
        (None, Some(_)) => "the domain of the project",
        (None, None) => return Verdict::ignored("user and project have their domains already"),
    };
    Verdict::Mapped(pairs, note.into())
}

const USER_DOMAIN: (&str, &str) = ("keystone.user_domain_id", "keystone.user_domain_name");
const PROJECT_DOMAIN: (&str, &str) = ("keystone.project_domain_id", "keystone.project_domain_name");
