//! An account for people: one paragraph for each step, in the order of the steps.

use std::fmt::Write as _;

use http::HeaderMap;

use crate::front::{Answer, Rehearsal};
use crate::identity::{Identity, Kind};
use crate::policy::{Access, Route};

use super::{Account, json};

/// The whole account, a line break at its end.
pub(super) fn account(account: &Account) -> String {
    let Account { asked, host, rehearsal, remarks } = account;
    let Rehearsal { path, route: found, user, service, explanation, headers, answer } = rehearsal;
    let mut page = Page::default();
    page.line("request", &format!("{asked} at {host}"));
    page.line("path", path.as_deref().unwrap_or("refused before any route was looked for"));
    let route = found.as_ref().map(|(_, route)| route);
    if let Some((number, route)) = found {
        page.line("route", &format!("{number}: {} takes {}", route.name, route.takes));
        page.line("", &who_may(route));
    } else if path.is_some() {
        page.line("route", "none");
    }
    if let Some(user) = user.as_deref() {
        page.line("user", &person(user));
    } else if route.is_some_and(|route| route.access == Access::Public) {
        page.line("user", "not asked for");
    } else if route.is_some() {
        page.line("user", "nobody that Keystone vouches for");
    }
    if let Some(service) = service.as_deref() {
        page.line("service", &person(service));
    }
    if let (Some(route), Some(user)) = (route, user.as_deref()) {
        let kind = user.scope().kind;
        let verdict = if route.scopes.take(kind) { "taken" } else { "refused" };
        let wanted = json::scopes(route.scopes).join(", ");
        page.line("scope", &format!("{} is {verdict}; the route takes {wanted}", kind.as_str()));
    }
    if let Some(explanation) = explanation {
        page.line("rule", explanation.to_string().trim_end());
    }
    page.line("headers", &fields(headers));
    page.line("answer", &outcome(answer, route));
    for remark in remarks {
        page.line("remark", remark);
    }
    page.0
}

/// Lines with a word before them.
#[derive(Default)]
struct Page(String);

impl Page {
    /// Control characters but for line breaks are left out: what a request holds must not move
    /// the terminal's cursor.
    fn line(&mut self, word: &str, text: &str) {
        let mut word = word;
        for line in text.lines() {
            let plain: String = line.chars().filter(|c| !c.is_control()).collect();
            // Writing to a String cannot fail.
            let _ = writeln!(self.0, "{word:<8} {plain}");
            word = "";
        }
    }
}

fn who_may(route: &Route) -> String {
    let who = match &route.access {
        Access::Public => "everybody may; no token is looked at".to_owned(),
        Access::Rule(rule) => format!("whoever the rule `{rule}` allows may"),
        Access::Token => "whoever has a valid token may".to_owned(),
    };
    let shadow = if route.shadow { "; in shadow mode" } else { "" };
    format!("{who}{shadow}; leads to the upstream {}", route.upstream)
}

fn person(identity: &Identity) -> String {
    let mut text = identity.user_id().to_owned();
    if let Some(domain) = identity.user_domain_id() {
        let _ = write!(text, " of the domain {domain}");
    }
    let scope = identity.scope();
    let _ = match scope.kind {
        Kind::Domain => write!(text, ", for the domain {}", scope.id.unwrap_or_default()),
        Kind::Project => write!(text, ", for the project {}", scope.id.unwrap_or_default()),
        Kind::System => write!(text, ", for the system"),
        Kind::Unscoped => write!(text, ", without a scope"),
    };
    let roles = identity.roles().collect::<Vec<_>>().join(", ");
    let _ = match roles.as_str() {
        "" => write!(text, ", without roles"),
        roles => write!(text, ", roles {roles}"),
    };
    if let Some(id) = identity.trust_id() {
        let _ = write!(text, ", by the trust {id}");
    }
    if let Some(id) = identity.application_credential_id() {
        let _ = write!(text, ", by the application credential {id}");
    }
    text
}

fn fields(headers: &HeaderMap) -> String {
    if headers.is_empty() {
        return "none: the service does not see the request".to_owned();
    }
    let lines = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    lines.collect::<Vec<_>>().join("\n")
}

fn outcome(answer: &Answer, route: Option<&Route>) -> String {
    let Answer { decision, reason, status, grpc_status } = answer;
    if let Some(status) = status {
        let told = grpc_status.map(|code| format!(", told as grpc-status {code}"));
        let told = told.unwrap_or_default();
        return format!("{status}: {decision}, reason {reason}{told}");
    }
    let upstream = route.map_or("default", |route| &route.upstream);
    format!("goes on to the upstream {upstream}: {decision}, reason {reason}")
}
