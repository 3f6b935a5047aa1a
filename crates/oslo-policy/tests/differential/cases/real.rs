//! Real services: every rule, for those who usually ask, about what is theirs and what is not.

use serde_json::{Value as Json, json};

use crate::job::Job;

const SERVICES: [&str; 6] = [
    include_str!("../../data/barbican.json"),
    include_str!("../../data/cinder.json"),
    include_str!("../../data/glance.json"),
    include_str!("../../data/keystone.json"),
    include_str!("../../data/neutron.json"),
    include_str!("../../data/nova.json"),
];

pub(crate) fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for text in SERVICES {
        let defaults: Vec<Json> = serde_json::from_str(text).unwrap();
        for new_defaults in [true, false] {
            jobs.push(job(&defaults, new_defaults, false));
            jobs.push(job(&defaults, new_defaults, true));
        }
    }
    jobs
}

fn job(defaults: &[Json], new_defaults: bool, overridden: bool) -> Job {
    let mut job = Job::of_text(if overridden { overrides(defaults) } else { String::new() });
    job.defaults = defaults.to_vec();
    job.new_defaults = new_defaults;
    for default in defaults {
        for caller in callers() {
            for target in targets() {
                job = job.case(default["name"].as_str().unwrap(), &target, &caller);
            }
        }
    }
    job
}

/// Every seventh rule is overridden, by its new name or by its old one.
fn overrides(defaults: &[Json]) -> String {
    let lines = defaults.iter().step_by(7).enumerate().map(|(index, default)| {
        let old = &default["deprecated_rule"]["name"];
        let name = if index % 2 == 0 && old.is_string() { old } else { &default["name"] };
        let rules = ["role:member", "@", "!", "", "role:reader or role:admin", "not role:admin"];
        format!("{name}: \"{}\"\n", rules[index % rules.len()])
    });
    lines.collect()
}

fn callers() -> Vec<Json> {
    let scoped = |roles: Json, project: Json, domain: Json, system: Json| {
        json!({
            "roles": roles, "user_id": "u1", "user_domain_id": "d1", "project_id": project,
            "project_domain_id": null, "domain_id": domain, "system_scope": system, "is_admin": false,
            "is_admin_project": true, "service_user_id": null, "service_user_domain_id": null,
            "service_project_id": null, "service_project_domain_id": null, "service_roles": [],
            "token": {"user": {"id": "u1", "domain": {"id": "d1"}}, "project": {"domain": {"id": "d1"}}},
        })
    };
    vec![
        scoped(
            json!(["admin", "manager", "member", "reader"]),
            json!("p1"),
            json!(null),
            json!(null),
        ),
        scoped(json!(["member", "reader"]), json!("p1"), json!(null), json!(null)),
        scoped(json!(["Reader"]), json!("p1"), json!(null), json!(null)),
        scoped(json!(["service"]), json!("p1"), json!(null), json!(null)),
        scoped(json!(["manager", "member", "reader"]), json!(null), json!("d1"), json!(null)),
        scoped(json!(["admin", "reader"]), json!(null), json!(null), json!("all")),
        scoped(json!([]), json!(null), json!(null), json!(null)),
        json!({"roles": ["admin"], "is_admin": true, "project_id": "p1", "user_id": "u1"}),
    ]
}

fn targets() -> Vec<Json> {
    let owned = |user: &str, project: &str, domain: &str| {
        json!({
            "user_id": user, "project_id": project, "tenant_id": project, "domain_id": domain,
            "target.user.id": user, "target.user.domain_id": domain, "target.project.id": project,
            "target.project.domain_id": domain, "target.domain.id": domain, "target.domain_id": domain,
            "target.token.user_id": user, "target.trust.trustor_user_id": user,
            "target.credential.user_id": user, "target.group.domain_id": domain,
            "target.role.domain_id": domain, "member_id": project, "owner": project,
            "target.secret.project_id": project, "target.secret.creator_id": user,
            "target.secret.read_project_access": true, "target.limit.project_id": project,
            "network:tenant_id": project, "network_id": "n1", "visibility": "shared", "is_public": true,
        })
    };
    vec![json!({}), owned("u1", "p1", "d1"), owned("u2", "p2", "d2")]
}
