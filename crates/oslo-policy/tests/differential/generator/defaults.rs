//! Services' defaults with files that override some of them: scopes, renamed rules, layers.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

use super::{one_of, request, text};
use crate::job::Job;

/// Defaults `new0` to `new3`, each perhaps in place of `old0` to `old3`.
pub(super) fn job(rng: &mut Rng) -> Job {
    let defaults: Vec<Json> = (0..4).map(|index| default(rng, index)).collect();
    let mut job = Job::of_text("{}");
    job.files = files(rng, &defaults);
    job.defaults = defaults;
    job.new_defaults = rng.bool();
    job.default_rule = String::from(one_of(rng, &["default", "new0", "old1"]));
    for _ in 0..6 {
        let rule = format!("{}{}", one_of(rng, &["new", "new", "new", "old"]), rng.u8(..4));
        job = job.case(&rule, &request::target(rng), &request::credentials(rng));
    }
    job.case("unknown", &request::target(rng), &request::credentials(rng))
}

fn default(rng: &mut Rng, index: usize) -> Json {
    let mut default = json!({"name": format!("new{index}"), "check_str": check(rng)});
    if rng.bool() {
        let scopes: Vec<&str> =
            ["project", "domain", "system"].into_iter().filter(|_| rng.bool()).collect();
        default["scope_types"] = json!(scopes);
    }
    if rng.u8(..3) > 0 {
        let old = if rng.u8(..4) == 0 { "new" } else { "old" };
        let check = if rng.u8(..4) == 0 { default["check_str"].clone() } else { check(rng) };
        default["deprecated_rule"] = json!({"name": format!("{old}{index}"), "check_str": check});
    }
    default
}

/// The main file, often missing, and a directory.
fn files(rng: &mut Rng, defaults: &[Json]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let names = ["policy.yaml", "policy.d/10.yaml", "policy.d/2.yaml", "policy.d/Z", "policy.d/.a"];
    for name in names {
        if rng.u8(..3) == 0 {
            files.push((name.to_owned(), overrides(rng, defaults)));
        }
    }
    if rng.u8(..40) == 0 {
        files.push(("policy.d/README".to_owned(), "Put files here.\n".to_owned()));
    }
    if rng.u8(..20) == 0 {
        files.push(("policy.d/empty".to_owned(), "# nothing\n".to_owned()));
    }
    files
}

fn overrides(rng: &mut Rng, defaults: &[Json]) -> String {
    let mut rules = Map::new();
    for default in defaults {
        let name = default["name"].as_str().unwrap();
        if rng.u8(..6) == 0 {
            let same = default["check_str"].clone();
            rules.insert(name.to_owned(), if rng.bool() { same } else { check(rng) });
        }
        let old = &default["deprecated_rule"];
        if old.is_object() && rng.u8(..2) == 0 {
            let check = match rng.u8(..4) {
                0 => json!(format!("rule:{name}")),
                1 => old["check_str"].clone(),
                _ => check(rng),
            };
            rules.insert(old["name"].as_str().unwrap().to_owned(), check);
        }
    }
    if rng.u8(..4) == 0 {
        rules.insert("default".to_owned(), check(rng));
    }
    Json::from(rules).to_string()
}

/// Few different rules, so that overrides are often the same as what they override.
fn check(rng: &mut Rng) -> Json {
    match rng.u8(..8) {
        0 => text::rule(rng, &["new3", "nowhere"]).into(),
        1 => text::list(rng),
        _ => {
            let rules = [
                "role:admin",
                "role:member",
                "role:reader",
                "role:admin or role:member",
                "role:reader or role:service",
                "role:admin and user_id:%(user_id)s",
                "not role:admin",
                "not role:member",
                "@",
                "!",
                "",
                "not (role:admin or role:member)",
                "role:member and project_id:%(project_id)s",
            ];
            one_of(rng, &rules).into()
        }
    }
}
