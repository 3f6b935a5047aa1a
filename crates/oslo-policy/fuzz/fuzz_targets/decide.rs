//! Any rule decides about anybody and anything, and its explanation says the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oslo_policy::{Answers, Policy};
use serde_json::Value as Json;

fuzz_target!(|input: (&str, &str, &str)| {
    let (rule, target, credentials) = input;
    let read = |text| serde_json::from_str::<Json>(text).unwrap_or(Json::Null);
    let (target, credentials) = (read(target), read(credentials));
    let Ok(policy) = Policy::builder().inline("r", rule).allow_remote_checks().build() else {
        // It refers to itself.
        return;
    };
    let verdict = policy.enforce("r", &target, &credentials);
    let explanation = policy.explain("r", &target, &credentials, &Answers::new());
    assert_eq!(verdict.is_allowed(), explanation.allowed);
});
