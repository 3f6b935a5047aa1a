//! Why a check has no verdict.

use std::fmt::{self, Display, Formatter};

use crate::python::Unreadable;

/// A check that could not be decided. The rule that asked it denies; Python raises an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<'p> {
    /// The check, as it was written.
    pub check: &'p str,
    /// What is wrong.
    pub problem: Problem<'p>,
}

/// Why a check could not be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem<'p> {
    /// The target has several values under this key.
    Ambiguous(&'p str),
    /// The text after the colon cannot be formatted.
    Format(FormatError),
    /// The text before the colon is not an expression in Python.
    Kind,
    /// A part of the path was looked for in something that has no parts.
    NoParts(&'p str),
    /// Nobody has answered a remote check.
    Remote,
    /// The URL of a remote check needs a key that the target lacks.
    RemoteKey,
    /// The roles are not a list of text.
    Roles,
    /// The text before the colon is of this sort, which this crate does not read.
    UnsupportedKind(&'static str),
}

/// What is wrong with a percent sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// Something else than an `s` follows the key.
    Conversion,
    /// The text ends too soon.
    Incomplete,
    /// No key follows.
    NoKey,
}

impl From<Unreadable> for Problem<'_> {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Syntax => Self::Kind,
            Unreadable::Unsupported(what) => Self::UnsupportedKind(what),
        }
    }
}

impl Display for Fault<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` cannot be decided: {}", self.check, self.problem)
    }
}

impl Display for Problem<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous(key) => write!(out, "services may read `{key}` in several ways"),
            Self::Format(error) => write!(out, "{error}"),
            Self::Kind => {
                out.write_str("what stands before the colon is neither a name nor a literal")
            }
            Self::NoParts(part) => write!(out, "there is no `{part}` in what is not a mapping"),
            Self::Remote => out.write_str("no answer from the remote server"),
            Self::RemoteKey => out.write_str("the request lacks a value for the URL"),
            Self::Roles => out.write_str("the credentials' roles are not a list of text"),
            Self::UnsupportedKind(what) => write!(out, "before the colon stands {what}"),
        }
    }
}

impl Display for FormatError {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Conversion => "only `s` may follow a key, as in `%(name)s`",
            Self::Incomplete => {
                "a percent sign has no end; write `%(name)s`, or `%%` for a percent sign"
            }
            Self::NoKey => {
                "a percent sign has no key; write `%(name)s`, or `%%` for a percent sign"
            }
        })
    }
}
