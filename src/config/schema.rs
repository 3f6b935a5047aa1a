//! The table of options as a JSON Schema, for editors and for charts.

use serde_json::{Map, Value, json};

use super::options::{Absent, Effect, Field, Kind, SECTIONS, Section};
use super::routes::{KEYS, Key, Shape};

/// The JSON Schema (2020-12) of the configuration file.
///
/// Nothing is required in it: what a file leaves out, the environment may give.
pub fn schema() -> Value {
    let mut properties = Map::new();
    for section in SECTIONS {
        if section.name.is_empty() {
            properties.extend(members(section));
        } else {
            properties.insert(section.name.to_owned(), section_schema(section));
        }
    }
    if let Some(policy) =
        properties.get_mut("policy").and_then(|policy| policy.get_mut("properties"))
    {
        policy["rules"] = rules();
    }
    properties.insert("routes".to_owned(), routes());
    if let Some(upstream) = properties.get("upstream").cloned() {
        let named = json!({
            "type": ["object", "null"],
            "description": UPSTREAMS,
            "additionalProperties": upstream,
        });
        properties.insert("upstreams".to_owned(), named);
    }
    properties.insert("listeners".to_owned(), listeners(&properties));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Portcullis configuration",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// By name: a place alone, or a place and what is different there.
fn listeners(properties: &Map<String, Value>) -> Value {
    let place = properties.get("listen").cloned().unwrap_or_default();
    let keys = properties.get("listener").and_then(|section| section.get("properties"));
    let mut keys = keys.and_then(Value::as_object).cloned().unwrap_or_default();
    keys.insert("listen".to_owned(), place.clone());
    // `tls: off` is about the listener, `tls: {...}` has certificates of its own.
    let tls = json!({"anyOf": [keys.get("tls"), properties.get("tls")]});
    keys.insert("tls".to_owned(), tls);
    let whole = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["listen"],
        "properties": keys,
    });
    json!({
        "type": ["object", "null"],
        "description": LISTENERS,
        "additionalProperties": {"anyOf": [place, whole]},
    })
}

fn rules() -> Value {
    json!({
        "type": ["object", "null"],
        "description": RULES,
        "additionalProperties": {"type": "string"},
    })
}

fn routes() -> Value {
    let keys: Map<_, _> = KEYS.iter().map(|key| (key.name.to_owned(), key_schema(key))).collect();
    json!({
        "type": "array",
        "description": ROUTES,
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["path"],
            "properties": keys,
        },
    })
}

fn key_schema(key: &Key) -> Value {
    let shape = match key.shape {
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Size => json!({"type": "string", "pattern": SIZE}),
        Shape::Text => json!({"type": "string", "minLength": 1}),
        Shape::Words => json!({"anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "items": {"type": "string", "minLength": 1}},
        ]}),
    };
    described(shape, key.about)
}

fn described(mut schema: Value, about: &str) -> Value {
    if let Value::Object(members) = &mut schema {
        members.insert("description".to_owned(), about.into());
    }
    schema
}

fn section_schema(section: &Section) -> Value {
    let mapping = json!({
        // A section whose keys are all commented out is null.
        "type": ["object", "null"],
        "additionalProperties": false,
        "properties": members(section),
    });
    let short = section.fields.iter().find(|field| Some(field.key) == section.shorthand);
    match (short, mapping) {
        (Some(field), mapping) => {
            json!({"description": section.about, "oneOf": [field_schema(field), mapping]})
        }
        (None, Value::Object(mut mapping)) => {
            mapping.insert("description".to_owned(), section.about.into());
            Value::Object(mapping)
        }
        (None, mapping) => mapping,
    }
}

fn members(section: &Section) -> Map<String, Value> {
    let mut members = Map::new();
    for field in section.fields {
        members.insert(field.leaf().to_owned(), field_schema(field));
        if field.is_secret() {
            let about =
                format!("File that holds `{}`; one line break at its end is ignored.", field.key);
            let twin = json!({"type": "string", "minLength": 1, "description": about});
            members.insert(format!("{}_file", field.leaf()), twin);
        }
    }
    members
}

