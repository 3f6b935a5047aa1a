//! Policies, from their sources to their verdicts.

mod deciding;
mod defaults;
mod loading;
mod sources;

use super::{LoadErrors, Policy};

#[test]
fn a_policy_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Policy>();
    shared::<crate::Context<'_>>();
    shared::<crate::Question<'_>>();
}

/// The policy that one file makes.
fn policy(text: &str) -> Result<Policy, LoadErrors> {
    Policy::builder().text("policy.yaml", text).build()
}

/// The notes of a policy, one line for each.
fn notes(policy: &Policy) -> Vec<String> {
    policy.notes().iter().map(ToString::to_string).collect()
}
