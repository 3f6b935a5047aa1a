//! The members of one mapping, taken one by one; what is left is unknown.

use super::Reader;
use super::keys::KEYS;
use crate::config::suggest;
use crate::config::yaml::{Content, Entry, Mark, Node};

/// The members of a route.
pub(super) struct Members<'n> {
    /// Where it begins.
    pub(super) at: Mark,
    /// What it is called in messages, as in `routes[2]`.
    pub(super) key: String,
    entries: Vec<&'n Entry>,
}

impl<'n> Members<'n> {
    /// `None` when `node` is no mapping, which has been said then.
    pub(super) fn of(key: String, node: &'n Node, reader: &mut Reader<'_>) -> Option<Self> {
        let Content::Mapping(entries) = &node.content else {
            let message = "must hold keys, as in \"{path: /healthz, allow: public}\"";
            reader.refuse(node.at, &key, message);
            return None;
        };
        Some(Self { at: node.at, key, entries: entries.iter().collect() })
    }

    /// A single value.
    pub(super) fn text(&mut self, leaf: &str, reader: &mut Reader<'_>) -> Option<(&'n str, Mark)> {
        let node = self.take(leaf)?;
        let text = node.text();
        if text.is_none() {
            reader.refuse(node.at, &self.path(leaf), "must be a single value");
        }
        Some((text?, node.at))
    }

    /// One word or a list of them.
    pub(super) fn words(&mut self, leaf: &str, reader: &mut Reader<'_>) -> Vec<(&'n str, Mark)> {
        let Some(node) = self.take(leaf) else { return Vec::new() };
        let nodes = match &node.content {
            Content::Sequence(items) => items.iter().collect(),
            Content::Mapping(_) | Content::Scalar(_) => vec![node],
        };
        let words: Option<Vec<_>> =
            nodes.iter().map(|node| Some((node.text()?, node.at))).collect();
        words.unwrap_or_else(|| {
            reader.refuse(node.at, &self.path(leaf), "must be a word or a list of words");
            Vec::new()
        })
    }

    /// `true` or `false`; `None` when it is not there.
    pub(super) fn boolean(&mut self, leaf: &str, reader: &mut Reader<'_>) -> Option<bool> {
        let (text, at) = self.text(leaf, reader)?;
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                reader.refuse(at, &self.path(leaf), "is not a boolean; write true or false");
                None
            }
        }
    }

    /// The whole name of a member.
    pub(super) fn path(&self, leaf: &str) -> String {
        format!("{}.{leaf}", self.key)
    }

    /// Refuses what nobody took.
    pub(super) fn end(self, reader: &mut Reader<'_>) {
        let known: Vec<_> = KEYS.iter().map(|key| key.name).collect();
        for entry in &self.entries {
            let message = match suggest::nearest(&entry.key, known.iter().copied()) {
                Some(word) => format!("unknown key; did you mean {word}?"),
                None => format!("unknown key; a route has {}", known.join(", ")),
            };
            reader.refuse(entry.key_at, &self.path(&entry.key), &message);
        }
    }

    fn take(&mut self, leaf: &str) -> Option<&'n Node> {
        let at = self.entries.iter().position(|entry| entry.key == leaf)?;
        Some(&self.entries.swap_remove(at).value)
    }
}
