//! Group M: what is remembered is remembered about one token of one Keystone, for a time, and
//! decides nothing by itself.

use std::time::Duration;

use keystone_double::Scope;
use serde_json::json;

use crate::support::{Scene, eventually};

use super::{THREE_LINES, refused_configuration};

#[test]
fn m01_what_one_keystone_said_is_no_answer_of_another() {
    let (here, there) = (Scene::start(), Scene::start());
    let token = here.token();
    for _ in 0..3 {
        assert_eq!(here.sidecar.get_as(&token, "/").status, 200);
        assert_eq!(there.sidecar.get_as(&token, "/").status, 401);
    }
    assert_eq!((here.keystone.validations(), there.keystone.validations()), (1, 1));
}

#[test]
fn m03_a_remembered_token_is_judged_for_each_request() {
    let scene = Scene::guarding(
        "routes:\n- {path: /members, check: \"role:member\"}\n\
         - {path: /admins, check: \"role:admin\"}\n\
         - {path: /projects, allow: authenticated, scope: project}\n\
         - {path: /systems, allow: authenticated, scope: system}\n",
    );
    let token = scene.token();
    for _ in 0..3 {
        for (path, status) in
            [("/members", 200), ("/admins", 403), ("/projects", 200), ("/systems", 403)]
        {
            assert_eq!(scene.sidecar.get_as(&token, path).status, status, "{path}");
        }
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (1, 6));
}

#[test]
fn m08_a_token_that_ends_before_its_answer_does_is_not_remembered_past_its_end() {
    let scene = Scene::with(&[("cache.ttl", "1h")]);
    let issue = scene.keystone.issue("alice", Scope::project("demo"));
    let token = issue.lifetime(Duration::from_secs(4)).token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    eventually("it ends", || scene.sidecar.get_as(&token, "/").status == 401);
    let count = scene.upstream.count();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 401);
    assert_eq!(scene.upstream.count(), count);
}

#[test]
fn m14_m15_m16_m17_there_is_no_cache_that_others_could_write_to() {
    for key in ["memcached_servers: [\"127.0.0.1:11211\"]", "redis: x", "shared: true"] {
        let said = refused_configuration(&format!("{THREE_LINES}cache: {{{key}}}\n"));
        assert!(said.contains("unknown key"), "{said}");
    }
    // A token that would be a command to such a cache is not even asked about.
    let scene = Scene::start();
    let fields = [("X-Auth-Token", "x 0 0 1\tset y")];
    assert_eq!(scene.sidecar.get("/", &fields).status, 401);
    assert_eq!(scene.keystone.validations(), 0);
}

#[test]
fn m22_a_role_that_was_taken_away_is_gone_when_the_answer_is() {
    let scene = Scene::with(&[("cache.ttl", "300ms"), ("cache.jitter", "0%")]);
    let token = scene.token();
    let roles = || {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
        scene.upstream.last().headers("x-roles")
    };
    assert_eq!(roles(), ["member,reader"]);
    scene.keystone.remove_role("alice", "demo", "member");
    eventually("the role is gone", || roles() == ["reader"]);
    scene.keystone.disable_project("demo");
    eventually("the project is gone", || scene.sidecar.get_as(&token, "/").status == 401);
}

#[test]
fn m10_no_failure_of_keystone_becomes_a_refusal_that_lasts() {
    use keystone_double::{Canned, Fault, FaultKind};
    let scene = Scene::with(&[("cache.negative_ttl", "1h")]);
    let token = scene.token();
    for fault in [
        FaultKind::status(500),
        FaultKind::status(503),
        FaultKind::status(400),
        FaultKind::NotKeystone404,
        FaultKind::Html,
        FaultKind::Truncate,
        FaultKind::OtherSubject,
        FaultKind::Answer(Canned::json(200, &json!({"token": []}))),
    ] {
        scene.keystone.fail(Fault::validate(fault).times(1));
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 503);
    }
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}
