//! Why a rule, or a part of one, became `!`.

use std::fmt::{self, Display, Formatter};

/// What could not be understood. Python writes a line into the log and forbids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong.
    pub reason: Reason,
    /// The piece of text at which it was noticed; empty at the end of the rule.
    pub piece: String,
    /// Where the piece begins, in bytes; in a list, the number of the check.
    pub at: usize,
}

/// What is wrong with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is nothing but blanks.
    Blank,
    /// A check must stand here.
    MissingCheck,
    /// Two checks stand side by side.
    MissingOperator,
    /// A piece has no colon. It alone becomes `!`; all other flaws make the whole rule `!`.
    NoColon,
    /// A list has something that is neither text nor a list of text.
    NotText,
    /// A piece stands in quotes.
    Quoted,
    /// More is nested than this crate takes.
    TooDeep,
    /// A parenthesis is not closed.
    Unclosed,
    /// A parenthesis closes nothing.
    Unopened,
}

impl Display for Flaw {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { reason, piece, .. } = self;
        match reason {
            Reason::Blank => {
                out.write_str("only blanks, which forbids; write `@` to allow or `!` to forbid")
            }
            Reason::MissingCheck if piece.is_empty() => {
                out.write_str("the rule ends where a check must stand")
            }
            Reason::MissingCheck => write!(out, "a check is missing before `{piece}`"),
            Reason::MissingOperator => {
                write!(out, "`and` or `or` is missing before `{piece}`")
            }
            Reason::NoColon => {
                write!(out, "`{piece}` has no colon; a check is `kind:match`, `@` or `!`")
            }
            Reason::NotText => write!(out, "`{piece}` is no text; a check is text"),
            Reason::Quoted => {
                write!(
                    out,
                    "`{piece}` stands in quotes; write checks without, and no blanks in them"
                )
            }
            Reason::TooDeep => write!(out, "nested too deeply at `{piece}`"),
            Reason::Unclosed => out.write_str("a parenthesis is not closed"),
            Reason::Unopened => out.write_str(
                "a parenthesis closes nothing; only one at the start of a piece opens, \
                 so put a blank before it",
            ),
        }
    }
}
