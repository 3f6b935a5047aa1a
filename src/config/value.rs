//! From the text of a value to what it means.

use std::net::SocketAddr;
use std::time::Duration;

use super::options::{Field, Kind};
use super::{suggest, units};
use crate::identity::Secret;

/// What a value means.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// An address.
    Address(SocketAddr),
    /// A truth value.
    Bool(bool),
    /// A length of time.
    Duration(Duration),
    /// Words.
    List(Vec<String>),
    /// A number; of bytes when the field is a size.
    Integer(u64),
    /// A part of one.
    Ratio(f64),
    /// A secret.
    Secret(Secret),
    /// Text; one of the words when the field is a choice; the path of a unix socket.
    Text(String),
    /// The field's own word, `off` or `auto`.
    Word,
}

/// Reads `text` as a value of `field`. The error is the end of a sentence that begins with the
/// value.
pub(super) fn read(field: &Field, text: &str) -> Result<Value, String> {
    if field.word == Some(text) {
        return Ok(Value::Word);
    }
    let value = match &field.kind {
        Kind::Address => Value::Address(address(text, field.word)?),
        Kind::Bool => Value::Bool(boolean(text)?),
        Kind::Choice(words) => choice(text, words)?,
        Kind::Duration(least, most) => {
            Value::Duration(within(units::duration(text)?, (*least, *most), units::write_duration)?)
        }
        Kind::Integer(least, most) => {
            let or = field.word.map(|word| format!(" or {word}")).unwrap_or_default();
            let number = text
                .parse()
                .map_err(|_| format!("is not a whole number; write {least} to {most}{or}"))?;
            Value::Integer(within(number, (*least, *most), |bound| bound.to_string())?)
        }
        Kind::List | Kind::Probes => Value::List(words(text)?),
        Kind::Place => place(text)?,
        Kind::Percent(most) => {
            let ratio = units::percent(text)?;
            if ratio > f64::from(*most) / 100.0 {
                return Err(format!("is too large; write 0% to {most}%"));
            }
            Value::Ratio(ratio)
        }
        Kind::Size(least, most) => {
            Value::Integer(within(units::size(text)?, (*least, *most), units::write_size)?)
        }
        Kind::Secret => Value::Secret(Secret::new(some(text)?)),
        Kind::Path | Kind::Text | Kind::Url => Value::Text(some(text)?),
    };
    Ok(value)
}

fn within<T: PartialOrd + Copy>(
    value: T,
    (least, most): (T, T),
    write: fn(T) -> String,
) -> Result<T, String> {
    if value < least {
        return Err(format!("is too small; write {} to {}", write(least), write(most)));
    }
    if value > most {
        return Err(format!("is too large; write {} to {}", write(least), write(most)));
    }
    Ok(value)
}

fn address(text: &str, word: Option<&str>) -> Result<SocketAddr, String> {
    let or = word.map(|word| format!(", or {word}")).unwrap_or_default();
    text.parse().map_err(|_| {
        format!("is not an IP address and port; write one as in 127.0.0.1:8080 or [::1]:8080{or}")
    })
}

fn place(text: &str) -> Result<Value, String> {
    match text.strip_prefix("unix:") {
        Some(path) if path.starts_with('/') && !path.ends_with('/') => {
            Ok(Value::Text(path.to_owned()))
        }
        Some(_) => Err("is no unix socket; write its whole path, as in unix:/run/a.sock".into()),
        None => address(text, None).map(Value::Address).map_err(|_| {
            "is not an IP address and port; write one as in 127.0.0.1:8080 or [::1]:8080, or \
             unix: and a path"
                .into()
        }),
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        // YAML 1.1 took these for booleans, and people still write them.
        "yes" | "Yes" | "on" | "On" | "1" => Err("is not a boolean; write true".into()),
        "no" | "No" | "off" | "Off" | "0" => Err("is not a boolean; write false".into()),
        _ => Err("is not a boolean; write true or false".into()),
    }
}

fn choice(text: &str, words: &'static [&'static str]) -> Result<Value, String> {
    if words.contains(&text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let nearest = suggest::nearest(text, words.iter().copied());
    Err(match (nearest, words) {
        (Some(word), _) => format!("is not a choice; did you mean {word}?"),
        (None, [only]) => format!("is not a choice; the only one is {only}"),
        (None, _) => format!("is not a choice; write one of {}", words.join(", ")),
    })
}

/// Words between commas; an empty text is an empty list.
fn words(text: &str) -> Result<Vec<String>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let words = text.split(',').map(|word| word.trim().to_owned());
    words
        .map(
            |word| {
                if word.is_empty() { Err("has an empty item; remove it".into()) } else { Ok(word) }
            },
        )
        .collect()
}

fn some(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("is empty; give a value or remove the key".into());
    }
    Ok(text.to_owned())
}
