//! What must be the same in every cloud.

use keystone_double::{Fault, FaultKind, RateLimit, Scope};

use crate::support::{Request, Response};

use super::Cloud;

pub(super) fn a_valid_project_token(cloud: &Cloud) {
    let token = cloud.scene.keystone.issue("alice", Scope::project("demo")).token();
    let seen = passes(cloud, &token);
    let project = [
        ("x-project-id", id(cloud, "demo")),
        ("x-project-name", "demo".to_owned()),
        ("x-project-domain-id", "default".to_owned()),
        ("x-project-domain-name", "Default".to_owned()),
        ("x-tenant-id", id(cloud, "demo")),
        ("x-tenant-name", "demo".to_owned()),
        ("x-tenant", "demo".to_owned()),
    ];
    assert_all(cloud, &seen, &token, "alice", "member,reader", &project);
}

pub(super) fn a_valid_domain_token(cloud: &Cloud) {
    let token = cloud.scene.keystone.issue("bob", Scope::domain("Default")).token();
    let seen = passes(cloud, &token);
    let domain = [("x-domain-id", "default".to_owned()), ("x-domain-name", "Default".to_owned())];
    assert_all(cloud, &seen, &token, "bob", "admin,manager,member,reader", &domain);
}

pub(super) fn a_system_token(cloud: &Cloud) {
    let token = cloud.scene.keystone.issue("bob", Scope::system()).token();
    let seen = passes(cloud, &token);
    let system = [("openstack-system-scope", "all".to_owned())];
    assert_all(cloud, &seen, &token, "bob", "admin,manager,member,reader", &system);
}

pub(super) fn an_unscoped_token(cloud: &Cloud) {
    let token = cloud.scene.keystone.issue("alice", Scope::Unscoped).token();
    let seen = passes(cloud, &token);
    assert_all(cloud, &seen, &token, "alice", "", &[]);
}

pub(super) fn no_token(cloud: &Cloud) {
    refused(cloud, &cloud.scene.sidecar.get("/", &[]), 0, "missing");
}

pub(super) fn a_blank_token(cloud: &Cloud) {
    refused(cloud, &cloud.scene.sidecar.get_as("   ", "/"), 0, "missing");
}

pub(super) fn an_unknown_token(cloud: &Cloud) {
    refused(cloud, &cloud.scene.sidecar.get_as("made-up", "/"), 1, "unknown");
}

pub(super) fn an_expired_token(cloud: &Cloud) {
    let token = cloud.scene.token();
    cloud.scene.keystone.expire(&token);
    refused(cloud, &cloud.scene.sidecar.get_as(&token, "/"), 1, "unknown");
}

pub(super) fn a_token_revoked_while_cached(cloud: &Cloud) {
    let token = cloud.scene.token();
    passes(cloud, &token);
    cloud.scene.keystone.revoke(&token);
    passes(cloud, &token);
    assert_eq!(cloud.scene.keystone.validations(), 1, "the documented bound");
    let purged = cloud.scene.sidecar.operate("DELETE", "/cache?all", &[]);
    assert_eq!(purged.json()["purged"], 1);
    cloud.scene.upstream.forget();
    refused(cloud, &cloud.scene.sidecar.get_as(&token, "/"), 2, "unknown");
}

pub(super) fn identity_answers_429(cloud: &Cloud) {
    for (value, told) in [(None, "5"), (Some("11"), "11")] {
        let limit = RateLimit { per_minute: 0, retry_after: value.map(str::to_owned) };
        cloud.scene.keystone.adjust(|profile| profile.rate_limit = Some(limit));
        unavailable(cloud, told);
    }
}

pub(super) fn identity_answers_503(cloud: &Cloud) {
    cloud.scene.keystone.fail(Fault::validate(FaultKind::status(503)));
    unavailable(cloud, "5");
    assert_eq!(cloud.scene.keystone.validations(), 1);
}

