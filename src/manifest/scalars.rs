//! What a scalar means, by the rules that Kubernetes' tools read YAML with.

use serde_json::{Number, Value};

/// The value of a plain scalar. Kubernetes reads YAML 1.1, where `yes` and `on` are true.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            return true.into();
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            return false.into();
        }
        _ => {}
    }
    number(text).map_or_else(|| text.into(), Value::Number)
}

/// Whether a text can stand without quotes and still mean itself, to readers of YAML 1.1 and 1.2.
pub(super) fn needs_no_quotes(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '/')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_' | '-'))
        && plain(text).is_string()
}

fn number(text: &str) -> Option<Number> {
    let text = if text.contains('_') { &text.replace('_', "") } else { text };
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0b") {
        return u64::from_str_radix(digits, 2).ok().map(Number::from);
    }
    let digits = text.trim_start_matches(['+', '-']);
    // In YAML 1.1 a leading zero makes an octal number, as in `defaultMode: 0644`.
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()) {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'))
    {
        return None;
    }
    let whole = text.parse::<i64>().map(Number::from);
    let whole = whole.or_else(|_| text.parse::<u64>().map(Number::from));
    whole.ok().or_else(|| text.parse().ok().and_then(of_float))
}

/// What has nothing behind its point is a whole number once it is JSON.
fn of_float(float: f64) -> Option<Number> {
    let whole = float.fract() == 0.0 && float.abs() < 1e15;
    let whole = whole.then(|| format!("{float:.0}").parse().ok()).flatten();
    whole.or_else(|| Number::from_f64(float))
}
