//! A document as a tree that remembers where every part of it stands in the text.

use serde_json::Value;

/// A part of a document, and the bytes of the text from its first to its last visible character.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it has ended.
    pub(super) end: usize,
    /// What it is.
    pub(super) content: Content,
}

/// What a part of a document is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Keys and values, in their order.
    Mapping(Shape, Vec<Entry>),
    /// A list.
    Sequence(Shape, Vec<Node>),
    /// Anything else, as it is understood.
    Scalar(Value),
    /// The same as another part of the document, which is told about there.
    Alias(Value),
}

/// How a mapping or a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// By lines and indentation.
    Block,
    /// In brackets, as JSON.
    Flow,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: String,
    /// Where the key begins.
    pub(super) start: usize,
    /// Where the key has ended.
    pub(super) key_end: usize,
    /// The value.
    pub(super) value: Node,
}

impl Node {
    /// What this says, with aliases and merge keys (`<<`) put in.
    pub(super) fn value(&self) -> Value {
        match &self.content {
            Content::Scalar(value) | Content::Alias(value) => value.clone(),
            Content::Sequence(_, items) => items.iter().map(Self::value).collect(),
            Content::Mapping(_, entries) => {
                let mut members = serde_json::Map::new();
                for entry in entries.iter().filter(|entry| entry.key == "<<") {
                    merge(&mut members, entry.value.value());
                }
                for entry in entries.iter().filter(|entry| entry.key != "<<") {
                    members.insert(entry.key.clone(), entry.value.value());
                }
                Value::Object(members)
            }
        }
    }
}

impl Node {
    /// Where the texts and numbers in this begin and have ended.
    pub(super) fn scalars(&self, spans: &mut Vec<(usize, usize)>) {
        match &self.content {
            Content::Scalar(_) | Content::Alias(_) => spans.push((self.start, self.end)),
            Content::Sequence(_, items) => items.iter().for_each(|item| item.scalars(spans)),
            Content::Mapping(_, entries) => {
                for entry in entries {
                    entry.value.scalars(spans);
                }
            }
        }
    }
}

/// Members that are not there yet; of several sources the first counts.
fn merge(members: &mut serde_json::Map<String, Value>, source: Value) {
    match source {
        Value::Object(more) => {
            for (key, value) in more {
                members.entry(key).or_insert(value);
            }
        }
        Value::Array(sources) => sources.into_iter().for_each(|source| merge(members, source)),
        _ => {}
    }
}
