//! The account of service mode: a proof and a scope, each of them whole.

use super::named::{Complained, PROJECT, domain, reference};
use super::proof;
use super::reader::Reader;
use crate::config::account::{ACCOUNT, Account};
use crate::keystone::{Credentials, LoginScope, Method};

/// The account; `None` when it is not complete, which has been said then.
pub(super) fn credentials(reader: &mut Reader<'_>, source: Account) -> Option<Credentials> {
    // What was refused already would only look missing.
    if source == Account::Refused || ACCOUNT.iter().any(|key| reader.was_refused(key)) {
        reader.pass_over(&ACCOUNT);
        return None;
    }
    if !ACCOUNT.iter().any(|key| reader.was_written(key)) {
        reader.pass_over(&ACCOUNT);
        let spelled = |key| reader.spelled_like("keystone.mode", key);
        let message = format!(
            "service mode needs an account: set {} and {}, {} and {}, keystone.cloud, or the OS_* \
             variables",
            spelled("keystone.username"),
            spelled("keystone.password"),
            spelled("keystone.application_credential_id"),
            spelled("keystone.application_credential_secret"),
        );
        reader.refuse("keystone.mode", &message);
        return None;
    }
    let method = proof::method(reader);
    let scope = scope(reader);
    let (Ok(method), Ok(scope)) = (method, scope) else {
        return None;
    };
    if matches!(method, Method::ApplicationCredential { .. }) {
        let scoped = SCOPE.into_iter().filter(|key| reader.was_written(key));
        for key in scoped.collect::<Vec<_>>() {
            reader.refuse(key, "an application credential brings its own scope; remove this");
        }
    }
    Some(Credentials { method, scope })
}

fn scope(reader: &mut Reader<'_>) -> Result<LoginScope, Complained> {
    let project = reference(reader, &PROJECT);
    let domain = domain(reader, "keystone.domain_id", "keystone.domain_name");
    let system = reader.text("keystone.system_scope").map(|_| LoginScope::System);
    let scopes = [project?.map(LoginScope::Project), domain?.map(LoginScope::Domain), system];
    let mut scopes = scopes.into_iter().flatten();
    let scope = scopes.next().unwrap_or(LoginScope::Default);
    if scopes.next().is_some() {
        let written: Vec<&str> = SCOPE.into_iter().filter(|key| reader.was_written(key)).collect();
        let last = written.last().copied().unwrap_or("keystone.system_scope");
        let message = format!("one scope at a time; keep one of {}", written.join(", "));
        reader.refuse(last, &message);
        return Err(Complained);
    }
    Ok(scope)
}

const SCOPE: [&str; 5] = [
    "keystone.project_name",
    "keystone.project_id",
    "keystone.domain_name",
    "keystone.domain_id",
    "keystone.system_scope",
];
