//! A text of any number of documents.

use std::fmt;
use std::ops::Range;

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
        let Some(document) = self.documents.get(index) else {
            return Err(Unreadable(format!("there is no document {index}")));
        };
        let now = document.as_ref().map_or(Value::Null, Node::value);
        if now == *wanted {
            return Ok(());
        }
        // Alone, because each change has to be read again, and there may be thousands of others.
        let node = document.as_ref().ok_or_else(cannot)?;
        let lines = Lines(&self.text);
        let (start, end) = (lines.start(node.start), lines.next(node.end));
        let alone = self.text.get(start..end).unwrap_or_default();
        let mut alone = Self::read(alone).map_err(|_| cannot())?;
        if alone.values() != [now.clone()] {
            return Err(cannot());
        }
        let ended = alone.text.ends_with('\n');
        for change in difference(&now, wanted) {
            alone = alone.changed(&change).ok_or_else(cannot)?;
        }
        if alone.values() != std::slice::from_ref(wanted) {
            return Err(if ended { cannot() } else { endless() });
        }
        self.put(index, start..end, &alone);
        Ok(())
    }

    /// Reads the whole text again, whose documents were each changed alone.
    ///
    /// # Errors
    /// It does not say what they said.
    pub fn read_again(&self) -> Result<(), Unreadable> {
        let same = Self::read(&self.text).is_ok_and(|read| read.values() == self.values());
        if same { Ok(()) } else { Err(cannot()) }
    }

    /// Puts one document in the place of another.
    fn put(&mut self, index: usize, place: Range<usize>, alone: &Self) {
        let (start, end) = (place.start, place.end);
        let length = alone.text.len();
        self.text.replace_range(place, &alone.text);
        for (at, document) in self.documents.iter_mut().enumerate().skip(index) {
            if at == index {
                *document = alone.documents.first().cloned().flatten();
            }
            if let Some(node) = document {
                let (from, to) = if at == index { (0, start) } else { (end, start + length) };
                node.shift(from, to);
            }
        }
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
            return Err(if end.is_empty() { cannot() } else { endless() });
        }
        *self = appended;
        Ok(())
    }

    /// The only document after a change.
    fn changed(&self, change: &Change) -> Option<Self> {
        let root = self.documents.first()?.as_ref()?;
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

/// A line end more would be a part of the last value.
fn endless() -> Unreadable {
    Unreadable(
        "the last line has no end, and what is to follow would give it one; end that line yourself"
            .to_owned(),
    )
}

/// More than any release of any chart.
const MAX_BYTES: usize = 64 << 20;
