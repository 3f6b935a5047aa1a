//! Any text is a rule, and what it prints is the same rule.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oslo_policy::Rule;

fuzz_target!(|text: &str| {
    let rule = Rule::parse(text);
    let again = Rule::parse(&rule.to_string());
    assert_eq!(again.check(), rule.check());
    assert!(again.flaws().is_empty());
});
