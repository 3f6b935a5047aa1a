//! What keystonemiddleware 13 did with a real Keystone 30 behind it, recorded once, and played again
//! here: the same requests in the same order under the same configurations, with a Keystone that
//! describes tokens as the real one did.
//!
//! Names stand for the tokens, and bodies lack what changes from run to run. A token whose
//! description was not recorded has that of one with the same scope: `alice`, `revoked`, `expired`
//! and `expiring` are `alice-project`, `carol` is `carol-project-other`, nova's are those of another
//! service or of the system with nova's name.
//!
//! What the application saw, or what the client was answered, must be the same to the byte, or
//! differ as the case says and for reasons that docs/compatibility.md names.

mod case;
mod stage;

use std::collections::BTreeMap;

use case::{Case, Outcome, Records};
use stage::Stage;

/// How many requests were recorded.
const RECORDED: usize = 111;

#[test]
fn what_keystonemiddleware_did_is_done_here() {
    let records = Records::read();
    let mut configs: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    let (mut equal, mut different, mut none) = (0, 0, 0);
    for case in &records.cases {
        match &case.not_applicable {
            None => configs.entry(&case.config).or_default().push(case),
            Some(why) => {
                assert!(!why.is_empty() && case.request.is_none(), "{}", case.name);
                none += 1;
            }
        }
    }
    let mut wrong = Vec::new();
    for (config, cases) in configs {
        let stage = Stage::set(config, &records);
        for case in cases {
            let there = stage.expected(&case.outcome);
            let (expected, count) = match &case.here {
                None => (there, &mut equal),
                Some(here) => (stage.expected(&here.instead_of(&case.outcome)), &mut different),
            };
            *count += 1;
            let here = stage.play(case);
            if here != expected {
                wrong.push(format!("{} ({config}):\n{}", case.name, difference(&here, &expected)));
            }
        }
    }
    println!("golden: {equal} equal, {different} different on purpose, {none} not applicable");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(equal + different + none, RECORDED);
}

#[test]
fn every_case_stands_once_and_what_differs_differs_for_a_reason() {
    let records = Records::read();
    let mut names: Vec<_> = records.cases.iter().map(|case| &case.name[..]).collect();
    assert_eq!(names.len(), RECORDED);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), RECORDED);
    for case in &records.cases {
        let Some(here) = &case.here else { continue };
        assert!(!here.reasons.is_empty(), "{}", case.name);
        assert_ne!(here.instead_of(&case.outcome), case.outcome, "{}", case.name);
    }
}

#[test]
fn every_reason_is_a_row_of_the_documentation() {
    let page = include_str!("../../../docs/compatibility.md");
    for case in &Records::read().cases {
        for reason in case.here.iter().flat_map(|here| &here.reasons) {
            let row = format!("\n| `{reason}` |");
            assert!(page.contains(&row), "{}: no row {reason}", case.name);
        }
    }
}

/// In which members two outcomes differ, without the long ones that do not.
fn difference(here: &Outcome, expected: &Outcome) -> String {
    let lines = |outcome: &Outcome| -> Vec<String> {
        let fields = |kind: &str, fields: &Option<BTreeMap<String, String>>| -> Vec<String> {
            let line = |(name, value)| format!("{kind} {name}: {value}");
            fields.iter().flatten().map(line).collect()
        };
        let mut lines = vec![format!("status {:?}", outcome.status)];
        lines.extend(fields("saw", &outcome.saw));
        lines.extend(fields("response", &outcome.response));
        lines.extend(outcome.body.iter().map(|body| format!("body {body:?}")));
        lines
    };
    let (here, expected) = (lines(here), lines(expected));
    let only = |mark: &str, some: &[String], others: &[String]| -> Vec<String> {
        let alone = some.iter().filter(|line| !others.contains(line));
        alone.map(|line| format!("  {mark} {line}")).collect()
    };
    [only("here", &here, &expected), only("expected", &expected, &here)].concat().join("\n")
}
