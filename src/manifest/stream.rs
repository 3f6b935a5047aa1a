//! A text of any number of documents.

use std::fmt;

use serde_json::Value;

use super::change::Change;
use super::difference::difference;
use super::edit;
use super::place::Lines;
use super::reader;
use super::render;
use super::tree::Node;

/// The documents of one text.
pub struct Stream {
    text: String,
    documents: Vec<Option<Node>>,
}

/// A text that cannot be read, or not be changed without changing more than was meant.
#[derive(Debug)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl Stream {
    /// Reads a text.
    ///
    /// # Errors
    /// It is not YAML (of which JSON is a part), larger than 64 MiB, or has a key twice.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > MAX_BYTES {
            return Err(Unreadable(format!("larger than {} MiB", MAX_BYTES >> 20)));
        }
        let documents = reader::read(text).map_err(Unreadable)?;
        Ok(Self { text: text.to_owned(), documents })
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the documents say; empty ones are `null`.
    pub fn values(&self) -> Vec<Value> {
        self.documents.iter().map(|node| node.as_ref().map_or(Value::Null, Node::value)).collect()
    }

    /// Makes `wanted` of the document at `index`, by the fewest changes of the text.
    ///
    /// # Errors
    /// The document is written in a way that cannot be changed: with aliases or merge keys in the
    /// parts that change, say. The text stays as it was then.
    pub fn turn(&mut self, index: usize, wanted: &Value) -> Result<(), Unreadable> {
        let before = self.values();
        let Some(now) = before.get(index) else {
            return Err(Unreadable(format!("there is no document {index}")));
        };
        let mut turned = Self { text: self.text.clone(), documents: self.documents.clone() };
        for change in difference(now, wanted) {
            turned = turned.changed(index, &change).ok_or_else(cannot)?;
        }
        // The others must be what they were, and this one what was wanted.
        let mut expected = before;
        if let Some(document) = expected.get_mut(index) {
            wanted.clone_into(document);
        }
        if turned.values() != expected {
            return Err(cannot());
        }
        *self = turned;
        Ok(())
    }

    /// Takes the document at `index` out of the text, together with the line that begins it.
    ///
    /// # Errors
    /// There is no such document, or it cannot be taken out without taking more.
    pub fn empty(&mut self, index: usize) -> Result<(), Unreadable> {
        let mut expected = self.values();
        let node = self.documents.get(index).and_then(Option::as_ref).ok_or_else(cannot)?;
        let lines = Lines(&self.text);
        let first = lines.start(node.start);
        let above = lines.start(first.saturating_sub(1));
        let separator = self.text.get(above..first).is_some_and(|line| line.trim_end() == "---");
        let start = if separator && above > 0 { above } else { first };
        let before = self.text.get(..start).unwrap_or_default();
        let after = self.text.get(lines.next(node.end)..).unwrap_or_default();
        let emptied = Self::read(&format!("{before}{after}"))?;
        let null = |value: &Value| !value.is_null();
        expected.remove(index);
        if !emptied
            .values()
            .iter()
            .filter(|value| null(value))
            .eq(expected.iter().filter(|value| null(value)))
        {
            return Err(cannot());
        }
        *self = emptied;
        Ok(())
    }

    /// Writes another document behind the others.
    ///
    /// # Errors
    /// The text ends in a way that nothing can follow.
    pub fn append(&mut self, document: &Value) -> Result<(), Unreadable> {
        let mut expected = self.values();
        expected.push(document.clone());
        let end = if self.text.ends_with('\n') || self.text.is_empty() { "" } else { "\n" };
        let appended =
            Self::read(&format!("{}{end}---\n{}", self.text, render::document(document)))?;
        if appended.values() != expected {
            return Err(cannot());
        }
        *self = appended;
        Ok(())
    }

    fn changed(&self, index: usize, change: &Change) -> Option<Self> {
        let root = self.documents.get(index)?.as_ref()?;
        Self::read(&edit::apply(&self.text, root, change)?).ok()
    }
}

fn cannot() -> Unreadable {
    Unreadable(
        "this document is written in a way that cannot be changed in place, with anchors, merge keys \
         or unusual nesting where the sidecar belongs; write these parts out"
            .to_owned(),
    )
}

/// More than any release of any chart.
const MAX_BYTES: usize = 64 << 20;
