//! YAML as JSON, for files that another part of the program reads with serde.

use std::sync::Arc;

use serde_json::{Map, Number, Value};

use super::{Content, Node, Scalar, parse};
use crate::config::errors::{ConfigErrors, Problems};

/// Reads YAML 1.2 with the core schema's scalars (`yes` and `on` are text). An empty document is
/// `null`.
///
/// # Errors
/// All that is wrong with the text; lines start with `line:column`.
pub fn yaml_to_json(text: &str) -> Result<Value, ConfigErrors> {
    let mut problems = Problems::default();
    let root = parse(&Arc::from(""), text.as_bytes(), &mut problems);
    match root {
        Ok(root) if problems.is_empty() => Ok(root.map_or(Value::Null, json)),
        _ => Err(problems.into_errors()),
    }
}

/// A tree as JSON.
pub(in crate::config) fn json(node: Node) -> Value {
    match node.content {
        Content::Mapping(entries) => {
            let members = entries.into_iter().map(|entry| (entry.key, json(entry.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Content::Sequence(items) => items.into_iter().map(json).collect(),
        Content::Scalar(scalar) => scalar_json(scalar),
    }
}

fn scalar_json(scalar: Scalar) -> Value {
    if scalar.is_null() {
        return Value::Null;
    }
    match scalar.text.as_str() {
        "true" | "True" | "TRUE" if scalar.plain => Value::Bool(true),
        "false" | "False" | "FALSE" if scalar.plain => Value::Bool(false),
        text if scalar.plain => number(text).map_or(Value::String(scalar.text), Value::Number),
        _ => Value::String(scalar.text),
    }
}

/// A number as the core schema spells it, except infinities and NaN, which JSON does not have.
fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    if !text.chars().any(|c| c.is_ascii_digit())
        || !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'))
    {
        return None;
    }
    let whole = text.parse::<i64>().map(Number::from);
    let whole = whole.or_else(|_| text.parse::<u64>().map(Number::from));
    whole.ok().or_else(|| text.parse().ok().and_then(Number::from_f64))
}
