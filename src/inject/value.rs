//! JSON values, asked and changed without falling over what is missing or of another kind.

use std::fmt;

use serde_json::{Map, Value};

/// Why something cannot be put in; a sentence that says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub(super) String);

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// The value at a path of keys.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// The value at a path of keys, to be changed.
pub(super) fn at_mut<'a>(value: &'a mut Value, path: &[&str]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, key| value.get_mut(key))
}

/// The text at a path of keys.
pub(super) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path).and_then(Value::as_str)
}

/// A scalar as it stands in a manifest, without quotes.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The items of the list at a path of keys; none where there is no list.
pub(super) fn items<'a>(value: &'a Value, path: &[&str]) -> &'a [Value] {
    at(value, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The mapping at `key`, made where there is none. `None` where something else stands there.
pub(super) fn mapping<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Map<String, Value>> {
    let slot = value.as_object_mut()?.entry(key).or_insert(Value::Null);
    if slot.is_null() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut()
}

/// The list at `key`, made where there is none. `None` where something else stands there.
pub(super) fn list<'a>(value: &'a mut Value, key: &str) -> Option<&'a mut Vec<Value>> {
    let slot = value.as_object_mut()?.entry(key).or_insert(Value::Null);
    if slot.is_null() {
        *slot = Value::Array(Vec::new());
    }
    slot.as_array_mut()
}

/// Whether an item of a list bears this name.
pub(super) fn is_named(item: &Value, name: &str) -> bool {
    text(item, &["name"]) == Some(name)
}
