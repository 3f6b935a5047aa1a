//! OpenStack's policy rules.

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
