//! The defaults of real services load whole and decide as their documentation has it.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use oslo_policy::{NoteKind, Policy, RuleDefault};
use serde_json::{Value as Json, json};

/// What `tests/data` has, and how many rules.
const SERVICES: [(&str, &str, usize); 6] = [
    ("barbican", include_str!("data/barbican.json"), 82),
    ("cinder", include_str!("data/cinder.json"), 167),
    ("glance", include_str!("data/glance.json"), 67),
    ("keystone", include_str!("data/keystone.json"), 204),
    ("neutron", include_str!("data/neutron.json"), 372),
    ("nova", include_str!("data/nova.json"), 214),
];

fn policy(service: &str, new_defaults: bool) -> Policy {
    let (_, text, _) = SERVICES.iter().find(|(name, ..)| *name == service).unwrap();
    let defaults = RuleDefault::from_json(text).unwrap();
    Policy::builder().defaults(defaults).enforce_new_defaults(new_defaults).build().unwrap()
}

#[test]
fn every_service_loads_whole_and_without_a_flaw() {
    for (service, _, count) in SERVICES {
        for new_defaults in [true, false] {
            let policy = policy(service, new_defaults);
            assert_eq!(policy.rules().count(), count, "{service}");
            for note in policy.notes() {
                // References to rules that a service no longer has are real.
                assert!(matches!(note.kind, NoteKind::Undefined { .. }), "{service}: {note}");
            }
        }
    }
}

#[test]
fn every_rule_of_every_service_prints_to_the_same_rule() {
    for (service, ..) in SERVICES {
        for entry in policy(service, true).rules() {
            let printed = entry.rule().to_string();
            assert_eq!(oslo_policy::Rule::parse(&printed).to_string(), printed, "{service}");
        }
    }
}

#[test]
fn personas_may_do_what_they_are_meant_to() {
    let persona = |roles: &[&str]| json!({"roles": roles, "user_id": "u1", "project_id": "p1"});
    let (admin, member) = (persona(&["admin", "member", "reader"]), persona(&["member", "reader"]));
    let reader = persona(&["reader"]);
    let domain = json!({"roles": ["admin", "manager", "member", "reader"], "domain_id": "d1"});
    let system = json!({"roles": ["admin", "reader"], "system_scope": "all"});
    let own = json!({"project_id": "p1", "user_id": "u1", "owner": "p1"});
    let other = json!({"project_id": "p2", "user_id": "u2"});
    let allowed = |service: &str, rule: &str, target: &Json, caller: &Json| {
        policy(service, true).enforce(rule, target, caller).is_allowed()
    };
    let create = "os_compute_api:servers:create";
    assert!(allowed("nova", create, &own, &member));
    assert!(!allowed("nova", create, &other, &member));
    assert!(!allowed("nova", create, &own, &reader));
    assert!(allowed("nova", "os_compute_api:servers:show", &own, &reader));
    assert!(!allowed("nova", "os_compute_api:servers:index:get_all_tenants", &own, &member));
    assert!(allowed("nova", "os_compute_api:servers:index:get_all_tenants", &own, &admin));
    assert!(!allowed("nova", create, &own, &system), "a server belongs to a project");
    assert!(allowed("cinder", "volume:create", &own, &member));
    assert!(!allowed("cinder", "volume:get", &other, &reader));
    assert!(allowed("glance", "add_image", &own, &member));
    assert!(!allowed("glance", "add_image", &own, &reader));
    assert!(allowed("keystone", "identity:list_users", &json!({}), &system));
    assert!(!allowed("keystone", "identity:list_users", &json!({}), &member));
    let users = json!({"target.domain_id": "d1"});
    assert!(allowed("keystone", "identity:list_users", &users, &domain));
    assert!(allowed("neutron", "create_network", &own, &member));
    assert!(!allowed("neutron", "create_network:shared", &own, &member));
    assert!(allowed("neutron", "create_network:shared", &own, &admin));
}

#[test]
fn nothing_of_a_service_cannot_be_decided() {
    let caller = json!({
        "roles": ["member"], "user_id": "u1", "project_id": "p1", "domain_id": null,
        "system_scope": null, "is_admin": false,
    });
    for (service, ..) in SERVICES {
        let policy = policy(service, false);
        for entry in policy.rules() {
            let target: serde_json::Map<String, Json> =
                entry.target_keys().into_iter().map(|key| (key.to_owned(), json!("p1"))).collect();
            let told = entry.enforce(&target, &caller).to_string();
            assert!(!told.contains("cannot be decided"), "{service}: {}: {told}", entry.name());
        }
    }
}
