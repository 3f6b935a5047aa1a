//! The service learns exactly who calls: every header that goes with the token's scope, and not
//! one more.

use keystone_double::Scope;

use crate::support::{Keystone, Request, Scene};

/// What every request carries besides the identity, the request's id left out.
const PLAIN: [&str; 4] = [
    "host: service.example",
    "x-forwarded-for: 127.0.0.1",
    "x-forwarded-host: service.example",
    "x-forwarded-proto: http",
];

const ALICE: [&str; 5] = [
    "x-identity-status: Confirmed",
    "x-user-domain-id: default",
    "x-user-domain-name: Default",
    "x-user-name: alice",
    "x-user: alice",
];

const BOB: [&str; 5] = [
    "x-identity-status: Confirmed",
    "x-user-domain-id: default",
    "x-user-domain-name: Default",
    "x-user-name: bob",
    "x-user: bob",
];

const DEMO: [&str; 5] = [
    "x-project-domain-id: default",
    "x-project-domain-name: Default",
    "x-project-name: demo",
    "x-tenant-name: demo",
    "x-tenant: demo",
];

#[test]
fn b17_a_project_token_brings_user_project_and_roles() {
    let scene = Scene::start();
    let token = scene.token();
    let own = [
        format!("x-auth-token: {token}"),
        format!("x-user-id: {}", user_id(&scene.keystone, "alice")),
        format!("x-project-id: {}", project_id(&scene.keystone, "demo")),
        format!("x-tenant-id: {}", project_id(&scene.keystone, "demo")),
        "x-roles: member,reader".to_owned(),
        "x-role: member,reader".to_owned(),
        "x-is-admin-project: True".to_owned(),
    ];
    assert_seen(&scene, &token, &[&ALICE, &DEMO], &own);
}

#[test]
fn b17_a_domain_token_brings_the_domain_and_no_project() {
    let scene = Scene::start();
    let token = scene.keystone.issue("bob", Scope::domain("Default")).token();
    let own = [
        format!("x-auth-token: {token}"),
        format!("x-user-id: {}", user_id(&scene.keystone, "bob")),
        "x-domain-id: default".to_owned(),
        "x-domain-name: Default".to_owned(),
        "x-roles: admin,manager,member,reader".to_owned(),
        "x-role: admin,manager,member,reader".to_owned(),
        "x-is-admin-project: True".to_owned(),
    ];
    assert_seen(&scene, &token, &[&BOB], &own);
}

#[test]
fn b17_a_system_token_brings_the_scope_all() {
    let scene = Scene::start();
    let token = scene.keystone.issue("bob", Scope::system()).token();
    let own = [
        format!("x-auth-token: {token}"),
        format!("x-user-id: {}", user_id(&scene.keystone, "bob")),
        "openstack-system-scope: all".to_owned(),
        "x-roles: admin,manager,member,reader".to_owned(),
        "x-role: admin,manager,member,reader".to_owned(),
        "x-is-admin-project: True".to_owned(),
    ];
    assert_seen(&scene, &token, &[&BOB], &own);
}

#[test]
fn a09_b17_an_unscoped_token_brings_the_user_alone_and_empty_roles() {
    let scene = Scene::start();
    let token = scene.keystone.issue("alice", Scope::Unscoped).token();
    let own = [
        format!("x-auth-token: {token}"),
        format!("x-user-id: {}", user_id(&scene.keystone, "alice")),
        "x-roles: ".to_owned(),
        "x-role: ".to_owned(),
        "x-is-admin-project: True".to_owned(),
    ];
    assert_seen(&scene, &token, &[&ALICE], &own);
}

#[test]
fn b17_a_trust_token_brings_the_trustor_with_the_delegated_roles() {
    let scene = Scene::start();
    let token = scene.keystone.issue("carol", Scope::Unscoped).trust("alice-to-carol").token();
    let seen = seen(&scene, &token);
    assert_eq!(seen.header("x-user-name"), Some("alice"));
    assert_eq!(seen.header("x-user-id"), Some(&user_id(&scene.keystone, "alice")[..]));
    assert_eq!(seen.header("x-project-name"), Some("demo"));
    assert_eq!(seen.header("x-roles"), Some("member,reader"));
    assert_same_names(&scene, &seen);
}

#[test]
fn an_application_credentials_token_brings_its_reduced_roles() {
    let scene = Scene::start();
    let issue = scene.keystone.issue("alice", Scope::Unscoped);
    let token = issue.application_credential("restricted").token();
    let seen = seen(&scene, &token);
    assert_eq!(seen.header("x-user-name"), Some("alice"));
    assert_eq!(seen.header("x-project-name"), Some("demo"));
    assert_eq!(seen.header("x-roles"), Some("reader"));
    assert_same_names(&scene, &seen);
}

