//! Values as text to be put among other text.

use serde_json::{Value, json};

use super::scalars;

/// How a document is written.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Whether it may be JSON: all of it is inside brackets.
    pub(super) json: bool,
    /// By how much a list's dashes are further right than its key: 0 or 2.
    pub(super) dashes: usize,
}

/// `key: value` as lines of a block mapping whose keys stand at the column `indent`, without the
/// last line's end.
pub(super) fn entry(key: &str, value: &Value, indent: usize, manner: Manner) -> String {
    let mut text = format!("{:indent$}{}:", "", scalar_text(key));
    text.push_str(&below(value, indent, manner));
    text
}

/// An item as lines of a block list whose dashes stand at the column `indent`.
pub(super) fn item(value: &Value, indent: usize, manner: Manner) -> String {
    let inner = lines(value, indent + 2, manner);
    match inner {
        Some(inner) => format!("{:indent$}- {}", "", inner.trim_start()),
        None => format!("{:indent$}- {}", "", inline(value)),
    }
}

/// A value behind the colon of a key at the column `indent`.
pub(super) fn below(value: &Value, indent: usize, manner: Manner) -> String {
    let deeper = if value.is_array() { indent + manner.dashes } else { indent + 2 };
    match lines(value, deeper, manner) {
        Some(lines) => format!("\n{lines}"),
        None if value.is_null() => String::new(),
        None => format!(" {}", inline(value)),
    }
}

/// A collection as lines at a column; `None` for what goes into one line.
fn lines(value: &Value, indent: usize, manner: Manner) -> Option<String> {
    let lines: Vec<_> = match value {
        Value::Array(items) => items.iter().map(|value| item(value, indent, manner)).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| {
                FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len())
            });
            members.into_iter().map(|(key, value)| entry(key, value, indent, manner)).collect()
        }
        _ => return None,
    };
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A value in one line, as JSON but for scalars that need no quotes.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => scalar_text(text),
        other => other.to_string(),
    }
}

/// A value inside brackets; in JSON over several lines when its neighbours are, each at `indent`.
pub(super) fn flow(value: &Value, indent: Option<usize>, manner: Manner) -> String {
    match (value, indent) {
        (value, None) if manner.json => value.to_string(),
        (value, Some(indent)) if manner.json => {
            format!("{value:#}").replace('\n', &format!("\n{:indent$}", ""))
        }
        (Value::Array(items), _) => {
            let items: Vec<_> = items.iter().map(|item| flow(item, None, manner)).collect();
            format!("[{}]", items.join(", "))
        }
        (Value::Object(members), _) => {
            let entries = members.iter().map(|(key, value)| flow_entry(key, value, None, manner));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        (scalar, _) => inline(scalar),
    }
}

/// A member of a mapping in brackets.
pub(super) fn flow_entry(
    key: &str,
    value: &Value,
    indent: Option<usize>,
    manner: Manner,
) -> String {
    let key = if manner.json { json!(key).to_string() } else { scalar_text(key) };
    format!("{key}: {}", flow(value, indent, manner))
}

fn scalar_text(text: &str) -> String {
    if scalars::needs_no_quotes(text) {
        return text.to_owned();
    }
    // A string of JSON is a double-quoted one of YAML.
    Value::String(text.to_owned()).to_string()
}

/// A mapping as a whole document.
pub(super) fn document(value: &Value) -> String {
    lines(value, 0, Manner { dashes: 0, json: false }).unwrap_or_default() + "\n"
}

/// What people look for first, in this order.
const FIRST: [&str; 7] = ["apiVersion", "kind", "metadata", "name", "namespace", "image", "args"];
