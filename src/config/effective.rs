//! The configuration in force, for people: every option, its value and who wrote it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::options::{self, Effect};
use super::routes::{Lists, Written};
use super::settings::{Setting, Settings};

/// Every option with its value and its origin, and the lists of the operator's own making. Secrets
/// are not in it.
#[derive(Clone, Debug)]
pub struct Effective {
    options: Vec<Line>,
    lists: Lists,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    section: &'static str,
    key: String,
    value: Option<String>,
    origin: String,
    effect: Effect,
}

impl Effective {
    pub(super) fn new(settings: &Settings, written: Written) -> Self {
        let settings = options::fields().filter_map(|field| settings.get(field.key));
        Self { options: settings.flat_map(lines).collect(), lists: written.into_lists() }
    }

    /// Whether routes, rules and what else is read again while the process runs are written alike
    /// in `other`. Files that are only named are not looked into.
    pub fn is_followed_as(&self, other: &Self) -> bool {
        let reloads = |line: &&Line| line.effect == Effect::Reload;
        let (mine, theirs) = (&self.lists, &other.lists);
        let same = mine.routes == theirs.routes
            && mine.rules == theirs.rules
            && mine.upstreams == theirs.upstreams
            && mine.listeners == theirs.listeners;
        let values = |line: &Line| (line.key.clone(), line.value.clone());
        let ours = self.options.iter().filter(reloads).map(values);
        same && ours.eq(other.options.iter().filter(reloads).map(values))
    }

    /// The keys whose values differ in `newer` and take effect at the next start only. A secret
    /// that was changed without its key is not noticed, because no secret is in here.
    pub fn awaiting_restart(&self, newer: &Self) -> Vec<String> {
        let pairs = self.options.iter().zip(&newer.options);
        let changed = pairs
            .filter(|(ours, theirs)| ours.effect == Effect::Restart && ours.value != theirs.value);
        let keys = changed.map(|(line, _)| line.full_key());
        keys.chain(self.lists.awaiting_restart(&newer.lists)).collect()
    }

    /// What is in force once the policy of `newer` is followed, and nothing else of it.
    #[must_use]
    pub fn following(&self, newer: &Self) -> Self {
        let pairs = self.options.iter().zip(&newer.options);
        let in_force = pairs.map(|(ours, theirs)| match ours.effect {
            Effect::Reload => theirs.clone(),
            Effect::Restart => ours.clone(),
        });
        let listeners = self.lists.listeners_following(&newer.lists);
        let lists = Lists { listeners, ..newer.lists.clone() };
        Self { options: in_force.collect(), lists }
    }

    /// What `config show` prints: a configuration file with the origin of every value behind it.
    /// It would have the same effect, but for secrets and for an account from elsewhere.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        let Lists { routes, rules, upstreams, listeners, origin } = &self.lists;
        for line in &self.options {
            if line.section != section {
                section = line.section;
                // Writing to a String cannot fail, here and below.
                let _ = writeln!(text, "{section}:");
                if let (Some(rules), "policy") = (rules, section) {
                    // JSON is YAML, here and below.
                    let _ = writeln!(text, "  rules: {rules}  # {origin}");
                }
            }
            let indent = if section.is_empty() { "" } else { "  " };
            let Line { key, origin, .. } = line;
            let _ = match &line.value {
                Some(value) => writeln!(text, "{indent}{key}: {}  # {origin}", quoted(value)),
                None => writeln!(text, "{indent}# {key}: not set"),
            };
        }
        for (key, named) in [("upstreams", upstreams), ("listeners", listeners)] {
            let Some(Value::Object(named)) = named else { continue };
            let _ = writeln!(text, "{key}:  # {origin}");
            for (name, one) in named {
                let _ = writeln!(text, "  {}: {one}", quoted(name));
            }
        }
        if let Some(Value::Array(routes)) = routes {
            let empty = if routes.is_empty() { " []" } else { "" };
            let _ = writeln!(text, "routes:{empty}  # {origin}");
            for route in routes {
                let _ = writeln!(text, "  - {route}");
            }
        }
        text
    }

    /// The same by section and key: `{"cache": {"ttl": {"value": "300s", "origin": "default"}}}`.
    /// Values are text as in the file; `null` is not set.
    pub fn to_json(&self) -> Value {
        let mut sections = Map::new();
        for line in &self.options {
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
        let Lists { routes, rules, upstreams, listeners, origin } = &self.lists;
        let listed = |value: &Value| json!({"value": value, "origin": origin});
        if let (Some(rules), Some(Value::Object(policy))) = (rules, sections.get_mut("policy")) {
            policy.insert("rules".to_owned(), listed(rules));
        }
        for (key, named) in [("upstreams", upstreams), ("listeners", listeners)] {
            sections.extend(named.as_ref().map(|named| (key.to_owned(), listed(named))));
        }
        sections.extend(routes.as_ref().map(|routes| ("routes".to_owned(), listed(routes))));
        Value::Object(sections)
    }
}

impl Line {
    fn full_key(&self) -> String {
        match self.section {
            "" => self.key.clone(),
            section => format!("{section}.{}", self.key),
        }
    }
}

fn lines(setting: &Setting) -> Vec<Line> {
    let Setting { field, shown, origin, secret_file, .. } = setting;
    let section = field.key.split_once('.').map_or("", |(section, _)| section);
    let effect = field.effect;
    let line = |key: String, value, origin| Line { section, key, value, origin, effect };
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
