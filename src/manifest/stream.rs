//! A text of any number of documents.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::difference::at_once;
use super::edit::Splice;
use super::place::Lines;
use super::reader;
use super::render;
use super::round::{self, spliced};
use super::tree::Node;

/// The documents of one text.
pub struct Stream {
    text: String,
    documents: Vec<Option<Node>>,
    /// Changes that are to be made, by the documents.
    turned: BTreeMap<usize, Turned>,
}

/// What becomes of a document: other text, which says something else, or nothing.
struct Turned {
    splice: Splice,
    value: Option<Value>,
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
        Ok(Self { text: text.to_owned(), documents, turned: BTreeMap::new() })
    }

    /// What the documents say, before they are turned; empty ones are `null`.
    pub fn values(&self) -> Vec<Value> {
        self.documents.iter().map(|node| node.as_ref().map_or(Value::Null, Node::value)).collect()
    }

    /// Makes `wanted` of the document at `index`, by the fewest changes of the text. It is made when
    /// the stream is finished.
    ///
    /// # Errors
    /// The document is written in a way that cannot be changed: with aliases or merge keys in the
    /// parts that change, say. It stays as it was then.
    pub fn turn(&mut self, index: usize, wanted: &Value) -> Result<(), Unreadable> {
        let Some(document) = self.documents.get(index) else {
            return Err(Unreadable(format!("there is no document {index}")));
        };
        let now = document.as_ref().map_or(Value::Null, Node::value);
        if now == *wanted {
            self.turned.remove(&index);
            return Ok(());
        }
        // Alone, because it has to be read again, and there may be thousands of others.
        let node = document.as_ref().ok_or_else(cannot)?;
        let lines = Lines(&self.text);
        let (start, end) = (lines.start(node.start), lines.next(node.end));
        let alone = self.text.get(start..end).unwrap_or_default();
        let put = alone_turned(alone, now, wanted)?;
        let splice = Splice { start, end, put };
        self.turned.insert(index, Turned { splice, value: Some(wanted.clone()) });
        Ok(())
    }

    /// Takes the document at `index` out of the text, together with the line that begins it. It goes
    /// when the stream is finished.
    ///
    /// # Errors
    /// There is no such document.
    pub fn empty(&mut self, index: usize) -> Result<(), Unreadable> {
        let node = self.documents.get(index).and_then(Option::as_ref).ok_or_else(cannot)?;
        let lines = Lines(&self.text);
        let first = lines.start(node.start);
        let above = lines.start(first.saturating_sub(1));
        let separator = self.text.get(above..first).is_some_and(|line| line.trim_end() == "---");
        let start = if separator && above > 0 { above } else { first };
        let splice = Splice { start, end: lines.next(node.end), put: String::new() };
        self.turned.insert(index, Turned { splice, value: None });
        Ok(())
    }

    /// The text with all changes made, and with more documents written behind the others. It is read
    /// again, all of it.
    ///
    /// # Errors
    /// It does not say what was meant, or the text ends in a way that nothing can follow.
    pub fn finish(mut self, more: &[Value]) -> Result<String, Unreadable> {
        let mut expected = self.values();
        if !self.turned.is_empty() {
            let gone = self.turned.values().any(|turned| turned.value.is_none());
            let mut behind = 0;
            for (index, turned) in &mut self.turned {
                if turned.splice.start < behind {
                    return Err(cannot());
                }
                behind = turned.splice.end;
                if let Some(now) = expected.get_mut(*index) {
                    *now = turned.value.take().unwrap_or_default();
                }
            }
            let splices = self.turned.into_values().map(|turned| turned.splice);
            self.text = spliced(&self.text, splices);
            let mut read = Self::read(&self.text).map_err(|_| cannot())?.values();
            if gone {
                // The line that begins a document may go with it, or stay with nothing below.
                for values in [&mut expected, &mut read] {
                    values.retain(|value| !value.is_null());
                }
            }
            if read != expected {
                return Err(cannot());
            }
        }
        if more.is_empty() { Ok(self.text) } else { followed(self.text, more) }
    }
}

/// A document by itself, made another.
fn alone_turned(alone: &str, now: Value, wanted: &Value) -> Result<String, Unreadable> {
    let cannot = || if alone.ends_with('\n') { cannot() } else { endless() };
    let mut stream = Stream::read(alone).map_err(|_| self::cannot())?;
    if stream.values() != [now] {
        return Err(self::cannot());
    }
    let mut before = usize::MAX;
    for _ in 0..MAX_ROUNDS {
        let [now] = stream.values().try_into().map_err(|_| cannot())?;
        let changes = at_once(&now, wanted);
        if changes.is_empty() && now == *wanted {
            return Ok(stream.text);
        }
        // What was made must not have to be made again.
        if changes.len() > before {
            return Err(cannot());
        }
        let Some(Some(root)) = stream.documents.first() else { return Err(cannot()) };
        let (text, taken) = round::made(&stream.text, root, &changes).ok_or_else(self::cannot)?;
        before = changes.len().saturating_sub(taken);
        stream = Stream::read(&text).map_err(|_| self::cannot())?;
    }
    Err(self::cannot())
}

/// A text with more documents behind it.
fn followed(text: String, more: &[Value]) -> Result<String, Unreadable> {
    let mut expected = Stream::read(&text)?.values();
    expected.extend_from_slice(more);
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    let mut appended = text + end;
    for document in more {
        appended.push_str("---\n");
        appended.push_str(&render::document(document));
    }
    if Stream::read(&appended)?.values() != expected {
        return Err(if end.is_empty() { cannot() } else { endless() });
    }
    Ok(appended)
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

/// Nearly all changes are made in the first rounds; the others wait for what stands beside them.
const MAX_ROUNDS: usize = 64;
