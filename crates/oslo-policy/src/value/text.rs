//! Python's `str()` and `repr()` of a value, without allocating for what has no values inside.

use std::fmt::{self, Write};

use super::Value;
use crate::python::{write_float, write_quoted};

/// Whether two values have the same text.
pub(crate) fn same_text(one: Value<'_>, other: Value<'_>) -> bool {
    with_text(one, |one| with_text(other, |other| one == other))
}

/// Calls `read` with the text of `value`.
pub(crate) fn with_text<R>(value: Value<'_>, read: impl FnOnce(&str) -> R) -> R {
    match value {
        Value::Text(text) => read(text),
        Value::None => read("None"),
        Value::Bool(true) => read("True"),
        Value::Bool(false) => read("False"),
        Value::Float(_) | Value::Integer(_) => {
            let mut short = Short { bytes: [0; 48], length: 0 };
            // No number is longer than the buffer.
            let _ = write_str(value, &mut short);
            read(short.text())
        }
        Value::List(_) | Value::Map(_) => {
            let mut long = String::new();
            // Writing to a `String` cannot fail.
            let _ = write_str(value, &mut long);
            read(&long)
        }
    }
}

/// Writes what `str()` makes of `value`.
pub(crate) fn write_str(value: Value<'_>, out: &mut impl Write) -> fmt::Result {
    match value {
        Value::Text(text) => out.write_str(text),
        other => write_inner(other, out),
    }
}

/// Writes what `repr()` makes of `value`.
pub(crate) fn write_inner(value: Value<'_>, out: &mut impl Write) -> fmt::Result {
    match value {
        Value::Bool(true) => out.write_str("True"),
        Value::Bool(false) => out.write_str("False"),
        Value::Float(number) => write_float(number, out),
        Value::Integer(number) => write!(out, "{number}"),
        Value::None => out.write_str("None"),
        Value::Text(text) => write_quoted(text, out),
        Value::List(list) => {
            out.write_char('[')?;
            let mut index = 0;
            while let Some(item) = list.item(index) {
                write_separator(index, out)?;
                write_inner(item, out)?;
                index += 1;
            }
            out.write_char(']')
        }
        Value::Map(map) => {
            out.write_char('{')?;
            let mut index = 0;
            let mut result = Ok(());
            map.each(&mut |key, value| {
                if result.is_ok() {
                    result = write_entry(index, key, value, out);
                    index += 1;
                }
            });
            result?;
            out.write_char('}')
        }
    }
}

fn write_entry(index: usize, key: &str, value: Value<'_>, out: &mut impl Write) -> fmt::Result {
    write_separator(index, out)?;
    write_quoted(key, out)?;
    out.write_str(": ")?;
    write_inner(value, out)
}

fn write_separator(index: usize, out: &mut impl Write) -> fmt::Result {
    if index == 0 { Ok(()) } else { out.write_str(", ") }
}

/// Room for a number, on the stack.
struct Short {
    bytes: [u8; 48],
    length: usize,
}

impl Short {
    fn text(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
