//! Ids travel to the service as Keystone gave them, so one that would arrive as another makes no
//! identity at all.

use serde_json::{Value, json};

use crate::support::Scene;

#[test]
fn a11_ids_that_would_break_a_header_never_make_one() {
    assert_believed(&project_token(), 200);
    for place in ["user", "user/domain", "project", "project/domain"] {
        assert_id_makes_none(&project_token(), place, "u\r\nX-Roles: EVIL");
    }
    assert_id_makes_none(&domain_token(), "domain", "u\r\nX-Roles: EVIL");
}

#[test]
fn ids_that_would_arrive_as_others_never_make_a_header() {
    assert_believed(&domain_token(), 200);
    for id in ["", " ", " u", "u ", "\tu", "u\t", "\u{a0}u", "u\u{2003}"] {
        for place in ["user", "user/domain", "project", "project/domain"] {
            assert_id_makes_none(&project_token(), place, id);
        }
        assert_id_makes_none(&domain_token(), "domain", id);
    }
}

/// Keystone's answer about a project's token, as good as any.
fn project_token() -> Value {
    let mut body = domain_token();
    let token = body["token"].as_object_mut().unwrap();
    token.remove("domain");
    token.insert("project".to_owned(), named("p"));
    body
}

/// The same about a domain's token.
fn domain_token() -> Value {
    json!({"token": {
        "expires_at": "2999-01-01T00:00:00.000000Z", "issued_at": "2020-01-01T00:00:00.000000Z",
        "methods": ["password"], "audit_ids": ["a"], "roles": [{"id": "r", "name": "reader"}],
        "user": named("u"), "domain": {"id": "d", "name": "D"},
    }})
}

fn named(id: &str) -> Value {
    json!({"id": id, "name": "n", "domain": {"id": "d", "name": "D"}})
}

/// Whatever is called `id` in `place` of an answer, it makes no identity.
#[track_caller]
fn assert_id_makes_none(answer: &Value, place: &str, id: &str) {
    let mut answer = answer.clone();
    let at = answer.pointer_mut(&format!("/token/{place}/id")).expect("an id is there");
    *at = id.into();
    assert_believed(&answer, 503);
}

/// What a client gets whose token Keystone describes so; the service sees it only if it is good.
#[track_caller]
fn assert_believed(answer: &Value, status: u16) {
    let scene = Scene::start();
    scene.keystone.forge("forged", answer);
    let response = scene.sidecar.get_as("forged", "/");
    let passed = usize::from(status == 200);
    assert_eq!((response.status, scene.upstream.count()), (status, passed), "{answer}");
    scene.assert_serves();
}
