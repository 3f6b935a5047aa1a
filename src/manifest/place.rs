//! Where things stand in a text: lines, columns, and parts of a tree by their path.

use super::change::Step;
use super::tree::{Content, Node};

/// The part of a tree that a path leads to.
pub(super) fn find<'a>(root: &'a Node, path: &[Step]) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, step| match (&node.content, step) {
        (Content::Mapping(_, entries), Step::Key(key)) => {
            entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.value)
        }
        (Content::Sequence(_, items), Step::Index(index)) => items.get(*index),
        _ => None,
    })
}

/// A text, asked about its lines.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a>(pub(super) &'a str);

impl Lines<'_> {
    /// Where the line of `at` begins.
    pub(super) fn start(self, at: usize) -> usize {
        self.0.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
    }

    /// Where the line after that of `at` begins, or the text ends.
    pub(super) fn next(self, at: usize) -> usize {
        let rest = self.0.get(at..).unwrap_or_default();
        rest.find('\n').map_or(self.0.len(), |newline| at + newline + 1)
    }

    /// Where the line of `at` has ended, but for what ends it.
    pub(super) fn end(self, at: usize) -> usize {
        let rest = self.0.get(at..).unwrap_or_default();
        at + rest
            .find('\n')
            .map_or(rest, |end| rest.get(..end).unwrap_or_default())
            .trim_end()
            .len()
    }

    /// How many characters of its line stand before `at`.
    pub(super) fn column(self, at: usize) -> usize {
        self.0.get(self.start(at)..at).map_or(0, |before| before.chars().count())
    }

    /// Whether nothing but blanks stands before `at` in its line.
    pub(super) fn is_first(self, at: usize) -> bool {
        self.0.get(self.start(at)..at).is_some_and(|before| before.trim().is_empty())
    }

    /// Where the line with the dash of an item begins, which may be above the item itself.
    pub(super) fn of_dash(self, item: usize, column: usize) -> usize {
        let mut start = self.start(item);
        loop {
            let line = self.0.get(start..).unwrap_or_default();
            if start == 0 || line.get(column..).is_some_and(|rest| rest.starts_with('-')) {
                return start;
            }
            start = self.start(start - 1);
        }
    }

    /// Where the comments begin that stand directly above a line and belong to it.
    pub(super) fn with_comments(self, mut start: usize, column: usize) -> usize {
        while start > 0 {
            let above = self.start(start - 1);
            let line = self.0.get(above..start).unwrap_or_default();
            let indent = line.len() - line.trim_start().len();
            if !line.trim_start().starts_with('#') || indent < column {
                break;
            }
            start = above;
        }
        start
    }
}
