//! Who there is on the stage: a few tokens with plain names, so that requests can be written down.

use keystone_double::Double;
use serde_json::{Value, json};

/// Tokens of users.
pub const USERS: [&str; 3] = ["good-alice", "good-bob", "good-carol"];

/// Tokens of services.
pub const SERVICES: [&str; 1] = ["good-nova"];

/// The token of a user's that is good for `GET /rules/*` alone.
pub const RESTRICTED: &str = "narrow";

/// Makes the double know them.
pub fn introduce(double: &Double) {
    let project = |id: &str| json!({"project": {"id": id, "name": id, "domain": domain()}});
    let scoped = |name: &str, roles: &[&str], scope: Value| {
        double.forge(&format!("good-{name}"), &token(name, roles, scope));
    };
    scoped("alice", &["member", "reader"], project("demo"));
    scoped("bob", &["admin"], json!({"system": {"all": true}}));
    scoped("carol", &[], json!({}));
    scoped("nova", &["service"], project("services"));
    let rules = json!([{"id": "r", "service": "compute", "method": "GET", "path": "/rules/*"}]);
    let mut narrow = token(RESTRICTED, &["member"], project("demo"));
    narrow["token"]["application_credential"] =
        json!({"id": "a", "name": "a", "restricted": true, "access_rules": rules});
    narrow["token"]["catalog"] = json!([{"type": "compute", "name": "c", "endpoints": []}]);
    double.forge(RESTRICTED, &narrow);
}

fn token(name: &str, roles: &[&str], scope: Value) -> Value {
    let roles: Vec<_> = roles.iter().map(|role| json!({"id": role, "name": role})).collect();
    let mut token = json!({
        "user": {"id": format!("u-{name}"), "name": name, "domain": domain()},
        "roles": roles,
        "expires_at": "2199-01-01T00:00:00Z",
        "audit_ids": ["audit"],
    });
    if let (Value::Object(token), Value::Object(scope)) = (&mut token, scope) {
        token.extend(scope);
    }
    json!({"token": token})
}

fn domain() -> Value {
    json!({"id": "d", "name": "Default"})
}
