//! The configuration in force, for people: every option, its value and who wrote it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::options;
use super::settings::{Setting, Settings};

/// Every option with its value and its origin. Secrets are not in it.
#[derive(Clone, Debug)]
pub struct Effective(Vec<Line>);

/// One option.
#[derive(Clone, Debug)]
struct Line {
    section: &'static str,
    key: String,
    value: Option<String>,
    origin: String,
}

impl Effective {
    pub(super) fn new(settings: &Settings) -> Self {
        let settings = options::fields().filter_map(|field| settings.get(field.key));
        Self(settings.flat_map(lines).collect())
    }

    /// What `config show` prints: a configuration file with the origin of every value behind it.
    /// It would have the same effect, but for secrets and for an account from elsewhere.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        for line in &self.0 {
            if line.section != section {
                section = line.section;
                // Writing to a String cannot fail, here and below.
                let _ = writeln!(text, "{section}:");
            }
            let indent = if section.is_empty() { "" } else { "  " };
            let Line { key, origin, .. } = line;
            let _ = match &line.value {
                Some(value) => writeln!(text, "{indent}{key}: {}  # {origin}", quoted(value)),
                None => writeln!(text, "{indent}# {key}: not set"),
            };
        }
        text
    }

    /// The same by section and key: `{"cache": {"ttl": {"value": "300s", "origin": "default"}}}`.
    /// Values are text as in the file; `null` is not set.
    pub fn to_json(&self) -> Value {
        let mut sections = Map::new();
        for line in &self.0 {
            let entry = json!({"value": line.value, "origin": line.origin});
            let place = match line.section {
                "" => &mut sections,
                name => match sections.entry(name).or_insert_with(|| json!({})) {
                    Value::Object(members) => members,
                    _ => continue,
                },
            };
            place.insert(line.key.clone(), entry);
        }
        Value::Object(sections)
    }
}

fn lines(setting: &Setting) -> Vec<Line> {
    let Setting { field, shown, origin, secret_file, .. } = setting;
    let section = field.key.split_once('.').map_or("", |(section, _)| section);
    let line = |key: String, value, origin| Line { section, key, value, origin };
    let leaf = field.leaf();
    if !field.is_secret() {
        return vec![line(leaf.to_owned(), shown.clone(), origin.to_string())];
    }
    let value_origin = match secret_file {
        Some(_) => format!("from {leaf}_file"),
        None => origin.to_string(),
    };
    vec![
        line(leaf.to_owned(), shown.clone(), value_origin),
        line(format!("{leaf}_file"), secret_file.clone(), origin.to_string()),
    ]
}

/// A value as YAML reads it back.
pub(super) fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:%+()[]-".contains(c);
    let starts_plainly =
        value.starts_with(|c: char| c.is_ascii_alphanumeric() || "/.(".contains(c));
    if !value.eq_ignore_ascii_case("null")
        && starts_plainly
        && value.chars().all(plain)
        && !value.ends_with(':')
    {
        return value.to_owned();
    }
    // JSON's strings are YAML's double-quoted ones, but for characters that only YAML minds.
    let odd = |c: &char| *c == '\u{feff}' || ('\u{7f}'..='\u{9f}').contains(c);
    let json = Value::from(value).to_string();
    let escaped =
        json.chars().map(|c| if odd(&c) { format!("\\u{:04x}", u32::from(c)) } else { c.into() });
    escaped.collect()
}
