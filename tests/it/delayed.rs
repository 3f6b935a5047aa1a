//! With `auth.delay_decision` a refusal is the service's to pronounce: the request reaches it,
//! marked `Invalid` and stripped of every claim. A failure to know is still ours.

use keystone_double::Scope;
use portcullis::identity::{Class, TABLE};
use serde_json::Value;

use crate::support::{Keystone, Proxy, Request, Scene, Upstream, eventually, get};

const DELAY: (&str, &str) = ("auth.delay_decision", "true");

/// For a lie under every name that there is.
const ROOM: (&str, &str) = ("server.max_headers", "200");

#[test]
fn every_refusal_is_passed_on_as_invalid_without_a_claim_and_counted_by_its_reason() {
    let scene = Scene::with(&[DELAY, ROOM, ("server.max_token", "1KiB")]);
    let (expired, revoked) = (scene.token(), scene.token());
    scene.keystone.expire(&expired);
    scene.keystone.revoke(&revoked);
    let long = "x".repeat(1025);
    for (reason, tokens) in [
        ("missing", &[][..]),
        ("missing", &[""]),
        ("unknown", &["made-up"]),
        ("unknown", &[&revoked]),
        ("unknown", &[&expired]),
        ("malformed", &["a,b"]),
        ("malformed", &["a b"]),
        ("malformed", &["made-up", "another"]),
        ("malformed", &[&scene.token(), &scene.token()]),
        ("too_long", &[&long]),
    ] {
        let before = scene.sidecar.decisions("defer", reason);
        let credentials: Vec<_> = tokens.iter().map(|token| ("X-Auth-Token", *token)).collect();
        assert_passed_on(&scene, &credentials);
        let seen = scene.upstream.last();
        assert_eq!(
            seen.headers("x-auth-token"),
            tokens,
            "the credential is the service's to judge"
        );
        assert_eq!(scene.sidecar.decisions("defer", reason), before + 1.0, "{tokens:?}");
    }
    assert_eq!(scene.sidecar.decisions("allow", "confirmed"), 0.0);
}

#[test]
fn a_token_that_ended_while_it_was_remembered_is_passed_on_as_invalid() {
    let scene = Scene::with(&[DELAY, ROOM]);
    let issue = scene.keystone.issue("alice", Scope::project("demo"));
    let token = issue.lifetime(std::time::Duration::from_secs(4)).token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    let expired = || scene.sidecar.decisions("defer", "expired");
    eventually("it ends", || {
        scene.sidecar.get_as(&token, "/");
        expired() > 0.0
    });
    assert_passed_on(&scene, &[("X-Auth-Token", &token)]);
}

#[test]
fn a_storage_token_is_passed_on_as_invalid_too() {
    let scene = Scene::with(&[DELAY, ROOM]);
    assert_passed_on(&scene, &[("X-Storage-Token", "made-up")]);
    assert_eq!(scene.upstream.last().headers("x-storage-token"), ["made-up"]);
    let good = scene.token();
    assert_passed_on(&scene, &[("X-Auth-Token", "made-up"), ("X-Storage-Token", &good)]);
    assert!(!scene.upstream.last().mentions(&good), "nobody judged it");
}

#[test]
fn a_good_token_is_told_as_without_delay() {
    let (plain, delaying) = (Scene::with(&[ROOM]), Scene::with(&[DELAY, ROOM]));
    let seen = |scene: &Scene| {
        let token = scene.token();
        let fields = [&lies()[..], &[("X-Auth-Token", &token[..])]].concat();
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        claims(&scene.upstream.last())
    };
    assert_eq!(seen(&plain), seen(&delaying));
    assert_eq!(delaying.sidecar.decisions("allow", "confirmed"), 1.0);
}

#[test]
fn an_outage_is_still_a_503() {
    let scene = Scene::with(&[DELAY, ROOM]);
    let (known, service) = (scene.token(), scene.service_token());
    assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
    scene.upstream.forget();
    scene.keystone.stop();
    for (user, service) in [(&scene.token()[..], ""), (&known, &service), ("made-up", &service)] {
        assert_eq!(scene.get_with(user, service).status, 503);
    }
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.sidecar.decisions("error", "unavailable"), 3.0);
    assert_passed_on(&scene, &[]);
}

#[test]
fn a_bad_service_token_leaves_the_user_confirmed() {
    let scene = Scene::with(&[DELAY, ROOM]);
    let roleless = scene.keystone.issue("carol", Scope::project("other")).token();
    for (bad, reason) in [("made-up", "service_token"), (&roleless, "service_role")] {
        let user = scene.token();
        let fields =
            [&lies()[..], &[("X-Auth-Token", &user[..]), ("X-Service-Token", bad)]].concat();
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("x-identity-status"), ["Confirmed"]);
        assert_eq!(seen.headers("x-user-name"), ["alice"]);
        assert_eq!(seen.headers("x-service-token"), [bad]);
        assert_eq!(about_the_service(&seen), ["x-service-identity-status: Invalid"]);
        assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
        assert_eq!(scene.sidecar.decisions("defer", reason), 1.0);
    }
}

