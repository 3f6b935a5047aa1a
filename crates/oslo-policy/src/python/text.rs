//! How Python writes text in quotes, and floating point numbers.

use std::fmt::{self, Write};

/// Writes `text` as `repr()` does.
pub(crate) fn write_quoted(text: &str, out: &mut impl Write) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.write_char(quote)?;
    for character in text.chars() {
        match character {
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            same if same == quote => write!(out, "\\{same}")?,
            plain if is_printable(plain) => out.write_char(plain)?,
            other => write_escaped(other, out)?,
        }
    }
    out.write_char(quote)
}

fn write_escaped(character: char, out: &mut impl Write) -> fmt::Result {
    match u32::from(character) {
        code @ ..=0xff => write!(out, "\\x{code:02x}"),
        code @ ..=0xffff => write!(out, "\\u{code:04x}"),
        code => write!(out, "\\U{code:08x}"),
    }
}

/// Python and Rust leave the same categories of characters unescaped. Rust adds combining marks,
/// but only at the start of a text, so the question is asked with a letter in front.
fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    let mut buffer = [b'a'; 5];
    let length = character.len_utf8();
    if let Some(room) = buffer.get_mut(1..) {
        character.encode_utf8(room);
    }
    let text = buffer.get(..=length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.is_some_and(|text| text.escape_debug().eq(text.chars()))
}

/// Writes `number` as `repr()` does: the fewest digits that mean the same number, with an exponent
/// below 1e-4 and from 1e16.
pub(crate) fn write_float(number: f64, out: &mut impl Write) -> fmt::Result {
    if number.is_nan() {
        return out.write_str("nan");
    }
    if number.is_sign_negative() {
        out.write_char('-')?;
    }
    let size = number.abs();
    if size.is_infinite() {
        return out.write_str("inf");
    }
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        // Rust's own notation differs only for whole numbers.
        let point = if size.fract() == 0.0 { ".0" } else { "" };
        return write!(out, "{size}{point}");
    }
    let mut exponent = Exponent { out, digits: 0, state: State::Mantissa };
    write!(exponent, "{size:e}")?;
    exponent.finish()
}

/// Passes `1.5e-7` on as `1.5e-07`: Python writes a sign and at least two digits.
struct Exponent<'a, W> {
    out: &'a mut W,
    digits: u32,
    state: State,
}

enum State {
    Mantissa,
    Exponent { negative: bool },
}

impl<W: Write> Write for Exponent<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match (&mut self.state, character) {
                (State::Mantissa, 'e') => self.state = State::Exponent { negative: false },
                (State::Mantissa, other) => self.out.write_char(other)?,
                (State::Exponent { negative }, '-') => *negative = true,
                (State::Exponent { .. }, digit) => {
                    self.digits = self.digits * 10 + digit.to_digit(10).unwrap_or_default();
                }
            }
        }
        Ok(())
    }
}

impl<W: Write> Exponent<'_, W> {
    fn finish(self) -> fmt::Result {
        let sign = if matches!(self.state, State::Exponent { negative: true }) { '-' } else { '+' };
        write!(self.out, "e{sign}{:02}", self.digits)
    }
}
