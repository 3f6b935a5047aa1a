//! OpenStack's policy rules.

#![forbid(unsafe_code)]

mod python;
mod rule;

pub use rule::{Check, Flaw, Leaf, NotARule, Reason, Rule};
