use http::StatusCode;
use proptest::prelude::*;
use serde_json::json;

use crate::identity::Kind;

use super::*;

fn now() -> UnixTime {
    parse_timestamp("2026-11-21T18:00:00Z").unwrap()
}

fn of(body: &[u8]) -> Result<Identity, KeystoneError> {
    identity(&draft(body, Reading { now: now(), allowance: Allowance::None, rules: false })?)
}

/// The document that the `OpenAPI` description of Keystone shows, every member included.
fn full() -> Value {
    json!({"token": {
        "methods": ["password"],
        "user": {"id": "u1", "name": "alice", "description": "d", "enabled": true,
            "domain_id": "default", "email": "a@example.org", "options": {},
            "password_expires_at": null, "default_project_id": "p1",
            "domain": {"id": "default", "name": "Default", "options": {}, "links": {}}},
        "audit_ids": ["own", "parent"],
        "issued_at": "2026-11-21T17:57:04.000Z",
        "expires_at": "2026-11-21T18:57:04.668Z",
        "project": {"id": "p1", "name": "demo", "parent_id": "default", "is_domain": true,
            "tags": ["t"], "options": {}, "domain": {"id": "default", "name": "Default"}},
        "domain": {"id": "d1", "name": "Acme"},
        "system": {"all": true},
        "roles": [{"id": "r1", "name": "member", "domain_id": null, "options": {}}],
        "catalog": [{"id": "c", "type": "compute", "endpoints": []}],
        "is_domain": true,
        "is_admin_project": false,
        "application_credential": {"id": "ac", "name": "ci", "restricted": true},
    }})
}

fn read(document: &Value) -> Result<Identity, KeystoneError> {
    of(document.to_string().as_bytes())
}

const MALFORMED: KeystoneError = KeystoneError::Unavailable(Fault::Malformed, None);

#[test]
fn the_narrowest_scope_of_a_document_is_believed() {
    let mut document = full();
    for (kind, id, member) in [
        (Kind::Project, Some("p1"), "project"),
        (Kind::Domain, Some("d1"), "domain"),
        (Kind::System, None, "system"),
        (Kind::Unscoped, None, "methods"),
    ] {
        let identity = read(&document).unwrap();
        assert_eq!((identity.scope().kind, identity.scope().id), (kind, id));
        document["token"].as_object_mut().unwrap().remove(member);
    }
}

#[test]
fn every_optional_member_may_be_missing_or_null() {
    for member in [
        "methods",
        "audit_ids",
        "issued_at",
        "project",
        "domain",
        "system",
        "roles",
        "catalog",
        "is_domain",
        "is_admin_project",
        "application_credential",
    ] {
        let mut without = full();
        without["token"].as_object_mut().unwrap().remove(member);
        assert!(read(&without).is_ok(), "without {member}");
        let mut null = full();
        null["token"][member] = Value::Null;
        assert!(read(&null).is_ok(), "{member} null");
    }
}

#[test]
fn a15_an_admin_project_is_believed_unless_it_is_denied_or_null() {
    for (value, expected) in [
        (None, true),
        (Some(json!(true)), true),
        (Some(json!(false)), false),
        (Some(Value::Null), false),
    ] {
        let mut document = full();
        let token = document["token"].as_object_mut().unwrap();
        token.remove("is_admin_project");
        token.extend(value.clone().map(|value| ("is_admin_project".to_owned(), value)));
        let mut headers = http::HeaderMap::new();
        read(&document).unwrap().apply_to(crate::identity::Names::User, &mut headers).unwrap();
        let expected = if expected { "True" } else { "False" };
        assert_eq!(headers["x-is-admin-project"], expected, "{value:?}");
    }
}

#[test]
fn a_document_that_cannot_be_understood_is_a_failure_to_know() {
    for (what, document) in [
        ("an array", json!([])),
        ("null", Value::Null),
        ("no token", json!({})),
        ("a token that is text", json!({"token": "x"})),
    ] {
        assert_eq!(read(&document).unwrap_err(), MALFORMED, "{what}");
    }
    for (member, value) in [
        ("user", Value::Null),
        ("user", json!({"name": "alice"})),
        ("user", json!({"id": "u1"})),
        ("user", json!({"id": "u1\r\nX-Roles: admin", "name": "alice"})),
        ("expires_at", Value::Null),
        ("expires_at", json!("tomorrow")),
        ("expires_at", json!(1_795_287_358)),
        ("roles", json!("admin")),
        ("roles", json!([{"id": "r1"}])),
        ("project", json!({"name": "demo"})),
        ("is_admin_project", json!("True")),
    ] {
        let mut document = full();
        document["token"][member] = value.clone();
        assert_eq!(read(&document).unwrap_err(), MALFORMED, "{member}: {value}");
    }
    let twice = full().to_string().replace(
        r#""is_admin_project":false"#,
        r#""is_admin_project":false,"is_admin_project":true"#,
    );
    assert_eq!(of(twice.as_bytes()).unwrap_err(), MALFORMED);
    let deep = "[".repeat(200_000);
    assert_eq!(of(deep.as_bytes()).unwrap_err(), MALFORMED);
}

#[test]
fn b16_an_expired_a_bound_and_a_restricted_token_are_bad_tokens() {
    for (member, value, why) in [
        ("expires_at", json!("2026-11-21T18:00:00Z"), BadToken::Expired),
        ("bind", json!({"kerberos": "alice"}), BadToken::Bound),
        ("oauth2_credential", json!({"x5t#S256": "abc"}), BadToken::Bound),
        ("application_credential", json!({"id": "a", "access_rules": []}), BadToken::Restricted),
    ] {
        let mut document = full();
        document["token"][member] = value;
        assert_eq!(read(&document).unwrap_err(), KeystoneError::Bad(why));
    }
}

#[test]
fn a_life_is_measured_by_keystones_own_clock() {
    let body = full().to_string();
    let far_off = parse_timestamp("2030-01-01T00:00:00Z").unwrap();
    assert_eq!(lifetime(body.as_bytes(), far_off).unwrap().as_millis(), 3_600_668);
}

#[test]
fn only_keystones_own_errors_are_taken_for_keystones() {
    let is_keystone = |body: &str| {
        matches!(refusal(body.as_bytes(), StatusCode::NOT_FOUND), Refusal::Keystone { .. })
    };
    assert!(is_keystone(r#"{"error": {"code": 404, "title": "Not Found", "message": "x"}}"#));
    for other in [
        "",
        "<html/>",
        r#"{"error_msg": "x"}"#,
        r#"{"error": {"code": 403}}"#,
        r#"{"error": {"status": "404 Not Found"}}"#,
        r#"{"message": "not found"}"#,
    ] {
        assert!(!is_keystone(other), "{other}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = of(&body);
        let _ = refusal(&body, StatusCode::NOT_FOUND);
        let _ = lifetime(&body, now());
    }
}