#[test]
fn a_good_service_is_told_beside_a_bad_user() {
    let scene = Scene::with(&[DELAY, ROOM]);
    let service = scene.service_token();
    for user in ["made-up", ""] {
        assert_eq!(scene.get_with(user, &service).status, 200);
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("x-identity-status"), ["Invalid"]);
        assert_eq!(seen.headers("x-service-identity-status"), ["Confirmed"]);
        assert_eq!(seen.headers("x-service-user-name"), ["nova"]);
        assert_eq!(seen.header("x-user-name"), None);
    }
    assert_eq!(scene.get_with("made-up", "made-up").status, 200);
    let both = ["x-identity-status: Invalid", "x-service-identity-status: Invalid"];
    assert_eq!(claims(&scene.upstream.last()), both);
}

#[test]
fn a_bad_service_token_does_not_vouch_for_an_expired_user() {
    let scene = Scene::in_service_mode(&[DELAY, ROOM]);
    let roleless = scene.keystone.issue("carol", Scope::project("other")).token();
    let user = scene.token();
    scene.keystone.expire(&user);
    for bad in ["made-up", &roleless] {
        assert_eq!(scene.get_with(&user, bad).status, 200);
        let both = ["x-identity-status: Invalid", "x-service-identity-status: Invalid"];
        assert_eq!(claims(&scene.upstream.last()), both);
    }
    let overlooked = |seen: &keystone_double::Seen| seen.query.contains("allow_expired");
    assert!(!scene.keystone.questions().iter().any(overlooked));
}

#[test]
fn what_only_a_proxy_refuses_is_not_delayed() {
    let scene = Scene::with(&[DELAY, ROOM]);
    assert_eq!(scene.sidecar.get("/", &[("Connection", "a b")]).status, 400);
    assert_eq!(scene.sidecar.get("/", &[("Host", "a/b")]).status, 400);
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn the_log_says_that_the_decision_was_left_to_the_service() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\nauth: {{delay_decision: true}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &["log.access=refusals"]);
    let user = keystone.issue("alice", Scope::project("demo")).token();
    let service = keystone.issue("nova", Scope::project("service")).token();
    let ask = |path: &str, user: &str, service: &str| {
        let fields = [("X-Auth-Token", user), ("X-Service-Token", service)];
        assert_eq!(get(proxy.public, path, &fields).status, 200);
    };
    ask("/allowed", &user, &service);
    ask("/user", "made-up", &service);
    ask("/service", &user, "made-up");
    proxy.process.wait_for("\"/service\"");
    let lines = access_lines(&proxy.process.output());
    let paths: Vec<_> = lines.iter().map(|line| line["url.path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/user", "/service"], "a deferred request counts as refused");
    let [of_user, of_service] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&of_user["decision"], &of_user["reason"]), (&"defer".into(), &"unknown".into()));
    assert_eq!(of_user["http.response.status_code"], 200);
    assert_eq!(of_user["user.id"], Value::Null);
    assert_eq!(of_user["openstack.audit_id"], Value::Null);
    assert!(of_user["openstack.service.user.id"].is_string());
    let (decision, reason) = (&of_service["decision"], &of_service["reason"]);
    assert_eq!((decision, reason), (&"defer".into(), &"service_token".into()));
    assert!(of_service["user.id"].is_string());
    assert_eq!(of_service["openstack.service.user.id"], Value::Null);
}

#[test]
fn the_log_names_both_parties_of_an_allowed_request() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    let user = keystone.issue("alice", Scope::project("demo")).token();
    let service = keystone.issue("nova", Scope::project("service")).token();
    let fields = [("X-Auth-Token", &user[..]), ("X-Service-Token", &service)];
    assert_eq!(get(proxy.public, "/both", &fields).status, 200);
    proxy.process.wait_for("\"/both\"");
    let line = access_lines(&proxy.process.output()).remove(0);
    let id = |name: &str| {
        let users = keystone.world().users;
        users.into_iter().find(|user| user.name == name).unwrap().id
    };
    assert_eq!(line["decision"], "allow");
    assert_eq!(line["user.id"], id("alice"));
    assert_eq!(line["openstack.service.user.id"], id("nova"));
    let (of_user, of_service) = (&line["openstack.audit_id"], &line["openstack.service.audit_id"]);
    assert!(of_user.is_string() && of_service.is_string() && of_user != of_service, "{line}");
}

/// Sends every lie there is, and fails unless the service is told nothing but `Invalid`.
#[track_caller]
fn assert_passed_on(scene: &Scene, credentials: &[(&str, &str)]) {
    let lies = lies();
    let fields = [&lies[..], credentials].concat();
    let response = scene.sidecar.get("/", &fields);
    assert_eq!(response.status, 200, "{response:?}");
    let seen = scene.upstream.last();
    assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
    assert_eq!(claims(&seen), ["x-identity-status: Invalid"]);
}

/// A line for every name that makes a claim, but for the credentials themselves.
fn lies() -> Vec<(&'static str, &'static str)> {
    let names = TABLE.iter().filter(|row| row.class != Class::Credential);
    let lies: Vec<_> = names.map(|row| (row.name.as_str(), "EVIL")).collect();
    assert!(lies.len() > 60);
    lies
}

/// What the service is told about anybody: the lines whose names make a claim.
fn claims(seen: &Request) -> Vec<String> {
    let is_claim = |line: &String| {
        let name = line.split(':').next().unwrap();
        TABLE
            .iter()
            .any(|row| row.name == name && !matches!(row.class, Class::Credential | Class::Origin))
    };
    seen.sorted().into_iter().filter(is_claim).collect()
}

fn about_the_service(seen: &Request) -> Vec<String> {
    claims(seen).into_iter().filter(|line| line.starts_with("x-service-")).collect()
}

fn access_lines(output: &str) -> Vec<Value> {
    let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "portcullis::access").collect()
}
