//! What is missing or malformed: times, ids, bindings, rules.

use serde_json::json;

use super::Body::{Text, Token};
use super::{Shape, remove, shape};
use crate::parity::case::SAME;
use crate::parity::setting::Knob::{self, Catalogue, Delay, ServiceType};

const LENIENT: &[&str] = &["lenient"];
const UNUSABLE: &[&str] = &["unusable"];
const NO_END: &[&str] = &["no-end"];
const HALF: &[&str] = &["half-identities"];
const ODD: &[&str] = &["odd-members"];
const ODD_IDS: &[&str] = &["odd-ids"];
const RULES: &[Knob] = &[Catalogue, ServiceType("compute")];

#[rustfmt::skip]
pub(super) const SHAPES: &[Shape] = &[
    // Times.
    shape("8", "an end in the past", Token(|t| t["expires_at"] = json!("2026-01-01T00:00:00.000000Z")), SAME, 401),
    shape("8", "an end in the past, delayed", Token(|t| t["expires_at"] = json!("2026-01-01T00:00:00.000000Z")), SAME, 200).under(&[Delay]),
    shape("N30", "an end that is null", Token(|t| t["expires_at"] = json!(null)), NO_END, 500),
    shape("", "no end", Token(|t| remove(t, "/expires_at")), NO_END, 500),
    shape("", "an end that is no date", Token(|t| t["expires_at"] = json!("tomorrow")), UNUSABLE, 500),
    shape("", "an end with an offset", Token(|t| t["expires_at"] = json!("2099-01-01T00:00:00+02:00")), SAME, 200),
    shape("", "an end in the past by its offset", Token(|t| t["expires_at"] = json!("2026-01-01T00:00:00-11:00")), SAME, 401),
    shape("", "an end without a zone", Token(|t| t["expires_at"] = json!("2099-01-01T00:00:00.000000")), SAME, 200),
    shape("", "an end in milliseconds", Token(|t| t["expires_at"] = json!("2099-01-01T00:00:00.000Z")), SAME, 200),
    shape("", "no beginning", Token(|t| remove(t, "/issued_at")), SAME, 200),
    shape("", "a beginning that is null", Token(|t| t["issued_at"] = json!(null)), SAME, 200),
    shape("", "an end that is a number", Token(|t| t["expires_at"] = json!(4_070_908_800_u64)), UNUSABLE, 500),
    shape("", "an end without seconds", Token(|t| t["expires_at"] = json!("2099-01-01T00:00Z")), SAME, 200),
    shape("", "an end that is a day", Token(|t| t["expires_at"] = json!("2099-01-01")), ODD, 200),
    // Members.
    shape("", "no audit ids", Token(|t| remove(t, "/audit_ids")), SAME, 200),
    shape("", "no methods", Token(|t| remove(t, "/methods")), LENIENT, 500),
    shape("", "no user", Token(|t| remove(t, "/user")), UNUSABLE, 500),
    shape("", "a user without an id", Token(|t| remove(t, "/user/id")), HALF, 500),
    shape("", "a user without a name", Token(|t| remove(t, "/user/name")), HALF, 500),
    shape("", "a user without a domain", Token(|t| remove(t, "/user/domain")), LENIENT, 500),
    shape("", "a project without an id", Token(|t| remove(t, "/project/id")), HALF, 200),
    shape("", "a project without a name", Token(|t| remove(t, "/project/name")), HALF, 200),
    shape("", "a user that is null", Token(|t| t["user"] = json!(null)), UNUSABLE, 500),
    shape("", "a user's domain that is null", Token(|t| t["user"]["domain"] = json!(null)), LENIENT, 500),
    shape("", "a user's name that is null", Token(|t| t["user"]["name"] = json!(null)), HALF, 200),
    shape("", "a user's id that is a number", Token(|t| t["user"]["id"] = json!(7)), ODD, 200),
    // Ids.
    shape("", "an empty id", Token(|t| t["user"]["id"] = json!("")), ODD_IDS, 200),
    shape("", "blanks around an id", Token(|t| t["user"]["id"] = json!(" u1 ")), ODD_IDS, 200),
    shape("", "a line break in an id", Token(|t| t["user"]["id"] = json!("u1\nx")), ODD_IDS, 200),
    shape("", "a member twice", Text("\"id\":\"u1\"", "\"id\":\"u1\",\"id\":\"u2\""), &["members-twice"], 200),
    // Bindings.
    shape("111", "a binding to Kerberos", Token(|t| t["bind"] = json!({"kerberos": "ada@EXAMPLE"})), SAME, 401),
    shape("111", "a binding of another kind", Token(|t| t["bind"] = json!({"x509": "abc"})), &["bind"], 200),
    shape("111", "a binding to nothing", Token(|t| t["bind"] = json!({})), SAME, 200),
    shape("111", "a binding that is null", Token(|t| t["bind"] = json!(null)), SAME, 200),
    // Access rules.
    shape("72", "an empty list of rules", Token(|t| t["application_credential"] = json!({"id": "a", "name": "n", "restricted": true, "access_rules": []})), SAME, 401).under(RULES),
    shape("", "rules that are null", Token(|t| t["application_credential"] = json!({"id": "a", "name": "n", "restricted": true, "access_rules": null})), SAME, 200).under(RULES),
    shape("105", "a rule without its first slash", Token(|t| t["application_credential"] = json!({"id": "a", "name": "n", "restricted": true, "access_rules": [{"id": "r", "service": "compute", "method": "GET", "path": ""}]})), SAME, 401).under(RULES),
    shape("", "a rule for everything", Token(|t| t["application_credential"] = json!({"id": "a", "name": "n", "restricted": true, "access_rules": [{"id": "r", "service": "compute", "method": "GET", "path": "**"}]})), SAME, 200).under(RULES),
    shape("", "a rule without a method", Token(|t| t["application_credential"] = json!({"id": "a", "name": "n", "restricted": true, "access_rules": [{"id": "r", "service": "compute", "path": "/"}]})), UNUSABLE, 500).under(RULES),
];
