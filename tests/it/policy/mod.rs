//! Policy over sockets: who may do what, what a request that is let through looks like to the
//! service, and what cannot be used to get round a rule.

mod bodies;
mod body_facts;
mod decisions;
mod facts;
mod garbage;
mod model;
mod paths;
mod protocols;
mod records;
mod routes;
mod upstreams;

use keystone_double::Scope;

use crate::support::{Response, Scene};

/// A service as an operator would describe it.
const SERVICE: &str = r#"
policy:
  rules:
    admin: "role:admin"
    owner: "project_id:%(project_id)s and role:member"
routes:
- {name: health, path: /healthz, methods: [GET], allow: public}
- {name: me, path: /me, allow: authenticated}
- {name: flavors, path: /flavors, methods: [GET], allow: authenticated}
- {name: flavors-admin, path: /flavors, rule: admin}
- {name: volumes, path: "/v3/{project_id}/volumes/**", rule: owner}
- {name: objects, path: "/v1/AUTH_{project_id}/**", rule: owner}
"#;

/// A project's id, by its name.
fn project(scene: &Scene, name: &str) -> String {
    scene.keystone.world().project(name).unwrap().id.clone()
}

/// A new token of bob, admin of the project `demo`.
fn admin(scene: &Scene) -> String {
    scene.keystone.issue("bob", Scope::project("demo")).token()
}

/// A new token of carol, who has nothing to do with the project `demo`.
fn stranger(scene: &Scene) -> String {
    scene.keystone.issue("carol", Scope::project("other")).token()
}

/// Fails unless `response` is our own refusal with this status, in OpenStack's shape.
#[track_caller]
fn assert_refused(response: &Response, status: u16) {
    assert_eq!(response.status, status, "{response:?}");
    assert_eq!(response.header("content-type"), Some("application/json"));
    let error = &response.json()["error"];
    assert_eq!(error["code"], status, "{response:?}");
    assert!(error["title"].is_string() && error["message"].is_string(), "{response:?}");
    assert_eq!(response.header("www-authenticate").is_some(), status == 401, "{response:?}");
}
