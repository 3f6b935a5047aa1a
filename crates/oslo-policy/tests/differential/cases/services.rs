//! Defaults of services: scopes, and rules that replace others.

use serde_json::{Value as Json, json};

use crate::job::Job;

pub(super) fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for new_defaults in [true, false] {
        for (new, old) in PAIRS {
            for file in FILES {
                jobs.push(renamed(new, old, file, new_defaults));
            }
        }
    }
    let scopes = ["system", "domain", "project"];
    for choice in 0..8 {
        let chosen: Vec<&str> =
            (0..3).filter(|bit| choice & (1 << bit) != 0).map(|bit| scopes[bit]).collect();
        for file in
            ["{}", "list: role:admin", "default: role:admin", "list: \"@\"\nother: rule:list"]
        {
            jobs.push(scoped(&chosen, file));
        }
    }
    jobs
}

/// `new` in place of `old`, or of another rule of its own name.
fn renamed(new: &str, old: &str, file: &str, new_defaults: bool) -> Job {
    let mut job = Job::of_text(file);
    job.new_defaults = new_defaults;
    job.defaults = vec![
        json!({
            "name": "new", "check_str": new, "deprecated_rule": {"name": "old", "check_str": old},
        }),
        json!({
            "name": "same", "check_str": new, "deprecated_rule": {"name": "same", "check_str": old},
        }),
    ];
    for rule in ["new", "old", "same", "user"] {
        for roles in [json!([]), json!(["n"]), json!(["o"]), json!(["x"]), json!(["y"])] {
            job = job.case(rule, &json!({}), &json!({"roles": roles}));
        }
    }
    job
}

const PAIRS: &[(&str, &str)] = &[
    ("role:n", "role:o"),
    ("role:n", "role:n"),
    ("role:n or role:x", "role:o or role:y"),
    ("", "@"),
    ("!", "not role:o"),
    ("rule:user", "role:o"),
];

const FILES: &[&str] = &[
    "{}",
    "old: role:x",
    "old: role:o",
    "old: (role:o)",
    "old: role:o or role:y",
    "old: role:x or role:y",
    "old: role:x and role:y",
    "old: rule:new",
    "old: (rule:new)",
    "old: not rule:new",
    "old: role",
    "old: ''",
    "new: role:x",
    "new: role:n",
    "{new: role:x, old: role:y}",
    "{new: rule:old, old: role:y}",
    "same: role:x",
    "user: rule:old",
    "user: rule:new\nold: role:y",
    "default: role:y",
];

fn scoped(scopes: &[&str], file: &str) -> Job {
    let mut job = Job::of_text(file);
    job.defaults = vec![
        json!({"name": "list", "check_str": "@", "scope_types": scopes}),
        json!({"name": "other", "check_str": "rule:list"}),
        json!({"name": "default", "check_str": "@", "scope_types": scopes}),
    ];
    for rule in ["list", "other", "default", "unknown"] {
        for caller in callers() {
            job = job.case(rule, &json!({}), &caller);
        }
    }
    job
}

fn callers() -> Vec<Json> {
    vec![
        json!({}),
        json!({"roles": ["admin"]}),
        json!({"project_id": "p"}),
        json!({"domain_id": "d", "roles": ["admin"]}),
        json!({"domain_id": "d", "project_id": "p"}),
        json!({"domain_id": null, "project_id": "p"}),
        json!({"domain_id": ""}),
        json!({"system_scope": "all", "roles": ["admin"]}),
        json!({"system_scope": "all", "project_id": "p", "domain_id": "d"}),
        json!({"system_scope": "", "domain_id": "d"}),
        json!({"system_scope": null, "system": "all"}),
        json!({"system": true}),
        json!({"system": {"all": true}}),
        json!({"system": []}),
        json!({"system": false, "domain_id": 0}),
        json!({"system": 0.0, "domain_id": ["d"]}),
    ]
}
