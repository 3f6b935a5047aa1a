//! The text after the colon of a check, with places for values of the target.
//!
//! Python formats it with its `%` operator. Of that, `%(key)s` and `%%` are known here; whatever
//! else starts with a percent sign cannot be decided. A key that the target lacks makes a check
//! false, and the text is read from left to right, so it matters which of the two comes first.

use super::fault::{FormatError, Problem};
use crate::request::{Lookup, Target};
use crate::value::{Value, write_str};

/// Text with places.
#[derive(Debug, PartialEq)]
pub(crate) enum Template {
    /// One place and nothing else.
    Key(Box<str>),
    /// Anything else, in order.
    Parts(Box<[Part]>),
    /// No place.
    Text(Box<str>),
}

/// A part of a template.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    /// What cannot be formatted; the key, if there is one, is looked up before that is noticed.
    Error {
        key: Option<Box<str>>,
        error: FormatError,
    },
    Key(Box<str>),
    Text(Box<str>),
}

impl Template {
    /// Takes a text apart.
    pub(crate) fn new(text: &str) -> Self {
        let mut parts = parts(text);
        match (parts.len(), parts.pop()) {
            (0, _) | (_, None) => Self::Text(Box::default()),
            (1, Some(Part::Text(text))) => Self::Text(text),
            (1, Some(Part::Key(key))) => Self::Key(key),
            (_, Some(last)) => {
                parts.push(last);
                Self::Parts(parts.into())
            }
        }
    }

    /// Calls `read` with the text with the values of `target`; `None` when it lacks a key.
    ///
    /// A template that is one place or none is filled without allocating.
    pub(crate) fn fill<'p, R>(
        &'p self,
        target: &(impl Target + ?Sized),
        read: impl FnOnce(Value<'_>) -> Result<R, Problem<'p>>,
    ) -> Result<Option<R>, Problem<'p>> {
        match self {
            Self::Text(text) => read(Value::Text(text)).map(Some),
            Self::Key(key) => match target.lookup(key) {
                Lookup::Value(value) => read(value).map(Some),
                Lookup::Absent => Ok(None),
                Lookup::Ambiguous => Err(Problem::Ambiguous(key)),
            },
            Self::Parts(parts) => match join(parts, target)? {
                Some(text) => read(Value::Text(&text)).map(Some),
                None => Ok(None),
            },
        }
    }

    /// The keys of its places.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let (one, parts) = match self {
            Self::Key(key) => (Some(&**key), [].as_slice()),
            Self::Parts(parts) => (None, &**parts),
            Self::Text(_) => (None, [].as_slice()),
        };
        one.into_iter().chain(parts.iter().filter_map(|part| match part {
            Part::Key(key) => Some(&**key),
            Part::Error { key, .. } => key.as_deref(),
            Part::Text(_) => None,
        }))
    }

    /// The first part that cannot be formatted.
    pub(crate) fn defect(&self) -> Option<FormatError> {
        let Self::Parts(parts) = self else {
            return None;
        };
        parts.iter().find_map(|part| match part {
            Part::Error { error, .. } => Some(*error),
            Part::Key(_) | Part::Text(_) => None,
        })
    }
}

fn look_up<'a, 'p>(
    target: &'a (impl Target + ?Sized),
    key: &'p str,
) -> Result<Option<Value<'a>>, Problem<'p>> {
    match target.lookup(key) {
        Lookup::Absent => Ok(None),
        Lookup::Ambiguous => Err(Problem::Ambiguous(key)),
        Lookup::Value(value) => Ok(Some(value)),
    }
}

fn join<'p>(
    parts: &'p [Part],
    target: &(impl Target + ?Sized),
) -> Result<Option<String>, Problem<'p>> {
    let mut filled = String::new();
    for part in parts {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Key(key) => {
                let Some(value) = look_up(target, key)? else {
                    return Ok(None);
                };
                // Writing to a `String` cannot fail.
                let _ = write_str(value, &mut filled);
            }
            Part::Error { key, error } => {
                if let Some(key) = key
                    && look_up(target, key)?.is_none()
                {
                    return Ok(None);
                }
                return Err(Problem::Format(*error));
            }
        }
    }
    Ok(Some(filled))
}

