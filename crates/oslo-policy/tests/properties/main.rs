//! What holds for every rule, every policy file and every request.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod any;

use std::collections::BTreeMap;

use oslo_policy::{Answers, Check, Denial, Outcome, Policy, PolicyBuilder, Rule, Step, Verdict};
use proptest::prelude::*;
use serde_json::Value as Json;

/// What can come of a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Came {
    False,
    True,
    Undecided,
}

impl From<Verdict<'_>> for Came {
    fn from(verdict: Verdict<'_>) -> Self {
        match verdict {
            Verdict::Allow => Self::True,
            Verdict::Deny(Denial::Undecided(_)) => Self::Undecided,
            Verdict::Deny(_) => Self::False,
        }
    }
}

fn policy(rule: impl Into<Rule>) -> Policy {
    PolicyBuilder::default().inline("r", rule).allow_remote_checks().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_parses_and_prints_to_text_that_parses_to_the_same(text in any::text()) {
        let rule = Rule::parse(&text);
        let printed = rule.to_string();
        let again = Rule::parse(&printed);
        prop_assert_eq!(again.flaws(), []);
        prop_assert_eq!(again.check(), rule.check(), "{}", printed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn a_flaw_stands_where_it_says(text in any::text()) {
        for flaw in Rule::parse(&text).flaws() {
            prop_assert!(text[flaw.at..].starts_with(&flaw.piece), "{:?}", flaw);
        }
    }

    #[test]
    fn any_json_is_a_rule_or_an_error(value in any::json()) {
        if let Ok(rule) = Rule::from_json(&value) {
            let _ = policy(rule).enforce("r", &(), &Json::Null);
        }
    }

    #[test]
    fn any_file_is_a_policy_or_an_error(text in any::file(), target in any::json()) {
        if let Ok(policy) = Policy::builder().text("p", text).allow_remote_checks().build() {
            for entry in policy.rules() {
                let _ = entry.enforce(&target, &target);
                let _ = (entry.target_keys(), entry.attributes());
                let _ = policy.explain(entry.name(), &target, &target, &Answers::new());
            }
        }
    }

    #[test]
    fn a_rule_comes_to_what_its_checks_come_to(
        text in any::text(),
        target in any::target(),
        caller in any::credentials(),
    ) {
        let rule = Rule::parse(&text);
        let verdict = Came::from(policy(rule.clone()).enforce("r", &target, &caller));
        let alone = |check: &Check| {
            Came::from(policy(check.clone()).enforce("r", &target, &caller))
        };
        prop_assert_eq!(verdict, in_order(rule.check(), &alone));
        if let Some(all) = all_at_once(rule.check(), &alone) {
            prop_assert_eq!(verdict == Came::True, all);
        }
    }

    #[test]
    fn an_explanation_says_what_was_decided(
        text in any::text(),
        target in any::target(),
        caller in any::credentials(),
    ) {
        let policy = policy(text.as_str());
        let verdict = policy.enforce("r", &target, &caller);
        let explanation = policy.explain("r", &target, &caller, &Answers::new());
        prop_assert_eq!(explanation.allowed, verdict.is_allowed());
        let came = match explanation.trace.unwrap().outcome {
            Outcome::True => Came::True,
            Outcome::False => Came::False,
            Outcome::Undecided(_) | Outcome::Skipped => Came::Undecided,
        };
        prop_assert_eq!(came, verdict.into());
    }

    #[test]
    fn more_occurrences_never_turn_a_denial_into_a_permission(
        text in any::text(),
        target in any::target(),
        more in any::target(),
        caller in any::credentials(),
    ) {
        let policy = policy(text.as_str());
        let known = |key: &String| target.iter().any(|(known, _)| known == key);
        let added: Vec<_> = more.into_iter().filter(|(key, _)| known(key)).collect();
        let both: Vec<_> = target.iter().cloned().chain(added).collect();
        if !policy.enforce("r", &target, &caller).is_allowed() {
            prop_assert!(!policy.enforce("r", &both, &caller).is_allowed());
        }
    }

    #[test]
    fn the_order_of_occurrences_does_not_matter(
        text in any::text(),
        target in any::target(),
        caller in any::credentials(),
    ) {
        let policy = policy(text.as_str());
        let turned: Vec<_> = target.iter().rev().cloned().collect();
        let came = |target: &Vec<(String, Json)>| {
            policy.enforce("r", target, &caller).is_allowed()
        };
        prop_assert_eq!(came(&target), came(&turned));
    }

    #[test]
    fn a_policy_with_remote_checks_decides_once_all_are_answered(
        text in any::text(),
        target in any::target(),
        caller in any::credentials(),
        replies in proptest::collection::vec(any::<bool>(), 64),
    ) {
        let policy = policy(text.as_str());
        let (mut answers, mut asked) = (Answers::new(), 0);
        while let Step::Ask(question) = policy.step("r", &target, &caller, &answers) {
            answers.insert(&question, replies[asked]);
            asked += 1;
            prop_assert!(asked < 64, "{} is asked for ever", question.check());
        }
    }
}

/// As the language has it: from left to right, and no further than needed.
fn in_order(check: &Check, alone: &impl Fn(&Check) -> Came) -> Came {
    match check {
        Check::And(checks) => first_other_than(Came::True, checks, alone),
        Check::Or(checks) => first_other_than(Came::False, checks, alone),
        Check::Not(check) => match in_order(check, alone) {
            Came::False => Came::True,
            Came::True => Came::False,
            Came::Undecided => Came::Undecided,
        },
        Check::False | Check::Leaf(_) | Check::True => alone(check),
    }
}

fn first_other_than(usual: Came, checks: &[Check], alone: &impl Fn(&Check) -> Came) -> Came {
    let came = checks.iter().map(|check| in_order(check, alone));
    came.into_iter().find(|came| *came != usual).unwrap_or(usual)
}

/// As logic has it; `None` when a check has no verdict.
fn all_at_once(check: &Check, alone: &impl Fn(&Check) -> Came) -> Option<bool> {
    let parts = |checks: &[Check]| -> Option<Vec<bool>> {
        checks.iter().map(|check| all_at_once(check, alone)).collect()
    };
    match check {
        Check::And(checks) => parts(checks).map(|parts| !parts.contains(&false)),
        Check::Or(checks) => parts(checks).map(|parts| parts.contains(&true)),
        Check::Not(check) => all_at_once(check, alone).map(|verdict| !verdict),
        Check::False | Check::Leaf(_) | Check::True => match alone(check) {
            Came::False => Some(false),
            Came::True => Some(true),
            Came::Undecided => None,
        },
    }
}

#[test]
fn a_map_is_a_target_too() {
    let target = BTreeMap::from([("id".to_owned(), "u1".to_owned())]);
    let caller = serde_json::json!({"user_id": "u1"});
    assert!(policy("user_id:%(id)s").enforce("r", &target, &caller).is_allowed());
}
