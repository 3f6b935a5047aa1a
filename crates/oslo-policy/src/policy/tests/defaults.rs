//! What a service brings along, and what operators make of it.

use serde_json::json;

use super::notes;
use crate::{DeprecatedRule, Policy, Rule, RuleDefault, Scope};

fn renamed() -> RuleDefault {
    RuleDefault {
        deprecated_rule: Some(DeprecatedRule::new("old", "role:o")),
        ..RuleDefault::new("new", "role:n")
    }
}

#[test]
fn a_renamed_rule_means_what_the_table_says() {
    let effective = |file: &str, new_defaults| {
        let builder = Policy::builder().defaults([renamed()]).text("p", file);
        let policy = builder.enforce_new_defaults(new_defaults).build().unwrap();
        policy.find("new").unwrap().rule().to_string()
    };
    for (file, new_defaults, old_defaults) in [
        ("", "role:n", "(role:n or role:o)"),
        ("old: role:other", "role:other", "role:other"),
        ("old: role:o", "role:n", "(role:n or role:o)"),
        ("old: (role:o)", "role:n", "(role:n or role:o)"),
        ("old: rule:new", "role:n", "(role:n or role:o)"),
        ("new: role:own", "role:own", "role:own"),
        ("{new: role:own, old: role:other}", "role:own", "role:own"),
        ("old: ''", "@", "@"),
    ] {
        assert_eq!(effective(file, true), new_defaults, "{file}");
        assert_eq!(effective(file, false), old_defaults, "{file}");
    }
}

#[test]
fn overrides_are_noted() {
    let told = |file: &str, default: RuleDefault| {
        let policy = Policy::builder().defaults([default]).text("p", file).build().unwrap();
        notes(&policy)
    };
    assert_eq!(
        told("old: role:other", renamed()),
        ["p:1: rule `old`: the service calls it `new` now; rename it"]
    );
    assert_eq!(
        told("new: (role:n)", renamed()),
        ["p:1: rule `new`: it is the service's default; it can be removed"]
    );
    let removed = RuleDefault { deprecated_for_removal: true, ..RuleDefault::new("x", "role:x") };
    assert_eq!(told("x: role:y", removed), ["p:1: rule `x`: the service is going to drop it"]);
    assert_eq!(told("old: role:o", renamed()), [""; 0]);
}

#[test]
fn the_scope_is_looked_at_before_the_rule() {
    let default = |scopes: &[Scope]| RuleDefault {
        scope_types: scopes.to_vec(),
        ..RuleDefault::new("list", "@")
    };
    let told = |scopes: &[Scope], caller: serde_json::Value| {
        let policy = Policy::builder().defaults([default(scopes)]).build().unwrap();
        policy.enforce("list", &(), &caller).to_string()
    };
    let denied = |presented| {
        format!(
            "denied: the rule `list` is for tokens of scope system or project, this one has \
             {presented}"
        )
    };
    let scopes = [Scope::System, Scope::Project];
    assert_eq!(told(&scopes, json!({"project_id": "p"})), "allowed");
    assert_eq!(told(&scopes, json!({})), "allowed", "no scope counts as a project");
    assert_eq!(told(&scopes, json!({"project_id": "p", "domain_id": "d"})), denied("domain"));
    assert_eq!(told(&scopes, json!({"domain_id": "d", "system_scope": "all"})), "allowed");
    assert_eq!(told(&scopes, json!({"domain_id": "d", "system": "all"})), "allowed");
    assert_eq!(told(&scopes, json!({"domain_id": "d", "system_scope": ""})), denied("domain"));
    assert_eq!(told(&[], json!({"domain_id": "d"})), "allowed", "no scopes mean all");
}

#[test]
fn scopes_belong_to_the_name_that_is_asked_for() {
    let domain = |name: &str| RuleDefault {
        scope_types: vec![Scope::Domain],
        ..RuleDefault::new(name, "@")
    };
    let defaults = [domain("list"), domain("default"), RuleDefault::new("show", "rule:list")];
    let policy = Policy::builder().defaults(defaults).text("p", "list: '@'").build().unwrap();
    let allowed = |rule| policy.enforce(rule, &(), &json!({})).is_allowed();
    assert!(!allowed("list"), "an override keeps the scopes");
    assert!(allowed("show"), "a reference does not have them");
    assert!(!allowed("default"));
    assert!(allowed("unknown"), "nor has the default rule in place of another name");
    assert!(policy.find("list").unwrap().is_registered());
    assert!(!policy.find("unknown").unwrap().is_registered());
}

#[test]
fn a_default_is_registered_once() {
    let twice = [RuleDefault::new("a", "@"), RuleDefault::new("a", "!")];
    assert_eq!(
        Policy::builder().defaults(twice).build().unwrap_err().to_string(),
        "the service's defaults: rule `a`: registered twice; keep one of the defaults"
    );
}

#[test]
fn defaults_are_read_from_json() {
    let defaults = RuleDefault::from_json(
        r#"[{"name": "new", "check_str": [["role:a", "role:b"]], "scope_types": ["domain"],
             "description": "d", "operations": [{"method": "GET", "path": "/v1/{id}"},
                                                    {"method": ["HEAD", "GET"], "path": "/v2"}],
             "deprecated_for_removal": true,
             "deprecated_rule": {"name": "old", "check_str": "role:c"}},
            {"name": "plain", "check_str": "", "scope_types": null}]"#,
    )
    .unwrap();
    let [new, plain] = defaults.as_slice() else { panic!("{defaults:?}") };
    assert_eq!(new.rule.to_string(), "(role:a and role:b)");
    assert_eq!(new.scope_types, [Scope::Domain]);
    assert_eq!(new.deprecated_rule, Some(DeprecatedRule::new("old", "role:c")));
    let operations = new.operations.iter().map(|one| format!("{} {}", one.method, one.path));
    assert_eq!(operations.collect::<Vec<_>>(), ["GET /v1/{id}", "HEAD /v2", "GET /v2"]);
    assert!(new.deprecated_for_removal);
    assert_eq!(*plain, RuleDefault::new("plain", Rule::parse("")));
    for (text, message) in [
        ("{", "default number 0: EOF while parsing an object at line 1 column 1"),
        ("{}", "default number 0: not a list"),
        ("[{}]", "default number 1: `name` is missing or no text"),
        (r#"[{"name": "a"}]"#, "default number 1: `check_str` is missing"),
        (
            r#"[{"name": "a", "check_str": "@", "scope_types": ["all"]}]"#,
            "default number 1: a scope is `system`, `domain` or `project`",
        ),
    ] {
        assert_eq!(RuleDefault::from_json(text).unwrap_err().to_string(), message);
    }
}