/// The key that was read before an error was noticed, and the error.
type Misplaced = (Option<Box<str>>, FormatError);

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        plain.push_str(before);
        let part = match after.strip_prefix('%') {
            Some(tail) => {
                plain.push('%');
                rest = tail;
                continue;
            }
            None => match place(after) {
                Ok((key, tail)) => {
                    rest = tail;
                    Part::Key(key)
                }
                Err((key, error)) => {
                    // Nothing behind it is ever looked at.
                    rest = "";
                    Part::Error { key, error }
                }
            },
        };
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain).into()));
        }
        parts.push(part);
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain.into()));
    }
    parts
}

/// Reads what follows a percent sign: a key in parentheses, which may have parentheses in it, and
/// an `s`.
fn place(text: &str) -> Result<(Box<str>, &str), Misplaced> {
    let Some(inner) = text.strip_prefix('(') else {
        let error = if text.is_empty() { FormatError::Incomplete } else { FormatError::NoKey };
        return Err((None, error));
    };
    let mut depth = 1;
    let end = inner.find(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    let Some((key, tail)) = end.and_then(|end| inner.split_at_checked(end)) else {
        return Err((None, FormatError::Incomplete));
    };
    let key = Box::from(key);
    // The parenthesis is one byte.
    let tail = tail.get(1..).unwrap_or_default();
    match tail.strip_prefix('s') {
        Some(tail) => Ok((key, tail)),
        None if tail.is_empty() => Err((Some(key), FormatError::Incomplete)),
        None => Err((Some(key), FormatError::Conversion)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_apart_as_in_python() {
        let key = |key: &str| Part::Key(key.into());
        let text = |text: &str| Part::Text(text.into());
        assert_eq!(Template::new(""), Template::Text("".into()));
        assert_eq!(Template::new("a%%b"), Template::Text("a%b".into()));
        assert_eq!(Template::new("%(a)s"), Template::Key("a".into()));
        assert_eq!(Template::new("%()s"), Template::Key("".into()));
        assert_eq!(Template::new("%(a(b)c)s"), Template::Key("a(b)c".into()));
        let parts = [text("x"), key("a"), text("-%"), key("b.c"), text("y")];
        assert_eq!(Template::new("x%(a)s-%%%(b.c)sy"), Template::Parts(parts.into()));
        for (template, key, error) in [
            ("%", None, FormatError::Incomplete),
            ("%(a", None, FormatError::Incomplete),
            ("%(a)", Some("a"), FormatError::Incomplete),
            ("%(a)d", Some("a"), FormatError::Conversion),
            ("%(a)-5s", Some("a"), FormatError::Conversion),
            ("%(a)%", Some("a"), FormatError::Conversion),
            ("%s", None, FormatError::NoKey),
            ("% ", None, FormatError::NoKey),
        ] {
            let parts = [Part::Error { key: key.map(Box::from), error }];
            assert_eq!(Template::new(template), Template::Parts(parts.into()), "{template}");
        }
    }

    #[test]
    fn a_missing_key_wins_over_an_error_that_stands_behind_it() {
        let fill = |text: &str| {
            let template = Template::new(text);
            let target = [("a", "1"), ("two", "1"), ("two", "2")];
            let filled = template.fill(&target, |filled| Ok(format!("{filled:?}")));
            filled.map_err(|problem| problem.to_string())
        };
        assert_eq!(fill("<%(a)s>"), Ok(Some("'<1>'".to_owned())));
        assert_eq!(fill("%(b)s 50%"), Ok(None));
        assert_eq!(fill("%(b)d"), Ok(None));
        assert!(fill("%(a)s 50%").is_err());
        assert!(fill("50% %(b)s").is_err());
        assert!(fill("%(two)s").is_err());
        assert_eq!(fill("%(b)s%(two)s"), Ok(None));
    }
}
