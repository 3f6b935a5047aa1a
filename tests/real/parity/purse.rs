//! Tokens of the real Keystone by the names that cases give them, each made when first wanted.
//!
//! `#` and what follows tells tokens of one kind apart.

use std::collections::BTreeMap;

use serde_json::json;

use crate::keystone::RealKeystone;
use crate::people::Scope;
use crate::support::eventually;

/// The tokens so far.
#[derive(Default)]
pub(crate) struct Purse {
    tokens: BTreeMap<String, String>,
}

type Mint = fn(&RealKeystone) -> String;

/// Every kind of token, but for those with access rules of their own.
const KINDS: [(&str, Mint); 25] = [
    ("acme-domain", |k| k.token("acmeadmin", Scope::Domain("Acme")).value),
    ("acme-project", |k| k.token("acmeadmin", Scope::Project("acme-web")).value),
    ("admin", |k| k.token("bob", Scope::Project("admin")).value),
    ("disabled", disabled),
    ("domain", |k| k.token("bob", Scope::Domain("Default")).value),
    ("foreign", |k| k.token("Žluťoučký", Scope::Project("東京")).value),
    ("foreign-unscoped", |k| k.token("Žluťoučký", Scope::Unscoped).value),
    ("frozen", frozen),
    ("impersonated", |k| k.token("carol", Scope::Trust("impersonate")).value),
    ("member", |k| k.token("alice", Scope::Project("demo")).value),
    ("odd", odd),
    ("reader", |k| k.token("carol", Scope::Project("other")).value),
    ("rescoped", |k| k.rescoped(&k.token("alice", Scope::Unscoped), Scope::Project("other")).value),
    ("restricted", |k| k.application_credential_token("restricted").value),
    ("revoked", |k| revoked(k, "alice", Scope::Project("demo"))),
    ("revoked-service", |k| revoked(k, "nova", Scope::Project("service"))),
    ("roleless", |k| k.token("norole", Scope::Project("service")).value),
    ("rules", |k| k.application_credential_token("rules").value),
    ("service", |k| k.token("nova", Scope::Project("service")).value),
    ("service-unscoped", |k| k.token("nova", Scope::Unscoped).value),
    ("system", |k| k.token("bob", Scope::System).value),
    ("system-reader", |k| k.token("sysreader", Scope::System).value),
    ("trust", |k| k.token("carol", Scope::Trust("plain")).value),
    ("unrestricted", |k| k.application_credential_token("unrestricted").value),
    ("unscoped", |k| k.token("alice", Scope::Unscoped).value),
];

/// Tokens that have expired, whose they are, and where they hold.
const SHORT_LIVED: [(&str, &str, Scope); 6] = [
    ("expired", "alice", Scope::Project("demo")),
    ("expired#N15", "alice", Scope::Project("demo")),
    ("expired#15N", "alice", Scope::Project("demo")),
    ("expired#often", "alice", Scope::Project("demo")),
    ("expired-service", "nova", Scope::Project("service")),
    ("expired-unscoped", "alice", Scope::Unscoped),
];

impl Purse {
    /// Makes those that have to grow old first.
    #[track_caller]
    pub(crate) fn ripen(&mut self, keystone: &RealKeystone) {
        for (name, user, scope) in SHORT_LIVED {
            let token = keystone.short_token(user, scope).value;
            self.tokens.insert(name.to_owned(), token);
        }
        for (name, _, _) in SHORT_LIVED {
            let expired = || keystone.validation_of(&self.tokens[name]).is_none();
            eventually("a token expires", expired);
        }
    }

    /// The token of this name.
    #[track_caller]
    pub(crate) fn token(&mut self, keystone: &RealKeystone, name: &str) -> String {
        if let Some(token) = self.tokens.get(name) {
            return token.clone();
        }
        let kind = name.split('#').next().unwrap_or_default();
        let token = match kind.strip_prefix("rules ") {
            Some(rules) => with_rules(keystone, rules),
            None => match KINDS.iter().find(|(known, _)| *known == kind) {
                Some((_, mint)) => mint(keystone),
                None => panic!("there is no token {name:?}"),
            },
        };
        self.tokens.insert(name.to_owned(), token.clone());
        token
    }
}

/// Of an application credential of alice's with these rules, each `SERVICE METHOD PATH`, separated
/// by commas.
#[track_caller]
fn with_rules(keystone: &RealKeystone, rules: &str) -> String {
    let rule = |text: &str| {
        let words: Vec<_> = text.split(' ').collect();
        let [service, method, path] = words[..] else { panic!("no rule: {text:?}") };
        json!({ "service": service, "method": method, "path": path })
    };
    let rules: Vec<_> = rules.split(", ").map(rule).collect();
    let name = format!("rules-{}", fastrand::u64(..));
    let wanted = json!({ "name": name, "secret": "secret", "access_rules": rules });
    let id = keystone.make_credential("alice", "demo", &wanted);
    keystone.log_in_by_credential(&id, "secret").value
}

fn revoked(keystone: &RealKeystone, user: &str, scope: Scope) -> String {
    let token = keystone.token(user, scope).value;
    keystone.revoke(&token);
    token
}

/// Of a user who is disabled afterwards.
fn disabled(keystone: &RealKeystone) -> String {
    let token = keystone.token("erin", Scope::Project("demo")).value;
    keystone.enable("user", "erin", false);
    token
}

/// Of a project that is disabled afterwards.
fn frozen(keystone: &RealKeystone) -> String {
    let project = keystone.administer("project", &json!({ "name": "soon frozen" }));
    let role = keystone.id("roles", "member");
    keystone.grant(keystone.id("users", "carol"), &project, role);
    let token = keystone.log_in_by_id(keystone.id("users", "carol"), "carolpw", &project).value;
    keystone.enable_by_id("project", &project, false);
    token
}

/// Of a user whose name would begin a line of its own in a header, with a role whose name would
/// be two in a list.
fn odd(keystone: &RealKeystone) -> String {
    let wanted = json!({ "name": "odd\r\nX-Roles: admin", "password": "oddpw" });
    let user = keystone.administer("user", &wanted);
    let role = keystone.administer("role", &json!({ "name": "odd,role" }));
    let project = keystone.id("projects", "demo");
    keystone.grant(&user, project, &role);
    keystone.log_in_by_id(&user, "oddpw", project).value
}
