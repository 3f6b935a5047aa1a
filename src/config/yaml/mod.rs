//! YAML as a tree that remembers where everything was written.
//!
//! Only what a configuration needs is read: mappings, lists and scalars in one document. Anchors,
//! aliases and tags are refused, so a small file is never a large tree.

mod json;
mod tree;

pub(super) use json::json;
pub use json::yaml_to_json;
pub(super) use tree::{Broken, parse};

/// A position, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The line.
    pub(super) line: usize,
    /// The column, in characters.
    pub(super) column: usize,
}

/// A value and where it begins.
#[derive(Clone)]
pub(super) struct Node {
    /// Where it begins.
    pub(super) at: Mark,
    /// The value.
    pub(super) content: Content,
}

/// A value. It may hold a secret, so there is no `Debug`.
#[derive(Clone)]
pub(super) enum Content {
    /// Keys and values in the order of the file; no key is there twice.
    Mapping(Vec<Entry>),
    /// A list.
    Sequence(Vec<Node>),
    /// Anything else.
    Scalar(Scalar),
}

/// A key and its value.
#[derive(Clone)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Where the key begins.
    pub(super) key_at: Mark,
    /// The value.
    pub(super) value: Node,
}

/// A single value as text.
#[derive(Clone)]
pub(super) struct Scalar {
    /// The text without quotes.
    pub(super) text: String,
    /// Whether it stood without quotes, so that `true`, `null` and numbers mean what they say.
    pub(super) plain: bool,
}

impl Scalar {
    /// Whether it says that there is no value.
    pub(super) fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Node {
    /// Takes the value of `key` out, when this is a mapping that has it.
    pub(super) fn take(&mut self, key: &str) -> Option<Self> {
        let Content::Mapping(entries) = &mut self.content else {
            return None;
        };
        let at = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(at).value)
    }

    /// The value of `key`, to be changed.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Content::Mapping(entries) = &mut self.content else {
            return None;
        };
        entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
    }

    /// Whether this says that there is no value.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(scalar) if scalar.is_null())
    }

    /// The value of `key`, when this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Content::Mapping(entries) = &self.content else {
            return None;
        };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The text, when this is a scalar that is not null.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => None,
        }
    }
}
