//! The older syntax: a list of lists of checks.

use serde_json::Value as Json;
use thiserror::Error;

use super::{Check, Flaw, Reason};

/// A value that is no rule.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "`{value}` is {sort}; a rule is text, such as \"role:admin\", \"@\" to allow or \"!\" to forbid"
)]
pub struct NotARule {
    /// The value, as JSON.
    pub value: String,
    /// What it is instead.
    pub sort: &'static str,
}

/// The tree, and everything in the list that became `!`.
pub(super) fn parse(value: &Json) -> Result<(Check, Vec<Flaw>), NotARule> {
    let outer = match value {
        Json::Null => return Ok((Check::True, Vec::new())),
        Json::Object(entries) if entries.is_empty() => return Ok((Check::True, Vec::new())),
        Json::Array(items) if items.is_empty() => return Ok((Check::True, Vec::new())),
        Json::Array(items) => items,
        other => return Err(not_a_rule(other)),
    };
    let mut reader = Reader { flaws: Vec::new(), count: 0 };
    let mut any = Vec::new();
    for inner in outer {
        match inner {
            Json::Null => {}
            Json::String(text) if text.is_empty() => {}
            Json::String(text) => any.push(reader.read(text)),
            Json::Array(items) if items.is_empty() => {}
            Json::Array(items) => {
                let all = items.iter().map(|item| reader.read_any(item)).collect::<Result<_, _>>();
                any.push(joined(all?, Check::And));
            }
            Json::Object(entries) if entries.is_empty() => {}
            other => return Err(not_a_rule(other)),
        }
    }
    let check = if any.is_empty() { Check::False } else { joined(any, Check::Or) };
    Ok((check, reader.flaws))
}

struct Reader {
    flaws: Vec<Flaw>,
    count: usize,
}

impl Reader {
    fn read_any(&mut self, item: &Json) -> Result<Check, NotARule> {
        match item {
            Json::String(text) => Ok(self.read(text)),
            Json::Bool(_) | Json::Number(_) => Err(not_a_rule(item)),
            Json::Null | Json::Array(_) | Json::Object(_) => {
                Ok(self.flawed(Reason::NotText, item.to_string()))
            }
        }
    }

    /// Unlike in text, blanks and parentheses belong to the check.
    fn read(&mut self, text: &str) -> Check {
        match Check::read(text) {
            Some(check) => {
                self.count += 1;
                check
            }
            None => self.flawed(Reason::NoColon, text.to_owned()),
        }
    }

    fn flawed(&mut self, reason: Reason, piece: String) -> Check {
        self.flaws.push(Flaw { reason, piece, at: self.count });
        self.count += 1;
        Check::False
    }
}

fn joined(mut checks: Vec<Check>, join: impl FnOnce(Vec<Check>) -> Check) -> Check {
    match checks.len() {
        1 => checks.pop().unwrap_or(Check::False),
        _ => join(checks),
    }
}

fn not_a_rule(value: &Json) -> NotARule {
    let sort = match value {
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::Object(_) => "a mapping",
        Json::Array(_) | Json::Null | Json::String(_) => "not a rule",
    };
    NotARule { value: value.to_string(), sort }
}
