//! What a rule says about a request.

use std::fmt::{self, Display, Formatter};

use crate::program::Fault;
use crate::remote::Question;
use crate::request::Scope;

/// Allowed, or denied and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a verdict that nobody reads protects nothing"]
pub enum Verdict<'p> {
    /// The request is allowed.
    Allow,
    /// The request is denied.
    Deny(Denial<'p>),
}

/// Why a request is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial<'p> {
    /// The rule of this name is false.
    Rule(&'p str),
    /// The token has a scope that the rule is not for.
    Scope {
        /// The name of the rule.
        rule: &'p str,
        /// The scopes that it is for.
        allowed: &'p [Scope],
        /// The scope of the token.
        presented: Scope,
    },
    /// The rule has no verdict. Python raises an exception here.
    Undecided(Fault<'p>),
    /// There is neither a rule of that name nor a default rule.
    UnknownRule,
}

/// A verdict, or what is missing for one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a verdict that nobody reads protects nothing"]
pub enum Step<'p> {
    /// A remote check has to be answered first.
    Ask(Question<'p>),
    /// The verdict.
    Decided(Verdict<'p>),
}

impl Verdict<'_> {
    /// Whether the request is allowed.
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allow)
    }
}

impl Display for Verdict<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow => out.write_str("allowed"),
            Self::Deny(denial) => write!(out, "denied: {denial}"),
        }
    }
}

impl Display for Denial<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(out, "the rule `{name}` is false"),
            Self::Scope { rule, allowed, presented } => {
                write!(out, "the rule `{rule}` is for tokens of scope ")?;
                for (index, scope) in allowed.iter().enumerate() {
                    write!(out, "{}{scope}", if index == 0 { "" } else { " or " })?;
                }
                write!(out, ", this one has {presented}")
            }
            Self::Undecided(fault) => write!(out, "{fault}"),
            Self::UnknownRule => out.write_str("there is no such rule and no default rule"),
        }
    }
}
