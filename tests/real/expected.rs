//! What the guarded service must see, worked out from Keystone's own words.
//!
//! Written from keystonemiddleware's documentation, apart from the table in `src/identity`, so
//! that an error there is not repeated here.

use std::collections::BTreeMap;

use serde_json::Value;

/// The identity headers for a token document: every one of them, and nothing else.
pub(crate) fn identity_headers(token: &Value) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let mut set = |names: &[&str], pointer: &str| {
        if let Some(value) = token.pointer(pointer).and_then(Value::as_str) {
            headers.extend(names.iter().map(|name| ((*name).to_owned(), value.to_owned())));
        }
    };
    set(&["x-user-id"], "/user/id");
    set(&["x-user-name", "x-user"], "/user/name");
    set(&["x-user-domain-id"], "/user/domain/id");
    set(&["x-user-domain-name"], "/user/domain/name");
    set(&["x-project-id", "x-tenant-id"], "/project/id");
    set(&["x-project-name", "x-tenant-name", "x-tenant"], "/project/name");
    set(&["x-project-domain-id"], "/project/domain/id");
    set(&["x-project-domain-name"], "/project/domain/name");
    set(&["x-domain-id"], "/domain/id");
    set(&["x-domain-name"], "/domain/name");
    let mut fixed = |name: &str, value: &str| headers.insert(name.to_owned(), value.to_owned());
    fixed("x-identity-status", "Confirmed");
    if token["system"]["all"] == true {
        fixed("openstack-system-scope", "all");
    }
    fixed("x-is-admin-project", if token["is_admin_project"] == false { "False" } else { "True" });
    let roles = token["roles"].as_array().map_or(&[][..], Vec::as_slice);
    let roles: Vec<_> = roles.iter().map(|role| role["name"].as_str().unwrap()).collect();
    let roles = in_order(&roles.join(","));
    fixed("x-roles", &roles);
    fixed("x-role", &roles);
    headers
}

/// What of `seen` the proxy vouches for: everything but what a plain HTTP proxy sends. Roles are
/// put in order, for Keystone names them in another order each time.
pub(crate) fn vouched_for(seen: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut vouched = seen.clone();
    vouched.retain(|name, _| !PLAIN.contains(&name.as_str()));
    for name in ["x-roles", "x-role"] {
        vouched.entry(name.to_owned()).and_modify(|roles| *roles = in_order(roles));
    }
    vouched
}

fn in_order(roles: &str) -> String {
    let mut roles: Vec<_> = roles.split(',').collect();
    roles.sort_unstable();
    roles.join(",")
}

/// What every request carries, whoever sent it; the token is compared by itself.
const PLAIN: [&str; 9] = [
    "accept",
    "content-length",
    "host",
    "user-agent",
    "x-auth-token",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-openstack-request-id",
];