pub(super) fn identity_refuses_connections(cloud: &Cloud) {
    cloud.scene.keystone.stop();
    unavailable(cloud, "5");
}

/// The token passes; what the service saw.
#[track_caller]
fn passes(cloud: &Cloud, token: &str) -> Request {
    let response = cloud.scene.sidecar.get_as(token, "/");
    assert_eq!(response.status, 200, "{response:?}");
    assert!(response.header("www-authenticate").is_none());
    cloud.scene.upstream.last()
}

/// The client is told 401 and how to do better.
#[track_caller]
fn refused(cloud: &Cloud, response: &Response, questions: u64, reason: &str) {
    assert_eq!(response.status, 401, "{response:?}");
    let challenge = format!("Keystone uri=\"{}\"", cloud.auth_url);
    assert_eq!(response.headers("www-authenticate"), [challenge]);
    assert_eq!(response.json()["error"]["code"], 401);
    assert_eq!(response.json()["error"]["title"], "Unauthorized");
    assert_eq!(cloud.scene.keystone.validations(), questions);
    assert_eq!(cloud.scene.upstream.count(), 0);
    assert_eq!(decisions(cloud, "deny", reason), 1.0);
}

/// The client is told 503 and when to come back.
#[track_caller]
fn unavailable(cloud: &Cloud, retry_after: &str) {
    let before = decisions(cloud, "error", "unavailable");
    let response = cloud.scene.sidecar.get_as(&cloud.scene.token(), "/");
    assert_eq!(response.status, 503, "{response:?}");
    assert_eq!(response.headers("retry-after"), [retry_after]);
    assert_eq!(response.json()["error"]["code"], 503);
    assert!(response.header("www-authenticate").is_none());
    assert_eq!(cloud.scene.upstream.count(), 0);
    assert_eq!(decisions(cloud, "error", "unavailable"), before + 1.0);
}

fn decisions(cloud: &Cloud, decision: &str, reason: &str) -> f64 {
    cloud.scene.sidecar.metric(&format!(
        "portcullis_auth_decisions_total{{decision=\"{decision}\",reason=\"{reason}\",\
         route=\"default\"}}"
    ))
}

/// Compares everything that the service saw, the request's id left out.
#[track_caller]
fn assert_all(
    cloud: &Cloud,
    seen: &Request,
    token: &str,
    user: &str,
    roles: &str,
    scope: &[(&str, String)],
) {
    let is_project = scope.iter().any(|(name, _)| *name == "x-project-id");
    let says_no = cloud.profile.says_is_admin_project && is_project;
    let user_id = cloud.scene.keystone.world().users.into_iter().find(|u| u.name == user);
    let mut expected = vec![
        "host: service.example".to_owned(),
        "x-forwarded-for: 127.0.0.1".to_owned(),
        "x-forwarded-host: service.example".to_owned(),
        "x-forwarded-proto: http".to_owned(),
        "x-identity-status: Confirmed".to_owned(),
        format!("x-is-admin-project: {}", if says_no { "False" } else { "True" }),
        "x-user-domain-id: default".to_owned(),
        "x-user-domain-name: Default".to_owned(),
        format!("x-auth-token: {token}"),
        format!("x-user-id: {}", user_id.unwrap().id),
        format!("x-user-name: {user}"),
        format!("x-user: {user}"),
        format!("x-roles: {roles}"),
        format!("x-role: {roles}"),
    ];
    expected.extend(scope.iter().map(|(name, value)| format!("{name}: {value}")));
    expected.sort();
    let mut lines = seen.sorted();
    lines.retain(|line| !line.starts_with("x-openstack-request-id: req-"));
    assert_eq!(lines, expected);
    assert_eq!(cloud.scene.keystone.validations(), 1);
}

fn id(cloud: &Cloud, project: &str) -> String {
    let projects = cloud.scene.keystone.world().projects;
    projects.into_iter().find(|each| each.name == project).unwrap().id
}
