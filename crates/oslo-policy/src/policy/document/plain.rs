//! Words without quotes that YAML 1.1 does not take for text.

/// What a word is instead of text, by the rules that Python's YAML library has.
pub(super) fn sort_of(word: &str) -> Option<&'static str> {
    if BOOLEANS.contains(&word) {
        return Some("a boolean");
    }
    match word {
        "=" | "<<" => return Some("a sign with a meaning of its own"),
        ".nan" | ".NaN" | ".NAN" => return Some("a number"),
        _ => {}
    }
    if is_number(word) {
        return Some("a number");
    }
    is_date(word).then_some("a date")
}

/// Whether a word says that there is no value.
pub(super) fn is_null(word: &str) -> bool {
    matches!(word, "" | "~" | "null" | "Null" | "NULL")
}

const BOOLEANS: &[&str] = &[
    "yes", "Yes", "YES", "no", "No", "NO", "true", "True", "TRUE", "false", "False", "FALSE", "on",
    "On", "ON", "off", "Off", "OFF",
];

fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    if let Some(digits) = unsigned.strip_prefix("0x") {
        return all(digits, |digit| digit.is_ascii_hexdigit());
    }
    if let Some(digits) = unsigned.strip_prefix("0b") {
        return all(digits, |digit| matches!(digit, '0' | '1'));
    }
    // A number may begin with a point, but then without a sign.
    if let Some(fraction) = word.strip_prefix('.') {
        return fraction.starts_with(|digit: char| digit.is_ascii_digit()) && is_fraction(fraction);
    }
    let digits = unsigned.find(|other| !is_digit(other)).unwrap_or(unsigned.len());
    let (whole, rest) = unsigned.split_at(digits);
    if !whole.starts_with(|digit: char| digit.is_ascii_digit()) {
        return false;
    }
    match rest.strip_prefix('.') {
        Some(fraction) => is_fraction(fraction),
        None if rest.is_empty() => is_whole(whole),
        None => is_sixties(whole, rest),
    }
}

/// A number that begins with 0 is octal.
fn is_whole(digits: &str) -> bool {
    match digits.strip_prefix('0') {
        None | Some("") => true,
        Some(octal) => all(octal, |digit| matches!(digit, '0'..='7')),
    }
}

/// Digits, and an exponent with a sign, perhaps.
fn is_fraction(text: &str) -> bool {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "+0"));
    let exponent = exponent.strip_prefix(['+', '-']);
    digits.chars().all(is_digit)
        && exponent.is_some_and(|exponent| {
            !exponent.is_empty() && exponent.chars().all(|digit| digit.is_ascii_digit())
        })
}

/// `1:30` is ninety, and `1:30.5` is a half more.
fn is_sixties(whole: &str, rest: &str) -> bool {
    let (rest, fraction) = match rest.split_once('.') {
        Some((rest, fraction)) => (rest, Some(fraction)),
        None => (rest, None),
    };
    let Some(parts) = rest.strip_prefix(':') else {
        return false;
    };
    let parts = parts.split(':').all(|part| match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [ten, digit] => matches!(ten, b'0'..=b'5') && digit.is_ascii_digit(),
        _ => false,
    });
    match fraction {
        Some(fraction) => parts && fraction.chars().all(is_digit),
        None => parts && !whole.starts_with('0'),
    }
}

/// `2024-01-31`, or a date with a time behind it.
fn is_date(word: &str) -> bool {
    let (date, time) = match word.find(['T', 't', ' ', '\t']) {
        Some(at) => word.split_at(at),
        None => (word, ""),
    };
    let lengths: Vec<usize> = date
        .split('-')
        .map(|part| if part.chars().all(|digit| digit.is_ascii_digit()) { part.len() } else { 0 })
        .collect();
    if time.is_empty() {
        return lengths == [4, 2, 2];
    }
    let time = time.trim_start_matches(['T', 't', ' ', '\t']);
    let clock: Vec<usize> = time
        .split(':')
        .take(2)
        .map(|part| if part.chars().all(|digit| digit.is_ascii_digit()) { part.len() } else { 0 })
        .collect();
    matches!(lengths.as_slice(), [4, 1 | 2, 1 | 2]) && matches!(clock.as_slice(), [1 | 2, 2])
}

fn all(digits: &str, is_one: impl Fn(char) -> bool) -> bool {
    !digits.is_empty() && digits.chars().all(|digit| digit == '_' || is_one(digit))
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit() || character == '_'
}
