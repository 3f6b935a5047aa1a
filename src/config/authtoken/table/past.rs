//! Options that nobody reads any more, but which stand in many files still, and those that
//! paste.deploy keeps for itself.

use super::{Context, Known, Reader, Rule, Verdict};

const fn known(name: &'static str, rule: Rule) -> Known {
    Known::new(name, Reader::Nobody, rule)
}

/// An option of the account from before there were plugins, and why it is gone.
const fn account(name: &'static str, rule: fn(&Context<'_>, &str) -> Verdict) -> Known {
    known(name, Rule::By(rule))
}

/// An option about tokens that could be checked without Keystone.
const fn signed(name: &'static str) -> Known {
    known(name, Rule::Ignored("was about PKI tokens, which are gone since 2018"))
}

/// An option of the file that says which filters stand before an application.
const fn paste(name: &'static str) -> Known {
    known(name, Rule::Ignored("is for paste.deploy"))
}

/// In the order in which they went.
pub(super) static OPTIONS: &[Known] = &[
    signed("signing_dir"),
    signed("hash_algorithms"),
    signed("revocation_cache_time"),
    signed("check_revocations_for_cached"),
    known("auth_uri", Rule::By(auth_uri)),
    account("identity_uri", |context, _| gone(context, "auth_url")),
    account("auth_host", |context, _| gone(context, "auth_url")),
    account("auth_port", |context, _| gone(context, "auth_url")),
    account("auth_protocol", |context, _| gone(context, "auth_url")),
    account("auth_admin_prefix", |context, _| gone(context, "auth_url")),
    account("admin_token", |context, _| gone(context, "username and password")).secret(),
    account("admin_user", |context, _| gone(context, "username")),
    account("admin_password", |context, _| gone(context, "password")).secret(),
    account("admin_tenant_name", |context, _| gone(context, "project_name")),
    paste("paste.filter_factory"),
    paste("use"),
    known("log_name", Rule::Ignored("named its log")),
    known("set log_name", Rule::Ignored("named its log")),
    known("project", Rule::Ignored("named the service to Keystone's access log")),
    known("oslo_config_config", Rule::Ignored(OTHER_FILE)),
    known("oslo_config_file", Rule::Ignored(OTHER_FILE)),
    known("oslo_config_project", Rule::Ignored(OTHER_FILE)),
];

const OTHER_FILE: &str = "is not followed; read that file instead, or bring both together";

fn auth_uri(context: &Context<'_>, text: &str) -> Verdict {
    if context.has("www_authenticate_uri") {
        return Verdict::ignored("www_authenticate_uri has taken its place");
    }
    let note = "its old name; keystonemiddleware 13 does not read it any more";
    Verdict::mapped("keystone.www_authenticate_uri", text, note)
}

/// An option of the account that has another name now.
fn gone(context: &Context<'_>, now: &str) -> Verdict {
    if context.has("auth_type") || context.elsewhere().is_some() {
        return Verdict::ignored("left from before auth_type, which says who logs in");
    }
    Verdict::refused(format!("keystonemiddleware 13 does not read it any more; write {now}"))
}
