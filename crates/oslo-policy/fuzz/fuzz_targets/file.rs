//! Any text is a policy file or an error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oslo_policy::Policy;

fuzz_target!(|text: &str| {
    match Policy::builder().text("file", text).allow_remote_checks().build() {
        Ok(policy) => assert!(policy.notes().iter().all(|note| !note.to_string().is_empty())),
        Err(errors) => assert!(!errors.0.is_empty()),
    }
});
