//! Corner cases, each written down: texts, values, files, references, defaults and scopes.

mod checks;
mod files;
pub(crate) mod real;
mod services;

use serde_json::{Value as Json, json};

use crate::job::Job;

/// All of them.
pub(crate) fn all() -> Vec<Job> {
    let mut jobs = checks::jobs();
    jobs.extend(files::jobs());
    jobs.extend(services::jobs());
    jobs
}

/// Asks one rule for everybody in [`callers`] about everything in [`targets`].
fn for_everybody(rule: &Json) -> Job {
    let mut job =
        Job::of_rules(&json!({"r": rule, "true": "@", "false": "!", "admin": "role:admin"}));
    for caller in callers() {
        for target in targets() {
            job = job.case("r", &target, &caller);
        }
    }
    job
}

fn callers() -> Vec<Json> {
    vec![
        json!({}),
        json!({"roles": []}),
        json!({"roles": null, "project_id": null, "is_admin": true}),
        json!({
            "roles": ["Admin", "a"], "user_id": "u", "project_id": "p", "is_admin": 1,
            "a": "x", "b": {"c": "x", "d": [{"e": "x"}, {"e": "y"}], "f": ["x", "y"]},
            "foo-bar": "x", "text": "x", "none": null, "float": 1.0, "list": [1, "a"],
            "map": {"a": 1}, "true": "x", "é": "x", "e\u{301}": "x", "a/b": "x", "a b": "x",
        }),
        json!({
            "roles": ["a,role:b", "50%", "", "Ä", "foo(bar", "(foo", "\u{212a}", "ΑΣ"],
            "system_scope": "all", "domain_id": "d", "project_id": "p", "is_admin": "True",
        }),
    ]
}

fn targets() -> Vec<Json> {
    vec![
        json!({}),
        json!({"project_id": null, "x": "x", "n": 1, "none": null, "role": "admin", "b": true}),
        json!({
            "project_id": "p", "user_id": "u", "x": "y", "target.user.id": "u", "": "x",
            "target": {"user": {"id": "u"}}, "f": 1.0, "l": [1, "a"], "a(b)c": "x", "host": "True",
        }),
    ]
}
