//! Keystone is asked once about a token, however many want to know; what it said is believed for
//! a bounded time, in bounded memory, and forgotten at a word.

use std::sync::Arc;
use std::time::{Duration, Instant};

use keystone_double::{Canned, Fault, FaultKind, Scope};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::support::{Client, Scene, eventually, get, sha256};

const VALID_HIT: &str = "portcullis_token_validations_total{outcome=\"valid\",source=\"cache\"}";

#[test]
fn the_second_request_asks_nobody() {
    let scene = Scene::start();
    let token = scene.token();
    for _ in 0..20 {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    }
    assert_eq!(scene.keystone.validations(), 1);
    assert_eq!(scene.sidecar.metric(VALID_HIT), 19.0);
}

#[test]
fn m11_a_thousand_clients_with_one_new_token_are_one_question() {
    let scene = Scene::with(&[("keystone.timeout", "60s")]);
    let token = scene.token();
    let gate = Arc::new(Semaphore::new(0));
    scene.keystone.fail(Fault::validate(FaultKind::Gate(Arc::clone(&gate))));
    let mut clients: Vec<_> = (0..1000).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut clients {
        client.ask("GET", "/", &[("X-Auth-Token", &token)]);
    }
    let coalesced = "portcullis_token_cache_coalesced_total";
    eventually("all wait for one answer", || scene.sidecar.metric(coalesced) == 999.0);
    gate.add_permits(1000);
    for client in &mut clients {
        assert_eq!(client.response().status, 200);
    }
    assert_eq!(scene.keystone.validations(), 1);
    assert_eq!(scene.upstream.count(), 1000);
}

#[test]
fn m12_the_first_to_ask_may_leave_and_the_others_are_answered() {
    let scene = Scene::with(&[("keystone.timeout", "60s")]);
    let token = scene.token();
    let gate = Arc::new(Semaphore::new(0));
    scene.keystone.fail(Fault::validate(FaultKind::Gate(Arc::clone(&gate))));
    let mut first = Client::connect(scene.sidecar.public);
    first.ask("GET", "/first", &[("X-Auth-Token", &token)]);
    scene.keystone.wait("the first asks", |calls| calls.validations == 1);
    let mut others: Vec<_> = (0..10).map(|_| Client::connect(scene.sidecar.public)).collect();
    for other in &mut others {
        other.ask("GET", "/other", &[("X-Auth-Token", &token)]);
    }
    let coalesced = "portcullis_token_cache_coalesced_total";
    eventually("the others wait with it", || scene.sidecar.metric(coalesced) == 10.0);
    drop(first);
    let open = "portcullis_connections{listener=\"public\"}";
    eventually("the first has left", || scene.sidecar.metric(open) == 10.0);
    gate.add_permits(100);
    for other in &mut others {
        assert_eq!(other.response().status, 200);
    }
    assert_eq!(scene.keystone.validations(), 1);
    assert!(scene.upstream.requests().iter().all(|seen| seen.target() == "/other"));
}

#[test]
fn m13_different_tokens_are_different_questions_and_never_mixed_up() {
    let scene = Scene::start();
    let users = [("alice", "demo"), ("bob", "demo"), ("carol", "other"), ("nova", "service")];
    let tokens: Vec<_> = (0..40)
        .map(|at| users[at % 4])
        .map(|(user, project)| (user, scene.keystone.issue(user, Scope::project(project)).token()))
        .collect();
    let mut clients: Vec<_> = tokens
        .iter()
        .map(|(user, token)| {
            let mut client = Client::connect(scene.sidecar.public);
            client.ask("GET", &format!("/{user}"), &[("X-Auth-Token", token)]);
            client
        })
        .collect();
    assert!(clients.iter_mut().all(|client| client.response().status == 200));
    for seen in scene.upstream.requests() {
        assert_eq!(seen.header("x-user-name"), seen.target().strip_prefix('/'));
    }
    assert_eq!(scene.keystone.validations(), 40);
}

