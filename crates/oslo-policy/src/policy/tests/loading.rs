//! What cannot be loaded, and what can but should not stay so.

use super::{notes, policy};
use crate::{Origin, Policy};

#[test]
fn every_error_is_told_with_file_line_rule_and_remedy() {
    let errors = policy("a: role:x\nb: yes\nc: [1]\nd: ! \ne: {x: y}\nf: rule:f\n").unwrap_err();
    let told: Vec<String> = errors.0.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "policy.yaml:2: rule `b`: `yes` is a boolean in YAML; a rule is text, such as \
             \"role:admin\", \"@\" to allow or \"!\" to forbid",
            "policy.yaml:3: rule `c`: `1` is a number in YAML; a rule is text, such as \
             \"role:admin\", \"@\" to allow or \"!\" to forbid",
            "policy.yaml:4: rule `d`: an exclamation mark without quotes is a tag in YAML, not a \
             rule: what is left is empty and would allow everything; write \"!\" to forbid",
            "policy.yaml:5: rule `e`: a mapping is no rule; write text, or a list of text",
            "policy.yaml:6: rule `f`: the rules refer to each other in a circle: `f` -> `f`; remove \
             one of the references",
        ]
    );
}

#[test]
fn a_circle_is_named_from_its_first_rule() {
    let told = |text| policy(text).unwrap_err().to_string();
    let circle = told("a: role:x or rule:b\nb: not rule:c\nc: rule:a and role:y\nd: rule:a\n");
    assert_eq!(
        circle,
        "policy.yaml:1: rule `a`: the rules refer to each other in a circle: `a` -> `b` -> `c` -> \
         `a`; remove one of the references"
    );
    assert!(told("default: rule:default").contains("`default` -> `default`"));
    assert!(told("default: rule:a\na: rule:missing").contains("`a` -> `default` -> `a`"));
}

#[test]
fn chains_have_a_limit_and_so_has_what_they_multiply_to() {
    let chain = |count: usize, rule: &dyn Fn(usize) -> String| {
        let rules = (0..count).map(|index| format!("r{index}: {}", rule(index)));
        let text = rules.chain([format!("r{count}: role:x")]).collect::<Vec<_>>().join("\n");
        policy(&text)
    };
    assert!(chain(200, &|index| format!("rule:r{}", index + 1)).is_ok());
    for count in [300, 5000] {
        let errors = chain(count, &|index| format!("rule:r{}", index + 1)).unwrap_err();
        assert!(errors.to_string().contains("nested too deeply"), "{errors}");
    }
    let twice = |index: usize| format!("rule:r{0} or rule:r{0}", index + 1);
    assert!(chain(10, &twice).is_ok());
    let errors = chain(40, &twice).unwrap_err();
    assert!(errors.to_string().contains("more than 100000 checks"), "{errors}");
    let errors = policy(&format!("a: {}role:x", "not ".repeat(200))).unwrap_err();
    assert!(errors.to_string().ends_with("at `not`; divide it into several rules"), "{errors}");
    // Nesting within rules and between them adds up.
    let nots = "not ".repeat(100);
    let errors = chain(5, &|index| format!("{nots}rule:r{}", index + 1)).unwrap_err();
    assert!(errors.to_string().contains("nested too deeply"), "{errors}");
}

#[test]
fn remote_checks_are_refused_unless_they_are_allowed() {
    let builder = Policy::builder().text("p", "a: role:x or http://h/%(id)s\nb: role:y");
    assert_eq!(
        builder.build().unwrap_err().to_string(),
        "p:1: rule `a`: `http://h/%(id)s` asks another server, which is not allowed here; allow \
         remote checks, or write the rule without it"
    );
    let policy = builder.allow_remote_checks().build().unwrap();
    assert!(policy.find("a").unwrap().has_remote_checks());
    assert!(!policy.find("b").unwrap().has_remote_checks());
}

#[test]
fn what_is_probably_not_meant_is_noted() {
    let text = "a: role:x role:y\n\
                b: role or role:x\n\
                c: rule:nowhere\n\
                d: user_id:50%\n\
                e: class:x\n\
                a: role:x role:y\n\
                f: f'x':y or @\n";
    assert_eq!(
        notes(&policy(text).unwrap()),
        [
            "policy.yaml:6: rule `a`: written twice; this one counts, the one in line 1 does not",
            "policy.yaml:6: rule `a`: `role:x role:y` forbids: `and` or `or` is missing before \
             `role:y`",
            "policy.yaml:2: rule `b`: `role or role:x` forbids: `role` has no colon; a check is \
             `kind:match`, `@` or `!`",
            "policy.yaml:3: rule `c`: there is no rule `nowhere`, so the reference is false",
            "policy.yaml:4: rule `d`: `user_id:50%` is never true: a percent sign has no end; write \
             `%(name)s`, or `%%` for a percent sign",
            "policy.yaml:5: rule `e`: `class:x` is never true: what stands before the colon is \
             neither a name nor a literal",
            "policy.yaml:7: rule `f`: `f'x':y` is never true: before the colon stands a formatted \
             string",
        ]
    );
}

#[test]
fn a_rule_knows_where_it_was_written() {
    let builder = Policy::builder().text("one.yaml", "a: role:x\n\nb: role:y").inline("c", "@");
    let policy = builder.text("two.yaml", "\na: role:z").build().unwrap();
    let origin = |rule| policy.find(rule).unwrap().origin().to_string();
    assert_eq!(["a", "b", "c"].map(origin), ["two.yaml:2", "one.yaml:3", "an inline rule"]);
    assert_eq!(policy.find("c").unwrap().origin(), &Origin::Inline);
    let names: Vec<&str> = policy.rules().map(|entry| entry.name()).collect();
    assert_eq!(names, ["a", "b", "c"]);
}