fn field_schema(field: &Field) -> Value {
    let mut shape = kind_schema(&field.kind);
    if let Some(word) = field.word {
        shape = json!({"anyOf": [shape, {"const": word}]});
    }
    let Value::Object(mut schema) = shape else {
        return shape;
    };
    schema.insert("description".to_owned(), about(field).into());
    if let Absent::Value(text) = field.absent {
        schema.insert("default".to_owned(), default(field, text));
    }
    Value::Object(schema)
}

/// What a field does, and whether a change of it needs no restart.
pub(super) fn about(field: &Field) -> String {
    let effect = match field.effect {
        Effect::Reload => " Read again while the process runs.",
        Effect::Restart => "",
    };
    format!("{}{effect}", field.about)
}

fn default(field: &Field, text: &str) -> Value {
    match field.kind {
        Kind::Bool => Value::Bool(text == "true"),
        Kind::Integer(..) => text.parse::<u64>().map_or_else(|_| text.into(), Value::from),
        _ => text.into(),
    }
}

/// Bounds on units are checked by the program; a pattern that held them would help nobody.
fn kind_schema(kind: &Kind) -> Value {
    match kind {
        Kind::Address => {
            json!({"type": "string", "pattern": r"^(\[[0-9A-Fa-f:.]+\]|[0-9.]+):[0-9]{1,5}$"})
        }
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Choice(words) => json!({"enum": choices(words)}),
        Kind::Duration(least, _) if least.is_zero() => {
            json!({"anyOf": [{"type": "string", "pattern": DURATION}, {"const": 0}]})
        }
        Kind::Duration(..) => json!({"type": "string", "pattern": DURATION}),
        Kind::Integer(least, most) => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Kind::List => json!({"anyOf": [
            {"type": "array", "items": {"type": "string", "minLength": 1, "pattern": "^[^,]+$"}},
            {"type": "string"},
        ]}),
        Kind::Place => {
            json!({"type": "string", "pattern": PLACE})
        }
        Kind::Probes => probes(),
        Kind::Percent(_) => json!({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?%$"}),
        Kind::Secret => json!({"type": "string", "minLength": 1, "writeOnly": true}),
        Kind::Size(..) => json!({"type": "string", "pattern": SIZE}),
        Kind::Path | Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Url => json!({"type": "string", "pattern": "^(https?://|unix:).+$"}),
    }
}

/// One text, or names with URLs, and perhaps headers, behind them.
fn probes() -> Value {
    let url = json!({"type": "string", "pattern": "^(https?|tcp|grpc|unix):.+$"});
    let text = json!({"type": ["string", "number", "boolean"]});
    let values = json!({"anyOf": [text, {"type": "array", "items": text}]});
    let whole = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["url"],
        "properties": {
            "url": url,
            "headers": {"type": "object", "additionalProperties": values},
        },
    });
    json!({"anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "propertyNames": {"pattern": PROBE},
            "additionalProperties": {"anyOf": [url, whole]},
        },
    ]})
}

/// The words of a choice. One that reads as a number is one in YAML, unless it is quoted.
fn choices(words: &[&str]) -> Vec<Value> {
    let number = |word: &&str| word.parse::<f64>().ok().map(Value::from);
    words.iter().map(|word| Value::from(*word)).chain(words.iter().filter_map(number)).collect()
}

/// What the lists of the operator's own making are about; for the reference, too.
pub(super) const ROUTES: &str = "Which requests may pass. The first route that fits counts; what \
                                 fits none is denied. Without this key every valid token passes.";
pub(super) const RULES: &str = "Rules by name, which cover those of the files.";
pub(super) const UPSTREAMS: &str = "Other services that routes lead to, by name. Each has the keys \
                                    of the section `upstream`.";

pub(super) const LISTENERS: &str = "More places where clients connect, by name. Each says where it \
                                    is, and takes what it does not say of the section `listener` \
                                    from there.";

const PLACE: &str = r"^((\[[0-9A-Fa-f:.]+\]|[0-9.]+):[0-9]{1,5}|unix:/.*[^/])$";
const PROBE: &str = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(/[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
const SIZE: &str = "^[0-9]+(B|KiB|MiB|GiB)$";
const DURATION: &str = "^[0-9]+(ms|s|m|h)$";