#[test]
fn n06_a_refused_token_is_refused_again_without_asking() {
    let scene = Scene::start();
    for _ in 0..5 {
        assert_eq!(scene.sidecar.get_as("made-up", "/").status, 401);
    }
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn a_refusal_is_forgotten_when_its_time_is_up() {
    let scene = Scene::with(&[("cache.negative_ttl", "100ms")]);
    let start = Instant::now();
    assert_eq!(scene.sidecar.get_as("made-up", "/").status, 401);
    eventually("Keystone is asked again", || {
        assert_eq!(scene.sidecar.get_as("made-up", "/").status, 401);
        scene.keystone.validations() == 2
    });
    assert!(start.elapsed() >= Duration::from_millis(100));
}

#[test]
fn m10_a_failure_to_know_is_not_remembered() {
    let scene = Scene::start();
    let token = scene.token();
    for fault in [FaultKind::status(500), FaultKind::status(503), FaultKind::too_many(None)] {
        scene.keystone.fail(Fault::validate(fault).times(1));
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 503);
        let known = fill(&scene);
        assert_eq!((&known["identities"], &known["refusals"]), (&0.into(), &0.into()));
    }
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    assert_eq!(scene.keystone.validations(), 4);
}

#[test]
fn m07_m22_an_answer_is_believed_no_longer_than_the_ttl() {
    let scene = Scene::with(&[("cache.ttl", "200ms"), ("cache.jitter", "0%")]);
    let token = scene.token();
    let start = Instant::now();
    eventually("Keystone is asked again", || {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
        scene.keystone.validations() == 2
    });
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[test]
fn a_ttl_of_zero_asks_for_every_request() {
    let scene = Scene::with(&[("cache.ttl", "0s")]);
    let token = scene.token();
    for _ in 0..3 {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    }
    assert_eq!(scene.keystone.validations(), 3);
}

#[test]
fn m04_a_token_that_ends_while_it_is_cached_is_refused_without_asking() {
    let scene = Scene::start();
    let issue = scene.keystone.issue("alice", Scope::project("demo"));
    let token = issue.lifetime(Duration::from_secs(4)).token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    eventually("it ends", || scene.sidecar.get_as(&token, "/").status == 401);
    let response = scene.sidecar.get_as(&token, "/");
    assert_eq!(response.status, 401);
    assert!(response.header("www-authenticate").is_some());
}

#[test]
fn m07_a_revoked_token_passes_until_it_is_purged_and_not_after() {
    for by in ["all", "user", "project", "audit_id", "token_digest"] {
        let scene = Scene::start();
        let (token, query) = known_token(&scene, by);
        scene.keystone.revoke(&token);
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200, "the documented bound");
        assert_eq!(purge(&scene, &query), 1, "{query}");
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 401, "{query}");
    }
}

#[test]
fn a_purge_leaves_everybody_else_alone() {
    let scene = Scene::start();
    let (carol, query) = known_token(&scene, "user");
    let others = scene.keystone.issue("bob", Scope::project("demo")).token();
    assert_eq!(scene.sidecar.get_as(&others, "/").status, 200);
    assert_eq!(purge(&scene, &query), 1);
    scene.keystone.reset_calls();
    assert_eq!(scene.sidecar.get_as(&others, "/").status, 200);
    assert_eq!(scene.keystone.validations(), 0);
    assert_eq!(scene.sidecar.get_as(&carol, "/").status, 200);
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn a_purge_forgets_refusals_so_that_a_healed_token_works_at_once() {
    let scene = Scene::with(&[("cache.negative_ttl", "1h")]);
    let token = scene.token();
    scene.keystone.disable_project("demo");
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 401);
    scene.keystone.enable_project("demo");
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 401);
    purge(&scene, "all");
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}

