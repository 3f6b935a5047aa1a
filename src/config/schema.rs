//! The table of options as a JSON Schema, for editors and for charts.

use serde_json::{Map, Value, json};

use super::options::{Absent, Effect, Field, Kind, SECTIONS, Section};

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
            "description": "Other services that routes lead to, by name.",
            "additionalProperties": upstream,
        });
        properties.insert("upstreams".to_owned(), named);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Portcullis configuration",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn rules() -> Value {
    json!({
        "type": ["object", "null"],
        "description": "Rules by name, beside those of the files.",
        "additionalProperties": {"type": "string"},
    })
}

fn routes() -> Value {
    let words = |about: &str| {
        json!({"description": about, "anyOf": [
            {"type": "string", "minLength": 1},
            {"type": "array", "items": {"type": "string", "minLength": 1}},
        ]})
    };
    let text = |about: &str| json!({"type": "string", "minLength": 1, "description": about});
    let size = |about: &str| json!({"type": "string", "pattern": SIZE, "description": about});
    json!({
        "type": "array",
        "description": "Which requests may pass; the first that fits counts, and what fits none is \
                        denied.",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["path"],
            "properties": {
                "allow": {
                    "enum": ["public", "authenticated"],
                    "description": "Everybody, or whoever has a valid token.",
                },
                "body": size("Lets rules look at members of a JSON body up to this size, as \
                              body.NAME."),
                "check": text("A rule, in place of the name of one."),
                "headers": words("Header fields that rules may look at, as header.NAME."),
                "host": text("The host, or *.example for all below it."),
                "invalid": {
                    "enum": ["pass", "refuse"],
                    "description": "What becomes of a request without a valid token.",
                },
                "max_body": size("The longest body; a longer one is refused with 413."),
                "methods": words("The methods; without it, all."),
                "name": text("What the route is called in metrics and logs."),
                "path": text("The path, with {name}, * and **."),
                "query": words("Query parameters that rules may look at, as query.NAME."),
                "rule": text("The name of the rule that decides."),
                "scope": words("The scopes of tokens: project, domain, system, unscoped."),
                "shadow": {
                    "type": "boolean",
                    "description": "Only record what would be denied.",
                },
                "upstream": text("The name of the upstream."),
            },
        },
    })
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
        Kind::Choice(words) => json!({"enum": words}),
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
        Kind::Percent(_) => json!({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?%$"}),
        Kind::Secret => json!({"type": "string", "minLength": 1, "writeOnly": true}),
        Kind::Size(..) => json!({"type": "string", "pattern": SIZE}),
        Kind::Path | Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Url => json!({"type": "string", "pattern": "^(https?://|unix:).+$"}),
    }
}

const SIZE: &str = "^[0-9]+(B|KiB|MiB|GiB)$";
const DURATION: &str = "^[0-9]+(ms|s|m|h)$";
