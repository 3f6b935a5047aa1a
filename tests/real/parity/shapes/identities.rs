//! Who somebody is, in which scope, and how the token was come by.

use serde_json::json;

use super::Body::{Token, Whole};
use super::{Shape, remove, shape};
use crate::parity::case::SAME;

const LENIENT: &[&str] = &["lenient"];
const UNUSABLE: &[&str] = &["unusable"];
const ODD: &[&str] = &["odd-members"];
const ENCODED: &[&str] = &["names-encoded"];

#[rustfmt::skip]
pub(super) const SHAPES: &[Shape] = &[
    shape("15 20", "nothing unusual", Token(|_| ()), SAME, 200),
    // Roles.
    shape("N24", "no roles", Token(|t| remove(t, "/roles")), SAME, 200),
    shape("", "an empty list of roles", Token(|t| t["roles"] = json!([])), SAME, 200),
    shape("", "roles that are null", Token(|t| t["roles"] = json!(null)), LENIENT, 500),
    shape("", "a role without a name", Token(|t| remove(t, "/roles/0/name")), UNUSABLE, 500),
    shape("N23", "one role twice", Token(|t| t["roles"][1]["name"] = json!("member")), SAME, 200),
    shape("N23", "a comma in a role", Token(|t| t["roles"][0]["name"] = json!("a,b")), ENCODED, 200),
    shape("N22", "a role beyond ASCII", Token(|t| t["roles"][0]["name"] = json!("rôle-роль")), SAME, 200),
    shape("", "an empty role", Token(|t| t["roles"][0]["name"] = json!("")), SAME, 200),
    shape("", "a role that is null", Token(|t| t["roles"][0]["name"] = json!(null)), UNUSABLE, 500),
    shape("", "blanks around a role", Token(|t| t["roles"][0]["name"] = json!(" a ")), ENCODED, 200),
    shape("", "a role without an id", Token(|t| remove(t, "/roles/0/id")), SAME, 200),
    shape("", "a blank in a role", Token(|t| t["roles"][0]["name"] = json!("a b")), SAME, 200),
    // The admin project.
    shape("19", "is_admin_project false", Token(|t| t["is_admin_project"] = json!(false)), SAME, 200),
    shape("19", "is_admin_project true", Token(|t| t["is_admin_project"] = json!(true)), SAME, 200),
    shape("", "is_admin_project null", Token(|t| t["is_admin_project"] = json!(null)), SAME, 200),
    shape("", "is_admin_project in words", Token(|t| t["is_admin_project"] = json!("no")), ODD, 200),
    // Scopes.
    shape("18", "the system's scope", Token(|t| { remove(t, "/project"); t["system"] = json!({"all": true}); }), SAME, 200),
    shape("", "a system's scope of nothing", Token(|t| { remove(t, "/project"); t["system"] = json!({}); }), SAME, 200),
    shape("", "a system's scope of not all", Token(|t| { remove(t, "/project"); t["system"] = json!({"all": false}); }), SAME, 200),
    shape("17", "a domain's scope", Token(|t| { remove(t, "/project"); t["domain"] = json!({"id": "d1", "name": "Acme"}); }), SAME, 200),
    shape("16", "no scope", Token(|t| { remove(t, "/project"); remove(t, "/roles"); remove(t, "/catalog"); }), SAME, 200),
    shape("", "the scopes of a project and a domain", Token(|t| t["domain"] = json!({"id": "d1", "name": "Acme"})), &["several-scopes"], 200),
    shape("", "the scopes of a project and the system", Token(|t| t["system"] = json!({"all": true})), &["several-scopes"], 200),
    shape("", "a domain that is null beside a project", Token(|t| t["domain"] = json!(null)), SAME, 200),
    shape("", "a project that is null", Token(|t| t["project"] = json!(null)), SAME, 200),
    shape("", "a system's scope in words", Token(|t| { remove(t, "/project"); t["system"] = json!({"all": "yes"}); }), ODD, 200),
    shape("", "a system's scope that is null", Token(|t| t["system"] = json!(null)), LENIENT, 500),
    shape("", "a project's domain that is null", Token(|t| t["project"]["domain"] = json!(null)), SAME, 200),
    shape("", "a project without a domain", Token(|t| remove(t, "/project/domain")), SAME, 200),
    shape("", "a project that acts as a domain", Token(|t| t["is_domain"] = json!(true)), SAME, 200),
    // Names.
    shape("N22", "names beyond ASCII", Token(|t| { t["user"]["name"] = json!("Ünï 名"); t["project"]["name"] = json!("東京"); }), SAME, 200),
    shape("N21", "a line break in a name", Token(|t| t["user"]["name"] = json!("ada\r\nX-Roles: admin")), ENCODED, 200),
    shape("N21", "a NUL in a name", Token(|t| t["user"]["name"] = json!("ada\0")), ENCODED, 200),
    shape("", "blanks around a name", Token(|t| t["user"]["name"] = json!(" ada ")), ENCODED, 200),
    shape("", "a tab in a name", Token(|t| t["user"]["name"] = json!("a\tb")), ENCODED, 200),
    shape("", "a DEL in a name", Token(|t| t["user"]["name"] = json!("a\u{7f}b")), ENCODED, 200),
    shape("", "a C1 control in a name", Token(|t| t["user"]["name"] = json!("a\u{85}b")), ENCODED, 200),
    shape("", "an empty name", Token(|t| t["user"]["name"] = json!("")), SAME, 200),
    shape("", "a name in another plane", Token(|t| t["user"]["name"] = json!("😀")), SAME, 200),
    shape("", "a percent sign in a name", Token(|t| t["user"]["name"] = json!("100%")), SAME, 200),
    shape("", "an escape in a name", Token(|t| t["user"]["name"] = json!("a%20b")), ENCODED, 200),
    shape("", "a comma in a name", Token(|t| t["user"]["name"] = json!("Lovelace, Ada")), SAME, 200),
    shape("", "quotation marks in a name", Token(|t| t["user"]["name"] = json!("\"ada\" \\ 'x'")), SAME, 200),
    // Where it comes from.
    shape("", "federation", Token(|t| { remove(t, "/user/password_expires_at"); t["user"]["OS-FEDERATION"] = json!({"groups": [{"id": "g1"}], "identity_provider": {"id": "idp"}, "protocol": {"id": "mapped"}}); }), SAME, 200),
    shape("25", "a trust", Token(|t| { remove(t, "/is_domain"); t["OS-TRUST:trust"] = json!({"id": "t1", "trustor_user": {"id": "u2"}, "trustee_user": {"id": "u1"}, "impersonation": false}); }), SAME, 200),
    shape("", "OAuth 1", Token(|t| t["OS-OAUTH1"] = json!({"access_token_id": "a", "consumer_id": "c"})), SAME, 200),
    shape("26", "an application credential", Token(|t| t["application_credential"] = json!({"id": "a", "name": "n", "restricted": true})), SAME, 200),
    shape("", "an OAuth 2 credential", Token(|t| t["oauth2_credential"] = json!({"x5t#S256": "abc"})), &["bind"], 200),
    shape("", "an application credential that is null", Token(|t| t["application_credential"] = json!(null)), SAME, 200),
    shape("", "a trust that is null", Token(|t| t["OS-TRUST:trust"] = json!(null)), SAME, 200),
    shape("", "service providers", Token(|t| t["service_providers"] = json!([{"id": "sp", "auth_url": "http://x", "sp_url": "http://y"}])), SAME, 200),
    shape("", "unknown members", Token(|t| { t["new"] = json!({"a": [1, null]}); t["user"]["new"] = json!(1.5); }), SAME, 200),
    shape("", "an unknown member beside the token", Whole(|whole| whole["links"] = json!({})), SAME, 200),
];