#[test]
fn an_answer_asked_for_before_a_purge_is_not_remembered_after_it() {
    let scene = Scene::start();
    let token = scene.token();
    let gate = Arc::new(Semaphore::new(0));
    scene.keystone.fail(Fault::validate(FaultKind::Gate(Arc::clone(&gate))));
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &[("X-Auth-Token", &token)]);
    scene.keystone.wait("it asks", |calls| calls.validations == 1);
    purge(&scene, "all");
    gate.add_permits(100);
    assert_eq!(client.response().status, 200);
    assert_eq!(fill(&scene)["identities"], 0);
}

#[test]
fn whoever_comes_after_a_purge_does_not_get_the_answer_of_a_question_asked_before_it() {
    for by in ["all", "token_digest"] {
        let scene = Scene::start();
        let token = scene.token();
        let gate = Arc::new(Semaphore::new(0));
        // The first question is answered as of now, but late.
        let answer = Canned::json(200, &describe(&scene, &token));
        let answer = answer.header("X-Subject-Token", &token);
        scene.keystone.fail(Fault::validate(FaultKind::Gate(Arc::clone(&gate))).times(1));
        scene.keystone.fail(Fault::validate(FaultKind::Answer(answer)).times(1));
        let mut first = Client::connect(scene.sidecar.public);
        first.ask("GET", "/first", &[("X-Auth-Token", &token)]);
        scene.keystone.wait("the first asks", |calls| calls.validations == 1);
        scene.keystone.revoke(&token);
        let query = if by == "all" { by.to_owned() } else { format!("{by}={}", sha256(&token)) };
        purge(&scene, &query);
        assert_eq!(scene.sidecar.get_as(&token, "/second").status, 401, "{by}");
        assert_eq!(scene.keystone.validations(), 2, "{by}");
        gate.add_permits(1);
        assert_eq!(first.response().status, 200, "{by}: it came before");
        assert_eq!(scene.sidecar.get_as(&token, "/third").status, 401, "{by}");
        assert!(scene.upstream.requests().iter().all(|seen| seen.target() == "/first"), "{by}");
    }
}

#[test]
fn a_purge_that_names_nothing_known_is_a_400_and_purges_nothing() {
    let scene = Scene::start();
    let token = scene.token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    for query in ["", "user=", "token_digest=zz", "everything", "user=a&project=b"] {
        let response = scene.sidecar.operate("DELETE", &format!("/cache?{query}"), &[]);
        assert_eq!(response.status, 400, "{query}");
    }
    assert_eq!(fill(&scene)["identities"], 1);
}

/// A token that the proxy knows, and how to name it to a purge.
#[track_caller]
fn known_token(scene: &Scene, by: &str) -> (String, String) {
    let token = scene.keystone.issue("carol", Scope::project("other")).token();
    let body = describe(scene, &token);
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    let id = |value: &Value| value.as_str().expect("an id").to_owned();
    let query = match by {
        "all" => "all".to_owned(),
        "user" => format!("user={}", id(&body["token"]["user"]["id"])),
        "project" => format!("project={}", id(&body["token"]["project"]["id"])),
        "audit_id" => format!("audit_id={}", id(&body["token"]["audit_ids"][0])),
        _ => format!("token_digest={}", sha256(&token)),
    };
    (token, query)
}

/// What Keystone says about a token when it is asked without the proxy, uncounted.
#[track_caller]
fn describe(scene: &Scene, token: &str) -> Value {
    let tokens = [("X-Auth-Token", token), ("X-Subject-Token", token)];
    let answer = get(scene.keystone.address(), "/v3/auth/tokens", &tokens);
    scene.keystone.reset_calls();
    answer.json()
}

/// How many identities a purge says went.
#[track_caller]
fn purge(scene: &Scene, query: &str) -> u64 {
    let response = scene.sidecar.operate("DELETE", &format!("/cache?{query}"), &[]);
    assert_eq!(response.status, 200, "{query}: {response:?}");
    response.json()["purged"].as_u64().unwrap()
}

#[track_caller]
fn fill(scene: &Scene) -> Value {
    scene.sidecar.operate("GET", "/cache", &[]).json()
}
