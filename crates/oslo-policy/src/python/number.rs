//! Python's numbers.

use super::Unreadable;
use super::literal::{COMPLEX, Literal};

/// Reads the number at the start of `text`, and says how many bytes it has. `text` starts with a
/// digit, or with a point and a digit.
pub(super) fn read(text: &str) -> Result<(Literal, usize), Unreadable> {
    let (literal, length) = match radix(text) {
        Some((radix, digits)) => whole(digits, radix, 2)?,
        None => decimal(text)?,
    };
    // `1a` and `0b12` are no two tokens but a mistake.
    let next = text.get(length..).and_then(|rest| rest.chars().next());
    if next.is_some_and(|next| next == '_' || next.is_alphanumeric()) {
        return Err(Unreadable::Syntax);
    }
    Ok((literal, length))
}

/// The base and the digits of `0x1f`, `0o17` and `0b1`.
fn radix(text: &str) -> Option<(u32, &str)> {
    let (prefix, digits) = text.split_at_checked(2)?;
    match prefix {
        "0x" | "0X" => Some((16, digits)),
        "0o" | "0O" => Some((8, digits)),
        "0b" | "0B" => Some((2, digits)),
        _ => None,
    }
}

fn whole(text: &str, radix: u32, before: usize) -> Result<(Literal, usize), Unreadable> {
    // Here an underscore may stand before the first digit too.
    let skipped = usize::from(text.starts_with('_'));
    let digits = text.get(skipped..).unwrap_or_default();
    let length = digits_end(digits, radix);
    let digits = digits.get(..length).unwrap_or_default().replace('_', "");
    if digits.is_empty() {
        return Err(Unreadable::Syntax);
    }
    let literal = u128::from_str_radix(&digits, radix)
        .map_or(Literal::Unsupported("an integer beyond 128 bits"), |number| {
            Literal::Integer(number.to_string())
        });
    Ok((literal, before + skipped + length))
}

fn decimal(text: &str) -> Result<(Literal, usize), Unreadable> {
    let bytes = text.as_bytes();
    let at = |index: usize| bytes.get(index).copied().unwrap_or_default();
    let tail = |index: usize| text.get(index..).unwrap_or_default();
    let mut end = digits_end(text, 10);
    let mut fractional = false;
    if at(end) == b'.' {
        fractional = true;
        end += 1 + digits_end(tail(end + 1), 10);
    }
    if matches!(at(end), b'e' | b'E') {
        let sign = usize::from(matches!(at(end + 1), b'+' | b'-'));
        let digits = digits_end(tail(end + 1 + sign), 10);
        if digits > 0 {
            fractional = true;
            end += 1 + sign + digits;
        }
    }
    let digits = text.get(..end).unwrap_or_default().replace('_', "");
    if matches!(at(end), b'j' | b'J') {
        return Ok((Literal::Unsupported(COMPLEX), end + 1));
    }
    if fractional {
        let number = digits.parse().map_err(|_| Unreadable::Syntax)?;
        return Ok((Literal::Float(number), end));
    }
    let significant = digits.trim_start_matches('0');
    match (significant, digits.len()) {
        ("", _) => Ok((Literal::Integer("0".to_owned()), end)),
        (_, length) if length > MAX_DIGITS => Err(Unreadable::Syntax),
        // `007` was octal once; today it is a mistake.
        (significant, length) if significant.len() != length => Err(Unreadable::Syntax),
        _ => Ok((Literal::Integer(digits), end)),
    }
}

/// How far digits reach that may be grouped by single underscores.
fn digits_end(text: &str, radix: u32) -> usize {
    let mut end = 0;
    let mut grouped = true;
    for (index, character) in text.char_indices() {
        if character.is_digit(radix) {
            end = index + 1;
            grouped = false;
        } else if character == '_' && !grouped {
            grouped = true;
        } else {
            break;
        }
    }
    end
}

/// Python refuses to read longer integers.
const MAX_DIGITS: usize = 4300;
