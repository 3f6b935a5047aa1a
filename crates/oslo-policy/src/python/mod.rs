//! The parts of Python that the rule language leans on.
//!
//! A generic check hands the text before its colon to Python's literal reader. What comes back
//! decides what the check means: a literal is compared, any other expression is taken for a path
//! through the credentials, and what is not an expression ends the request with an exception. So
//! the borders of Python's grammar are borders of the rule language.

mod expression;
mod literal;
mod number;
mod operand;
mod string;
mod text;
mod token;

pub(crate) use text::{write_float, write_quoted};

/// What Python would make of the text before the colon of a generic check.
#[derive(Debug, PartialEq)]
pub(crate) enum Kind {
    /// A literal; this is what `str()` makes of it.
    Literal(String),
    /// An expression that is no literal, for instance a name: a path through the credentials.
    Path,
    /// Python raises an exception, or this crate does not know what Python would do.
    Unreadable(Unreadable),
}

/// Why the text before a colon is neither a literal nor a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Python calls it a syntax error.
    Syntax,
    /// Python reads it; this crate refuses to.
    Unsupported(&'static str),
}

/// Whether Python's `str.isspace` and the `\s` of its expressions hold for `character`.
///
/// They agree with Unicode's white space but for the four information separators.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// Classifies the text before a colon.
pub(crate) fn kind_of(text: &str) -> Kind {
    match expression::read(text.trim_start_matches([' ', '\t'])) {
        Err(unreadable) => Kind::Unreadable(unreadable),
        Ok(None) => Kind::Path,
        Ok(Some(literal)) => literal.unsupported().map_or_else(
            || Kind::Literal(literal.to_string()),
            |what| Kind::Unreadable(Unreadable::Unsupported(what)),
        ),
    }
}

#[cfg(test)]
mod tests;
