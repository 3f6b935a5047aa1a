//! A request as an application saw it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::expected::vouched_for;

/// One line of an application's log.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Values by the names of fields that an application would ask for.
    pub(crate) fields: BTreeMap<String, String>,
    /// How long the body was, of applications that can tell.
    pub(crate) length: Option<u64>,
}

impl Seen {
    #[track_caller]
    pub(crate) fn parse(line: &str) -> Self {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let fields = value["fields"].as_object().into_iter().flatten();
        let fields = fields
            .map(|(name, value)| (field(name), value.as_str().unwrap_or_default().to_owned()))
            // nginx has an empty variable for a field that is not there.
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Self {
            method: text("method"),
            path: text("path"),
            fields,
            length: value["length"].as_u64(),
            line: line.to_owned(),
        }
    }

    /// What of the request the proxy vouches for, with everything else that a plain request does
    /// not have.
    pub(crate) fn vouched_for(&self) -> BTreeMap<String, String> {
        let mut fields = self.fields.clone();
        fields.remove("transfer-encoding");
        vouched_for(&fields)
    }
}

/// The field for which an application would read the variable `name`. Who reads fields by their
/// own names reads them as they are.
fn field(name: &str) -> String {
    match name.strip_prefix("HTTP_") {
        Some(variable) => variable.to_lowercase().replace('_', "-"),
        None => name.to_owned(),
    }
}
