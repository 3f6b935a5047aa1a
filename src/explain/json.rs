//! An account as data.

use oslo_policy::{Comparison, Connective, Explanation, Outcome, Trace};
use serde_json::{Map, Value, json};

use crate::front::{Answer, Rehearsal};
use crate::identity::Identity;
use crate::policy::{Access, Route, Scopes};

use super::Account;

/// Everything that is known of it.
pub(super) fn account(account: &Account) -> Value {
    let Account { asked, host, rehearsal, remarks } = account;
    let Rehearsal { path, route: found, user, service, explanation, headers, answer } = rehearsal;
    let scope = found.as_ref().zip(user.as_ref()).map(|((_, route), user)| {
        let kind = user.scope().kind;
        json!({ "kind": kind.as_str(), "taken": route.scopes.take(kind) })
    });
    let headers: Map<_, _> = headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), text.into())
        })
        .collect();
    let Answer { decision, reason, status, grpc_status } = answer;
    json!({
        "request": asked,
        "host": host,
        "path": path,
        "route": found.as_ref().map(|(number, found)| route(*number, found)),
        "user": user.as_deref().map(person),
        "service": service.as_deref().map(person),
        "scope": scope,
        "rule": explanation.as_ref().map(rule),
        "headers": headers,
        "answer": {
            "decision": decision,
            "reason": reason,
            "status": status,
            "grpc_status": grpc_status,
            "passes": rehearsal.passes(),
        },
        "remarks": remarks,
    })
}

fn route(number: usize, route: &Route) -> Value {
    let (allow, rule) = match &route.access {
        Access::Public => (Some("public"), None),
        Access::Rule(rule) => (None, Some(rule)),
        Access::Token => (Some("authenticated"), None),
    };
    json!({
        "number": number,
        "name": route.name,
        "takes": route.takes,
        "allow": allow,
        "rule": rule,
        "scope": scopes(route.scopes),
        "shadow": route.shadow,
        "upstream": route.upstream,
    })
}

/// The words for a set of scopes.
pub(super) fn scopes(scopes: Scopes) -> Vec<&'static str> {
    let Scopes { domain, project, system, unscoped } = scopes;
    let all =
        [("domain", domain), ("project", project), ("system", system), ("unscoped", unscoped)];
    all.into_iter().filter(|(_, there)| *there).map(|(word, _)| word).collect()
}

fn person(identity: &Identity) -> Value {
    json!({
        "user_id": identity.user_id(),
        "user_domain_id": identity.user_domain_id(),
        "scope": identity.scope().kind.as_str(),
        "project_id": identity.project_id(),
        "project_domain_id": identity.project_domain_id(),
        "domain_id": identity.domain_id(),
        "roles": identity.roles().collect::<Vec<_>>(),
        "is_admin_project": identity.is_admin_project(),
        "trust_id": identity.trust_id(),
        "application_credential_id": identity.application_credential_id(),
        "access_rules": identity.restriction().map(|restriction| restriction.rules.len()),
    })
}

fn rule(explanation: &Explanation) -> Value {
    let Explanation { asked, rule, origin, allowed, verdict, trace } = explanation;
    json!({
        "asked": asked,
        "rule": rule,
        "origin": origin.as_ref().map(ToString::to_string),
        "allowed": allowed,
        "verdict": verdict,
        "checks": trace.as_ref().map(checks),
    })
}

fn checks(trace: &Trace) -> Value {
    let Trace { connective, text, outcome, compared, parts } = trace;
    let kind = match connective {
        Connective::And => "and",
        Connective::Leaf => "check",
        Connective::Not => "not",
        Connective::Or => "or",
        Connective::Rule => "rule",
    };
    let mut node = json!({ "kind": kind, "outcome": outcome.as_str() });
    let mut put = |name: &str, value: Value| {
        if let Value::Object(members) = &mut node {
            members.insert(name.to_owned(), value);
        }
    };
    if !text.is_empty() {
        put("text", text.as_str().into());
    }
    if let Some(Comparison { left, right }) = compared {
        put("caller", left.clone().into());
        put("wanted", right.clone().into());
    }
    if let Outcome::Undecided(why) = outcome {
        put("why", why.as_str().into());
    }
    if !parts.is_empty() {
        put("parts", parts.iter().map(checks).collect());
    }
    node
}
