//! Rules made ready: names resolved, texts taken apart, nothing left to parse while a request waits.

mod compile;
mod evaluate;
mod explain;
mod fault;
mod template;

use crate::python::Unreadable;
use template::Template;

pub(crate) use compile::{Compiler, MAX_DEPTH, MAX_STEPS, Measure, measure};
pub(crate) use evaluate::{Evaluation, Stop};
pub use explain::{Comparison, Connective, Outcome, Trace};
pub use fault::{Fault, FormatError, Problem};

/// A node of a rule that is ready.
#[derive(Debug)]
pub(crate) enum Node {
    And(Box<[Self]>),
    Constant(bool),
    Leaf(Leaf),
    Not(Box<Self>),
    Or(Box<[Self]>),
    /// A reference to the rule at an index; the name is the one that was written.
    Rule {
        name: Box<str>,
        index: Option<usize>,
    },
}

/// A single check that is ready.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// As it was written.
    pub(crate) text: Box<str>,
    pub(crate) test: Test,
}

/// What a single check compares. Each has the text after its colon.
#[derive(Debug)]
pub(crate) enum Test {
    /// A path through the credentials.
    Attribute { path: Box<[Box<str>]>, wanted: Template },
    /// The text of a literal.
    Literal { literal: Box<str>, wanted: Template },
    /// Somebody else decides; `url` is the whole check.
    Remote { number: usize, url: Template },
    /// The roles. The letters of a name without places are known.
    Role { wanted: Template, letters: Option<Letters> },
    /// Nothing can be compared.
    Unreadable { why: Unreadable, wanted: Template },
}

/// Which letters can be the same as those of a name, when case does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Letters {
    /// Only those of ASCII.
    Ascii,
    /// Others too.
    Any,
}

impl Letters {
    fn of(name: &str) -> Self {
        // The Kelvin sign is the one letter beyond ASCII whose small letter is in it: a `k`.
        let ascii = |byte: u8| byte.is_ascii() && !matches!(byte, b'k' | b'K');
        if name.bytes().all(ascii) { Self::Ascii } else { Self::Any }
    }
}

impl Leaf {
    /// The keys of the target that the check asks for.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        match &self.test {
            Test::Attribute { wanted, .. }
            | Test::Literal { wanted, .. }
            | Test::Role { wanted, .. }
            | Test::Unreadable { wanted, .. } => wanted.keys(),
            Test::Remote { url, .. } => url.keys(),
        }
    }

    /// The attribute of the credentials that the check asks for.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match &self.test {
            Test::Attribute { path, .. } => path.first().map(|name| &**name),
            Test::Role { .. } => Some("roles"),
            Test::Literal { .. } | Test::Remote { .. } | Test::Unreadable { .. } => None,
        }
    }

    /// Why the check, as it is written, can never be true.
    pub(crate) fn defect(&self) -> Option<Problem<'_>> {
        let (wanted, why) = match &self.test {
            Test::Unreadable { why, wanted } => (wanted, Some(*why)),
            Test::Attribute { wanted, .. }
            | Test::Literal { wanted, .. }
            | Test::Role { wanted, .. } => (wanted, None),
            Test::Remote { url, .. } => (url, None),
        };
        wanted.defect().map(Problem::Format).or_else(|| why.map(Problem::from))
    }
}