#[test]
fn access_rules_that_nobody_enforces_are_a_401() {
    let scene = Scene::start();
    let issue = scene.keystone.issue("alice", Scope::Unscoped);
    let token = issue.application_credential("rules").token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 401);
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn a12_names_beyond_ascii_travel_as_utf_8() {
    let scene = Scene::start();
    let token = scene.keystone.issue("Žluťoučký", Scope::project("東京")).token();
    let seen = seen(&scene, &token);
    assert_eq!(seen.header("x-user-name"), Some("Žluťoučký"));
    assert_eq!(seen.header("x-project-name"), Some("東京"));
}

#[test]
fn a_well_formed_request_id_is_kept_all_the_way() {
    const ID: &str = "req-0123abcd-0123-4abc-8abc-0123456789ab";
    let scene = Scene::start();
    let token = scene.token();
    let fields = [("X-Auth-Token", &token[..]), ("X-Openstack-Request-Id", ID)];
    let response = scene.sidecar.get("/", &fields);
    assert_eq!(response.headers("x-openstack-request-id"), [ID]);
    assert_eq!(scene.upstream.last().headers("x-openstack-request-id"), [ID]);
    let asked = scene.keystone.requests().into_iter().find(|seen| seen.path.ends_with("/tokens"));
    assert_eq!(asked.unwrap().header("x-openstack-request-id"), Some(ID));
}

#[test]
fn a_malformed_request_id_is_replaced_and_the_new_one_returned() {
    let scene = Scene::start();
    let token = scene.token();
    let fields = [("X-Auth-Token", &token[..]), ("X-Openstack-Request-Id", "req-EVIL")];
    let response = scene.sidecar.get("/", &fields);
    let sent = scene.upstream.last().headers("x-openstack-request-id");
    assert_eq!(response.headers("x-openstack-request-id"), sent);
    assert!(sent[0].len() == 40 && sent[0].starts_with("req-") && !sent[0].contains("EVIL"));
}

#[test]
fn refusals_carry_a_request_id_too() {
    let scene = Scene::start();
    let response = scene.sidecar.get("/", &[]);
    assert_eq!(response.status, 401);
    assert_eq!(response.header("x-openstack-request-id").map(str::len), Some(40));
}

#[test]
fn c19_a_clients_word_about_its_own_origin_is_replaced() {
    let scene = Scene::start();
    let token = scene.token();
    let fields = [
        ("X-Auth-Token", &token[..]),
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "evil"),
        ("X-Forwarded-Port", "666"),
        ("X-Real-Ip", "198.51.100.7"),
        ("Forwarded", "for=198.51.100.7;host=evil.example"),
        ("X-Original-Url", "/evil"),
    ];
    assert_eq!(scene.sidecar.get("/", &fields).status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen.headers("x-forwarded-proto"), ["http"]);
    assert_eq!(seen.headers("x-forwarded-host"), ["service.example"]);
    for left in ["evil", "198.51.100.7", "666"] {
        assert!(!seen.mentions(left), "{left}: {:?}", seen.sorted());
    }
}

/// What the service received for `token`.
#[track_caller]
fn seen(scene: &Scene, token: &str) -> Request {
    let response = scene.sidecar.get_as(token, "/who");
    assert_eq!(response.status, 200, "{response:?}");
    scene.upstream.last()
}

/// Compares every field, in any order, the request's id left out.
#[track_caller]
fn assert_seen(scene: &Scene, token: &str, usual: &[&[&str]], own: &[String]) {
    let mut expected: Vec<String> = own.to_vec();
    expected.extend(PLAIN.iter().chain(usual.iter().copied().flatten()).map(|l| (*l).to_owned()));
    expected.sort();
    let mut seen = seen(scene, token).sorted();
    let before = seen.len();
    seen.retain(|line| !line.starts_with("x-openstack-request-id: req-"));
    assert_eq!(before - seen.len(), 1, "one request id");
    assert_eq!(seen, expected);
}

/// Whatever kind of project token it is, its fields are those of the plainest one.
#[track_caller]
fn assert_same_names(scene: &Scene, special: &Request) {
    let names = |request: &Request| {
        let line_name = |line: String| line.split(':').next().unwrap().to_owned();
        request.sorted().into_iter().map(line_name).collect::<Vec<_>>()
    };
    let plain = seen(scene, &scene.token());
    assert_eq!(names(special), names(&plain));
}

fn user_id(keystone: &Keystone, name: &str) -> String {
    let users = keystone.world().users;
    users.into_iter().find(|user| user.name == name).unwrap().id
}

fn project_id(keystone: &Keystone, name: &str) -> String {
    let projects = keystone.world().projects;
    projects.into_iter().find(|project| project.name == name).unwrap().id
}
