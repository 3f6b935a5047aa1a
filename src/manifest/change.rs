//! One change of a value, and how an API server wants to be told of it.

use std::fmt;

use serde_json::{Value, json};

/// A change of a value. Changes of one difference are made one after the other: each speaks of the
/// value that the ones before it left.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A member of a mapping that it does not have, or an item that goes before the one that is
    /// there now.
    Add(Vec<Step>, Value),
    /// Another value in the place of one that is there.
    Replace(Vec<Step>, Value),
    /// A member or an item that goes.
    Remove(Vec<Step>),
}

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// To the member of a mapping.
    Key(String),
    /// To the item of a list, counted from 0.
    Index(usize),
}

impl Change {
    /// The change as an operation of JSON Patch (RFC 6902), which is what admission webhooks answer.
    pub fn to_json_patch(&self) -> Value {
        match self {
            Self::Add(path, value) => json!({"op": "add", "path": pointer(path), "value": value}),
            Self::Replace(path, value) => {
                json!({"op": "replace", "path": pointer(path), "value": value})
            }
            Self::Remove(path) => json!({"op": "remove", "path": pointer(path)}),
        }
    }
}

/// A JSON pointer (RFC 6901).
fn pointer(path: &[Step]) -> String {
    use fmt::Write;
    let mut text = String::new();
    for step in path {
        // Writing into a string cannot fail.
        let _ = match step {
            Step::Key(key) => write!(text, "/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => write!(text, "/{index}"),
        };
    }
    text
}
