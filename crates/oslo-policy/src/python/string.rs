//! Python's string literals.

use super::Unreadable;
use super::literal::Literal;

/// Reads the string at the start of `text`, if there is one, and says how many bytes it has.
pub(super) fn read(text: &str) -> Option<Result<(Literal, usize), Unreadable>> {
    let quoted = text.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let prefix = text.get(..text.len() - quoted.len())?.to_ascii_lowercase();
    let quote = quoted.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let sort = match prefix.as_str() {
        "" | "u" => Sort::Plain,
        "r" => Sort::Raw,
        "b" | "br" | "rb" => Sort::Bytes,
        "f" | "fr" | "rf" => Sort::Formatted,
        _ => return None,
    };
    Some(
        body(quoted, quote)
            .and_then(|(body, length)| Ok((literal(sort, body)?, prefix.len() + length))),
    )
}

#[derive(Clone, Copy)]
enum Sort {
    Bytes,
    Formatted,
    Plain,
    Raw,
}

fn literal(sort: Sort, body: &str) -> Result<Literal, Unreadable> {
    match sort {
        Sort::Raw => Ok(Literal::Text(body.to_owned())),
        Sort::Plain => unescape(body).map(Literal::Text),
        Sort::Bytes if !body.is_ascii() => Err(Unreadable::Syntax),
        Sort::Bytes => Ok(Literal::Unsupported(BYTES)),
        Sort::Formatted => Err(Unreadable::Unsupported("a formatted string")),
    }
}

/// What is between the quotes, and the length with them.
fn body(quoted: &str, quote: char) -> Result<(&str, usize), Unreadable> {
    let triple: String = [quote; 3].iter().collect();
    let width = if quoted.starts_with(&triple) { 3 } else { 1 };
    let mark = triple.get(..width).unwrap_or_default();
    let mut rest = quoted.get(width..).unwrap_or_default();
    loop {
        if rest.starts_with(mark) {
            let end = quoted.len() - rest.len();
            let body = quoted.get(width..end).unwrap_or_default();
            return Ok((body, end + width));
        }
        let mut characters = rest.chars();
        match characters.next() {
            None => return Err(Unreadable::Syntax),
            Some('\n') if width == 1 => return Err(Unreadable::Syntax),
            Some('\\') => {
                characters.next();
            }
            Some(_) => {}
        }
        rest = characters.as_str();
    }
}

fn unescape(body: &str) -> Result<String, Unreadable> {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        text.push_str(plain);
        let mut characters = escape.chars();
        characters.next();
        let letter = characters.next();
        let tail = characters.as_str();
        rest = match letter {
            None => return Err(Unreadable::Syntax),
            Some('\n') => tail,
            Some('x') => coded(tail, 2, &mut text)?,
            Some('u') => coded(tail, 4, &mut text)?,
            Some('U') => coded(tail, 8, &mut text)?,
            Some('N') => return Err(Unreadable::Unsupported("a character by its name")),
            Some('0'..='7') => octal(escape.get(1..).unwrap_or_default(), &mut text)?,
            Some(letter) => {
                match simple(letter) {
                    Some(meant) => text.push(meant),
                    // Python keeps the backslash of an escape that it does not know.
                    None => text.extend(['\\', letter]),
                }
                tail
            }
        };
    }
    text.push_str(rest);
    Ok(text)
}

fn simple(letter: char) -> Option<char> {
    Some(match letter {
        '\\' | '\'' | '"' => letter,
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        _ => return None,
    })
}

fn coded<'a>(text: &'a str, digits: usize, out: &mut String) -> Result<&'a str, Unreadable> {
    let (code, rest) = text.split_at_checked(digits).ok_or(Unreadable::Syntax)?;
    if !code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Unreadable::Syntax);
    }
    let code = u32::from_str_radix(code, 16).map_err(|_| Unreadable::Syntax)?;
    match code {
        0xd800..=0xdfff => return Err(Unreadable::Unsupported("half a surrogate pair")),
        _ => out.push(char::from_u32(code).ok_or(Unreadable::Syntax)?),
    }
    Ok(rest)
}

/// One to three octal digits.
fn octal<'a>(text: &'a str, out: &mut String) -> Result<&'a str, Unreadable> {
    let length = text.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let (code, rest) = text.split_at_checked(length).ok_or(Unreadable::Syntax)?;
    let code = u32::from_str_radix(code, 8).map_err(|_| Unreadable::Syntax)?;
    out.extend(char::from_u32(code));
    Ok(rest)
}

/// The sort of a literal that is not text.
const BYTES: &str = "a string of bytes";
