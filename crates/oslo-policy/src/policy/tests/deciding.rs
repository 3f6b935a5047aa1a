//! What rules say about requests.

use serde_json::json;

use super::policy;
use crate::{Answers, Context, Policy, Question, Step};

#[test]
fn an_unknown_name_means_the_default_rule_and_else_denies() {
    let told = |text: &str| {
        let policy = policy(text).unwrap();
        policy.enforce("unknown", &(), &json!({})).to_string()
    };
    assert_eq!(told("a: \"@\""), "denied: there is no such rule and no default rule");
    assert_eq!(told(""), "denied: there is no such rule and no default rule");
    assert_eq!(told("default: \"@\""), "allowed");
    assert_eq!(told("default: \"!\""), "denied: the rule `default` is false");
    let other = Policy::builder().text("p", "x: \"@\"").default_rule("x").build().unwrap();
    assert!(other.enforce("unknown", &(), &json!({})).is_allowed());
}

#[test]
fn a_reference_to_nothing_is_false_and_its_opposite_true() {
    let policy = policy("a: rule:nowhere\nb: not rule:nowhere").unwrap();
    assert!(!policy.enforce("a", &(), &json!({})).is_allowed());
    assert!(policy.enforce("b", &(), &json!({})).is_allowed());
}

#[test]
fn a_check_that_cannot_be_decided_denies_under_not_as_well() {
    let policy = policy("a: \"not user_id:%(id)d\"\nb: \"role:x or not user_id:%(id)d\"").unwrap();
    let target = json!({"id": "1"});
    assert_eq!(
        policy.enforce("a", &target, &json!({})).to_string(),
        "denied: `user_id:%(id)d` cannot be decided: only `s` may follow a key, as in `%(name)s`"
    );
    // What does not need the check is not disturbed by it.
    assert!(policy.enforce("b", &target, &json!({"roles": ["X"]})).is_allowed());
    assert!(policy.enforce("a", &(), &json!({})).is_allowed(), "a missing key makes it false");
}

#[test]
fn several_values_for_one_key_decide_nothing() {
    let text = "a: \"project_id:%(project)s\"\nb: \"not project_id:%(project)s\"";
    let policy = policy(text).unwrap();
    let caller = json!({"project_id": "p1"});
    let told = |rule, target: &[(&str, &str)]| policy.enforce(rule, target, &caller).to_string();
    let twice = [("project", "p1"), ("project", "p1")];
    assert_eq!(told("a", &twice), "allowed");
    assert_eq!(told("b", &twice), "denied: the rule `b` is false");
    let two = [("project", "p2"), ("project", "p1")];
    for rule in ["a", "b"] {
        assert_eq!(
            told(rule, &two),
            "denied: `project_id:%(project)s` cannot be decided: services may read `project` in \
             several ways"
        );
    }
}

#[test]
fn a_context_has_every_attribute_that_services_have() {
    let policy = policy(
        "a: \"project_id:%(project_id)s\"\nb: is_admin_project:True\nc: user_name:None\n\
         d: role:x\ne: system:all\nf: service_roles:service",
    )
    .unwrap();
    let told = |rule, context: &Context<'_>| {
        policy.enforce(rule, &json!({"project_id": null}), context).is_allowed()
    };
    let nobody = Context::default();
    assert!(told("a", &nobody), "both sides have no value");
    assert!(told("b", &nobody));
    assert!(!told("c", &nobody), "there is no such attribute");
    assert!(!told("d", &nobody));
    let roles = ["X"];
    let somebody = Context {
        system_scope: Some("all"),
        roles: Some(&roles),
        service_roles: Some(&["service"]),
        ..nobody
    };
    for rule in ["d", "e", "f"] {
        assert!(told(rule, &somebody), "{rule}");
    }
    let without = Context { roles: None, ..nobody };
    assert!(policy.enforce("d", &(), &without).to_string().contains("not a list of text"));
}

#[test]
fn remote_checks_are_asked_in_order_and_no_more_than_needed() {
    let text = "a: role:x or (http://h/%(id)s and rule:b)\nb: https://i";
    let policy = Policy::builder().text("p", text).allow_remote_checks().build().unwrap();
    let target = json!({"id": "7"});
    let asked = |roles: &[&str], replies: &[bool]| {
        let (mut answers, mut urls) = (Answers::new(), Vec::new());
        loop {
            match policy.step("a", &target, &json!({"roles": roles}), &answers) {
                Step::Decided(verdict) => return (urls, verdict.is_allowed()),
                Step::Ask(question) => {
                    answers.insert(&question, replies[urls.len()]);
                    urls.push(Question::url(&question).to_owned());
                }
            }
        }
    };
    let urls = |urls: &[&str]| urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>();
    assert_eq!(asked(&["x"], &[]), (vec![], true));
    assert_eq!(asked(&[], &[false]), (urls(&["http://h/7"]), false));
    assert_eq!(asked(&[], &[true, false]), (urls(&["http://h/7", "https://i"]), false));
    assert_eq!(asked(&[], &[true, true]), (urls(&["http://h/7", "https://i"]), true));
    let told = |target| policy.enforce("a", target, &json!({})).to_string();
    assert_eq!(
        told(&target),
        "denied: `http://h/%(id)s` cannot be decided: no answer from the remote server"
    );
    assert_eq!(
        told(&json!({})),
        "denied: `http://h/%(id)s` cannot be decided: the request lacks a value for the URL"
    );
}

#[test]
fn a_rule_says_what_it_may_ask_for() {
    let text = "a: \"rule:b or (role:%(r)s and token.user.id:%(x)s-%(y)s)\"\n\
                b: \"rule:c or rule:c or 'z':%(z)s\"\nc: \"user_id:%(x)s or is:%(w)d\"";
    let policy = policy(text).unwrap();
    let entry = policy.find("a").unwrap();
    assert_eq!(Vec::from_iter(entry.target_keys()), ["r", "w", "x", "y", "z"]);
    assert_eq!(Vec::from_iter(entry.attributes()), ["roles", "token", "user_id"]);
}

#[test]
fn an_explanation_shows_every_check_and_what_it_compared() {
    let text = "a: \"rule:admin or (not role:guest and project_id:%(project_id)s) or role:z\"\n\
                admin: role:admin or is_admin:True\ndefault: \"role:x and user_id:50%\"";
    let policy = policy(text).unwrap();
    let caller = json!({"roles": ["member"], "project_id": "p1"});
    let explain = |rule| {
        let target = json!({"project_id": "p1"});
        policy.explain(rule, &target, &caller, &Answers::new()).to_string()
    };
    assert_eq!(
        explain("a"),
        "a: allowed\n\
         decided by `a`, from policy.yaml:1\n\
         true      or\n\
         false       rule:admin\n\
         false         or\n\
         false           role:admin   `['member']` against `admin`\n\
         false           is_admin:True   nothing against `True`\n\
         true        and\n\
         true          not\n\
         false           role:guest   `['member']` against `guest`\n\
         true          project_id:%(project_id)s   `p1` against `p1`\n\
         skipped     role:z\n"
    );
    assert_eq!(
        explain("b"),
        "b: denied: the rule `default` is false\n\
         decided by `default`, the default rule, from policy.yaml:3\n\
         false     and\n\
         false       role:x   `['member']` against `x`\n\
         skipped     user_id:50%\n"
    );
}
