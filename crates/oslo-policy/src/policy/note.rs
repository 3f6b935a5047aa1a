//! What an operator should know about rules that could be loaded.

use std::fmt::{self, Display, Formatter};

use super::Origin;
use crate::rule::Flaw;

/// Something about a rule that is probably not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where the rule was written.
    pub origin: Origin,
    /// The rule's name.
    pub rule: String,
    /// What is the matter.
    pub kind: NoteKind,
}

/// What is the matter with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteKind {
    /// The rule, or a part of it, could not be understood and forbids.
    Flaw {
        /// The rule as it was written.
        text: String,
        /// What could not be understood.
        flaw: Flaw,
    },
    /// A check can never be true.
    Impossible {
        /// The check.
        check: String,
        /// Why.
        why: String,
    },
    /// The rule overrides a name that the service has replaced, and is used for the new name.
    OverridesDeprecated {
        /// The new name.
        by: String,
    },
    /// The rule is what the service has anyway.
    Redundant,
    /// The service is going to drop the rule.
    Removed,
    /// The rule was written more than once in the same file; the last one counts.
    Twice {
        /// The line of the earlier one.
        earlier: usize,
    },
    /// The rule refers to one that is not there.
    Undefined {
        /// The name that is not there.
        name: String,
        /// The default rule, which stands in for it; without one the reference is false.
        default: Option<String>,
    },
}

impl Display for Note {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}: rule `{}`: {}", self.origin, self.rule, self.kind)
    }
}

impl Display for NoteKind {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flaw { text, flaw } => write!(out, "`{text}` forbids: {flaw}"),
            Self::Impossible { check, why } => write!(out, "`{check}` is never true: {why}"),
            Self::OverridesDeprecated { by } => {
                write!(out, "the service calls it `{by}` now; rename it")
            }
            Self::Redundant => out.write_str("it is the service's default; it can be removed"),
            Self::Removed => out.write_str("the service is going to drop it"),
            Self::Twice { earlier } => {
                write!(out, "written twice; this one counts, the one in line {earlier} does not")
            }
            Self::Undefined { name, default: None } => {
                write!(out, "there is no rule `{name}`, so the reference is false")
            }
            Self::Undefined { name, default: Some(default) } => {
                write!(out, "there is no rule `{name}`; the default rule `{default}` stands in")
            }
        }
    }
}
