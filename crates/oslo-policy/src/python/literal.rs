//! Values that Python writes as literals, and what `str()` makes of them.

use std::fmt::{self, Display, Formatter, Write};

use super::text::{write_float, write_quoted};

/// A value that was written as a literal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Bool(bool),
    Ellipsis,
    /// `{}`; one with entries needs a colon, which ends the kind.
    EmptyDictionary,
    Float(f64),
    /// Decimal digits, perhaps after a minus; never `-0`.
    Integer(String),
    List(Vec<Self>),
    None,
    Set(Vec<Self>),
    Text(String),
    Tuple(Vec<Self>),
    /// A literal of a sort that is not rendered, and the name of the sort.
    Unsupported(&'static str),
}

impl Literal {
    /// The number with its sign changed; nothing else has one.
    pub(super) fn negated(self) -> Option<Self> {
        match self {
            Self::Float(number) => Some(Self::Float(-number)),
            Self::Integer(digits) if digits == "0" => Some(Self::Integer(digits)),
            Self::Integer(digits) => Some(Self::Integer(match digits.strip_prefix('-') {
                Some(positive) => positive.to_owned(),
                None => format!("-{digits}"),
            })),
            Self::Unsupported(COMPLEX) => Some(Self::Unsupported(COMPLEX)),
            Self::Bool(_)
            | Self::Ellipsis
            | Self::EmptyDictionary
            | Self::List(_)
            | Self::None
            | Self::Set(_)
            | Self::Text(_)
            | Self::Tuple(_)
            | Self::Unsupported(_) => None,
        }
    }

    /// Whether it is one of the numbers that may carry a sign.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Float(_) | Self::Integer(_) | Self::Unsupported(COMPLEX))
    }

    /// Whether it may be an element of a set.
    pub(super) fn is_hashable(&self) -> bool {
        match self {
            Self::EmptyDictionary | Self::List(_) | Self::Set(_) => false,
            Self::Tuple(items) => items.iter().all(Self::is_hashable),
            Self::Bool(_)
            | Self::Ellipsis
            | Self::Float(_)
            | Self::Integer(_)
            | Self::None
            | Self::Text(_)
            | Self::Unsupported(_) => true,
        }
    }

    /// The name of the first part that is not rendered.
    pub(super) fn unsupported(&self) -> Option<&'static str> {
        match self {
            Self::Unsupported(what) => Some(what),
            // Python orders the elements of a set by their hashes.
            Self::Set(items) if items.len() > 1 => Some("a set of several elements"),
            Self::List(items) | Self::Set(items) | Self::Tuple(items) => {
                items.iter().find_map(Self::unsupported)
            }
            Self::Bool(_)
            | Self::Ellipsis
            | Self::EmptyDictionary
            | Self::Float(_)
            | Self::Integer(_)
            | Self::None
            | Self::Text(_) => None,
        }
    }

    /// As inside of a list, where text is quoted.
    fn write_inner(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_quoted(text, out),
            other => write!(out, "{other}"),
        }
    }
}

/// As Python's `str()`.
impl Display for Literal {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => out.write_str("True"),
            Self::Bool(false) => out.write_str("False"),
            Self::Ellipsis => out.write_str("Ellipsis"),
            Self::EmptyDictionary => out.write_str("{}"),
            Self::Float(number) => write_float(*number, out),
            Self::Integer(digits) => out.write_str(digits),
            Self::List(items) => write_items(out, '[', items, "]"),
            Self::None => out.write_str("None"),
            Self::Set(items) if items.is_empty() => out.write_str("set()"),
            Self::Set(items) => write_items(out, '{', items, "}"),
            Self::Text(text) => out.write_str(text),
            Self::Tuple(items) if items.len() == 1 => write_items(out, '(', items, ",)"),
            Self::Tuple(items) => write_items(out, '(', items, ")"),
            Self::Unsupported(what) => out.write_str(what),
        }
    }
}

fn write_items(out: &mut Formatter<'_>, open: char, items: &[Literal], close: &str) -> fmt::Result {
    out.write_char(open)?;
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.write_str(", ")?;
        }
        item.write_inner(out)?;
    }
    out.write_str(close)
}

/// The sort of a number with an imaginary part.
pub(super) const COMPLEX: &str = "a complex number";
