//! The members of a description, taken one by one; what is left is unknown.

use serde_json::{Map, Value};

use super::Wrong;

/// The members of one object.
pub(super) struct Members<'j> {
    key: String,
    left: Map<String, Value>,
    known: &'j [&'j str],
}

impl<'j> Members<'j> {
    /// `key` is what the object is called in messages; `known` are all the members it may have.
    pub(super) fn of(key: &str, value: &Value, known: &'j [&'j str]) -> Result<Self, Wrong> {
        let Value::Object(members) = value else {
            return Err(Wrong::new(key, format!("must hold keys: {}", known.join(", "))));
        };
        Ok(Self { key: key.to_owned(), left: members.clone(), known })
    }

    /// A member; null counts as absent.
    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name).filter(|value| !value.is_null())
    }

    /// A member that is one word.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Wrong> {
        let Some(value) = self.take(name) else { return Ok(None) };
        text(&value).map(Some).ok_or_else(|| self.wrong(name, "must be a single value"))
    }

    /// A member that is true or false; absent is false.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, Wrong> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.wrong(name, "is not a boolean; write true or false")),
        }
    }

    /// A member that is one word or a list of them.
    pub(super) fn words(&mut self, name: &str) -> Result<Vec<String>, Wrong> {
        let value = self.take(name);
        let words = match &value {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            Some(one) => text(one).map(|word| vec![word]),
        };
        words.ok_or_else(|| self.wrong(name, "must be a word or a list of words"))
    }

    /// Something wrong with one member.
    pub(super) fn wrong(&self, name: &str, message: impl Into<String>) -> Wrong {
        Wrong::new(&self.path(name), message)
    }

    /// The whole name of a member.
    pub(super) fn path(&self, name: &str) -> String {
        if self.key.is_empty() { name.to_owned() } else { format!("{}.{name}", self.key) }
    }

    /// Refuses what nobody took.
    pub(super) fn end(self) -> Result<(), Wrong> {
        let unknown = self.left.keys().find(|name| !self.known.contains(&name.as_str()));
        unknown.map_or(Ok(()), |name| {
            let message = format!("unknown key; there are {}", self.known.join(", "));
            Err(self.wrong(name, message))
        })
    }
}

/// A word. Ids may look like numbers.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(_) | Value::Bool(_) | Value::Null | Value::Object(_) => None,
    }
}
