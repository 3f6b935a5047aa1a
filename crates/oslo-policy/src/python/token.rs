//! Python's tokens, as far as one expression without a colon can have them.

use super::literal::Literal;
use super::{Unreadable, number, string};

/// A word or a sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A word that the grammar keeps for itself, but for the three constants.
    Keyword(&'a str),
    /// A number, a string or a constant.
    Literal(Literal),
    /// Any other word.
    Name(&'a str),
    /// An operator, a bracket, a comma or a point.
    Sign(&'static str),
}

/// Cuts `text` into tokens; a comment at its end is left out. Python wants no null anywhere.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Unreadable> {
    if text.contains('\0') {
        return Err(Unreadable::Syntax);
    }
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\u{c}']);
        let Some(first) = rest.chars().next().filter(|first| *first != '#') else {
            // What follows a line break is not looked for: a kind has one line.
            return if rest.contains(['\n', '\r']) { Err(LINE_BREAK) } else { Ok(tokens) };
        };
        let (token, length) = token(rest, first)?;
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn token(rest: &str, first: char) -> Result<(Token<'_>, usize), Unreadable> {
    if let Some(read) = string::read(rest) {
        return read.map(|(literal, length)| (Token::Literal(literal), length));
    }
    let point = rest.strip_prefix('.').unwrap_or(rest);
    if point.starts_with(|digit: char| digit.is_ascii_digit()) {
        return number::read(rest).map(|(literal, length)| (Token::Literal(literal), length));
    }
    if first == '_' || unicode_ident::is_xid_start(first) {
        let end = rest.find(|next| !unicode_ident::is_xid_continue(next)).unwrap_or(rest.len());
        let (word, _) = rest.split_at(end);
        return Ok((named(word), end));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None if matches!(first, '\n' | '\r') => Err(LINE_BREAK),
        None => Err(Unreadable::Syntax),
    }
}

fn named(word: &str) -> Token<'_> {
    match word {
        "True" => Token::Literal(Literal::Bool(true)),
        "False" => Token::Literal(Literal::Bool(false)),
        "None" => Token::Literal(Literal::None),
        word if KEYWORDS.contains(&word) => Token::Keyword(word),
        word => Token::Name(word),
    }
}

const LINE_BREAK: Unreadable = Unreadable::Unsupported("a line break");

/// Longer signs stand before those that they begin with.
const SIGNS: &[&str] = &[
    "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "@", "&", "|",
    "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ".", "=",
];

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
