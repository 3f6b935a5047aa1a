//! OpenStack's policy rules: what oslo.policy does in Python, for Rust.
//!
//! A policy is a set of named rules such as `role:admin or project_id:%(project_id)s`. This crate
//! reads them from the files that operators write and from the defaults that services bring along,
//! and decides with them, as oslo.policy 6.0.1 does: a test gives both the same policies and the
//! same requests and accepts no difference that is not listed in the README.
//!
//! ```
//! use oslo_policy::{Context, Policy};
//!
//! let policy = Policy::builder()
//!     .text("policy.yaml", "\"server:delete\": \"role:admin or user_id:%(user_id)s\"")
//!     .build()?;
//!
//! let roles = ["member"];
//! let caller = Context { user_id: Some("a1"), roles: Some(&roles), ..Context::default() };
//!
//! assert!(policy.enforce("server:delete", &[("user_id", "a1")], &caller).is_allowed());
//! assert!(!policy.enforce("server:delete", &[("user_id", "b2")], &caller).is_allowed());
//! # Ok::<(), oslo_policy::LoadErrors>(())
//! ```
//!
//! # The parts
//!
//! - [`Policy`]: named rules, complete and unchangeable. [`Policy::builder`] collects files,
//!   directories, text and [`RuleDefault`]s; [`Policy::enforce`] decides and allocates nothing;
//!   [`Policy::explain`] says how a verdict came about; [`Policy::notes`] tells what is probably not
//!   meant.
//! - [`Credentials`]: who asks. [`Context`] has the attributes of oslo.context; JSON will do; a type
//!   of your own implements one method.
//! - [`Target`]: what is asked for. Pairs, maps and JSON will do; again it is one method.
//! - [`Rule`] and [`Check`]: a single rule and its tree, for tools.
//! - [`Question`] and [`Answers`]: `http:` checks. The crate asks nobody; the caller does.
//!
//! # When there is no verdict
//!
//! Some checks cannot be decided: `user_id:50%` is no format, `class:x` starts with a word that
//! Python keeps for itself, `user_id.name:x` looks for something inside of text. Python raises an
//! exception, which most services turn into a 500. Here the rule that asks such a check denies, under
//! `not` as well, and [`Denial::Undecided`] says why.
//!
//! # When a parameter stands twice
//!
//! A service knows which of two parameters it will read; a proxy in front of it does not. A
//! [`Target`] can say so with [`Lookup::Ambiguous`], and a check on such a key cannot be decided. More
//! occurrences of a parameter therefore never turn a denial into a permission.

#![forbid(unsafe_code)]

mod policy;
mod program;
mod python;
mod remote;
mod request;
mod rule;
mod value;

pub use policy::{
    DefaultsError, Denial, DeprecatedRule, Entry, Explanation, LoadError, LoadErrors, Note,
    NoteKind, Operation, Origin, Policy, PolicyBuilder, RuleDefault, Step, Verdict,
};
pub use program::{Comparison, Connective, Fault, FormatError, Outcome, Problem, Trace};
pub use remote::{Answers, Question, allows};
pub use request::{Context, Credentials, Lookup, Scope, Target};
pub use rule::{Check, Flaw, Leaf, NotARule, Reason, Rule};
pub use value::{AsValue, List, Map, Value};

/// The README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
