//! The token's other facts: a header here, `keystone.token_info` in the environment there.

use serde_json::{Map, Value, json};

/// The header's name as WSGI folds it.
pub(crate) const INFO: &str = "X_PORTCULLIS_TOKEN_INFO";

/// What the header must say, worked out from what keystonemiddleware put into the environment.
pub(crate) fn expected(info: &Value) -> Value {
    let token = &info["token"];
    let picked = |of: &Value, names: &[(&str, &str)]| {
        let members = names.iter().filter_map(|(name, pointer)| {
            let value = of.pointer(pointer).filter(|value| !value.is_null())?;
            Some(((*name).to_owned(), value.clone()))
        });
        Value::Object(members.collect::<Map<_, _>>())
    };
    let mut facts = picked(
        token,
        &[
            ("audit_ids", "/audit_ids"),
            ("expires_at", "/expires_at"),
            ("is_domain", "/is_domain"),
            ("issued_at", "/issued_at"),
            ("methods", "/methods"),
            ("password_expires_at", "/user/password_expires_at"),
        ],
    );
    let mut add = |name: &str, pointer: &str, of: fn(&Value) -> Value| {
        if let Some(found) = token.pointer(pointer).filter(|found| !found.is_null()) {
            facts[name] = of(found);
        }
    };
    add("application_credential", "/application_credential", |credential| {
        json!({
            "id": credential["id"],
            "name": credential["name"],
            "restricted": credential["restricted"],
        })
    });
    add("federation", "/user/OS-FEDERATION", |federation| {
        let groups = federation["groups"].as_array().unwrap().iter();
        json!({
            "identity_provider": federation["identity_provider"]["id"],
            "protocol": federation["protocol"]["id"],
            "groups": groups.map(|group| group["id"].clone()).collect::<Vec<_>>(),
        })
    });
    add("oauth1", "/OS-OAUTH1", Value::clone);
    add("trust", "/OS-TRUST:trust", |trust| {
        json!({
            "id": trust["id"],
            "impersonation": trust["impersonation"],
            "trustor_user_id": trust["trustor_user"]["id"],
            "trustee_user_id": trust["trustee_user"]["id"],
        })
    });
    facts
}
