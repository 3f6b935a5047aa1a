//! What credentials and targets are made of: views that borrow, and Python's `str()` of them.

mod collection;
mod json;
mod text;

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

pub use collection::{List, Map};
pub(crate) use text::{same_text, with_text, write_inner, write_str};

/// A value, borrowed from wherever it lives.
///
/// Rules compare values by their text, which is what Python's `str()` makes of them: `True`, `None`,
/// `1.0`, `['a', 'b']`.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// A boolean.
    Bool(bool),
    /// A floating point number.
    Float(f64),
    /// A whole number.
    Integer(i128),
    /// A list. On the way along a path each of its elements is tried.
    List(&'a dyn List),
    /// A mapping, into which a path may lead.
    Map(&'a dyn Map),
    /// There is no value. Its text is `None`.
    None,
    /// Text.
    Text(&'a str),
}

impl Value<'_> {
    /// Whether Python would take it for true.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Bool(value) => *value,
            Self::Float(number) => *number != 0.0,
            Self::Integer(number) => *number != 0,
            Self::List(list) => list.item(0).is_some(),
            Self::Map(map) => {
                let mut found = false;
                map.each(&mut |_, _| found = true);
                found
            }
            Self::None => false,
            Self::Text(text) => !text.is_empty(),
        }
    }
}

/// What can be seen as a value.
pub trait AsValue {
    /// The value, borrowed.
    fn as_value(&self) -> Value<'_>;
}

impl AsValue for Value<'_> {
    fn as_value(&self) -> Value<'_> {
        *self
    }
}

impl AsValue for str {
    fn as_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl AsValue for String {
    fn as_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl AsValue for bool {
    fn as_value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}

impl AsValue for i64 {
    fn as_value(&self) -> Value<'_> {
        Value::Integer((*self).into())
    }
}

impl<T: AsValue + ?Sized> AsValue for &T {
    fn as_value(&self) -> Value<'_> {
        (**self).as_value()
    }
}

impl<T: AsValue + ?Sized> AsValue for Box<T> {
    fn as_value(&self) -> Value<'_> {
        (**self).as_value()
    }
}

impl<T: AsValue + ?Sized> AsValue for Arc<T> {
    fn as_value(&self) -> Value<'_> {
        (**self).as_value()
    }
}

/// Nothing is [`Value::None`].
impl<T: AsValue> AsValue for Option<T> {
    fn as_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::None, AsValue::as_value)
    }
}

impl<'a, T: AsValue + ?Sized> From<&'a T> for Value<'a> {
    fn from(value: &'a T) -> Self {
        value.as_value()
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// As Python's `repr()`.
impl Debug for Value<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write_inner(*self, out)
    }
}

#[cfg(test)]
mod tests;
