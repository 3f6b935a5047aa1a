//! The tree of checks.

use std::fmt::{self, Display, Formatter};

/// A node in the tree of checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// All of them, asked from left to right up to the first that is false.
    And(Vec<Self>),
    /// `!`: never true.
    False,
    /// A single check.
    Leaf(Leaf),
    /// The opposite.
    Not(Box<Self>),
    /// One of them, asked from left to right up to the first that is true.
    Or(Vec<Self>),
    /// `@`: always true.
    True,
}

/// A single check, `kind:match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// What stands before the first colon: `role`, `rule`, `http`, `https`, or the left side of a
    /// comparison.
    pub kind: String,
    /// What stands after it.
    pub matching: String,
}

impl Check {
    /// The check that a piece of text without blanks is, if it is one.
    pub(super) fn read(piece: &str) -> Option<Self> {
        match piece {
            "!" => Some(Self::False),
            "@" => Some(Self::True),
            _ => piece.split_once(':').map(|(kind, matching)| {
                Self::Leaf(Leaf { kind: kind.to_owned(), matching: matching.to_owned() })
            }),
        }
    }

    /// Every single check, from left to right.
    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::And(checks) | Self::Or(checks) => checks.iter().flat_map(Self::leaves).collect(),
            Self::Not(check) => check.leaves(),
            Self::Leaf(leaf) => vec![leaf],
            Self::False | Self::True => Vec::new(),
        }
    }
}

/// Text that parses to the same check again, unless the check came from a list and has blanks.
///
/// It is what Python prints, but for single checks that begin and end with the same quote: alone
/// they would be taken for a quoted word, so they stand in parentheses.
impl Display for Check {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(checks) => write_joined(out, checks, " and "),
            Self::False => out.write_str("!"),
            Self::Leaf(leaf) if leaf.looks_quoted() => write!(out, "({leaf})"),
            Self::Leaf(leaf) => write!(out, "{leaf}"),
            Self::Not(check) => write!(out, "not {check}"),
            Self::Or(checks) => write_joined(out, checks, " or "),
            Self::True => out.write_str("@"),
        }
    }
}

fn write_joined(out: &mut Formatter<'_>, checks: &[Check], between: &str) -> fmt::Result {
    out.write_str("(")?;
    for (index, check) in checks.iter().enumerate() {
        if index > 0 {
            out.write_str(between)?;
        }
        write!(out, "{check}")?;
    }
    out.write_str(")")
}

impl Leaf {
    fn looks_quoted(&self) -> bool {
        let quote = self.kind.chars().next().filter(|quote| matches!(quote, '\'' | '"'));
        quote.is_some_and(|quote| self.matching.ends_with(quote))
    }
}

impl Display for Leaf {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.kind, self.matching)
    }
}
