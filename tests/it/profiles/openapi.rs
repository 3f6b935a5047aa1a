//! The Keystone `OpenAPI` description: every member may be there, and every optional one may not.

use keystone_double::{Profile, Scope};
use serde_json::Value;

use crate::support::{Scene, get};

/// Without these an answer says nothing that could be believed.
const REQUIRED: [&str; 4] = ["/token", "/token/user", "/token/user/id", "/token/expires_at"];

/// What names a user, a project or a domain is there whenever they are; without it nobody can be
/// sure who or what is meant.
const NAMING: [&str; 9] = [
    "/token/domain/id",
    "/token/domain/name",
    "/token/project/domain/id",
    "/token/project/domain/name",
    "/token/project/id",
    "/token/project/name",
    "/token/user/domain/id",
    "/token/user/domain/name",
    "/token/user/name",
];

#[test]
fn of_several_scopes_the_narrowest_counts() {
    let scene = Scene::in_cloud(Profile::openapi(), &[]);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.header("x-project-name"), Some("demo"));
    assert_eq!(seen.header("x-domain-id"), None);
    assert_eq!(seen.header("openstack-system-scope"), None);
}

#[test]
fn any_member_that_is_not_required_may_be_missing() {
    let scene = Scene::in_cloud(Profile::openapi(), &[]);
    let token = scene.token();
    let whole = answer_about(&scene, &token);
    let mut pointers = Vec::new();
    collect(&whole, "", &mut pointers);
    assert!(pointers.len() > 30, "{pointers:?}");
    let mut refused = Vec::new();
    for pointer in pointers.into_iter().filter(|pointer| !REQUIRED.contains(&pointer.as_str())) {
        scene.keystone.adjust(|profile| profile.omitted = vec![pointer.clone()]);
        let token = scene.keystone.issue("alice", Scope::project("demo")).token();
        assert_eq!(answer_about(&scene, &token).pointer(&pointer), None);
        if scene.sidecar.get_as(&token, "/").status != 200 {
            refused.push(pointer);
        }
    }
    assert_eq!(refused, NAMING);
}

#[test]
fn a_required_member_that_is_missing_is_a_503() {
    for pointer in ["/token/user", "/token/user/id", "/token/expires_at"] {
        let scene = Scene::in_cloud(Profile::openapi(), &[]);
        scene.keystone.adjust(|profile| profile.omitted = vec![pointer.to_owned()]);
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503, "{pointer}");
        assert_eq!(scene.upstream.count(), 0);
    }
}

fn answer_about(scene: &Scene, token: &str) -> Value {
    let fields =
        [("X-Auth-Token", token), ("X-Subject-Token", token), ("Accept", "application/json")];
    let answer = get(scene.keystone.address(), "/v3/auth/tokens?nocatalog=1", &fields);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Pointers to all members of objects; those of arrays are not members.
fn collect(value: &Value, at: &str, into: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        let pointer = format!("{at}/{name}");
        into.push(pointer.clone());
        collect(inner, &pointer, into);
    }
}
