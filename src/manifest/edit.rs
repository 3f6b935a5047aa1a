//! Where a change is made in the text, and what is put there.

use serde_json::{Value, json};

use super::change::{Change, Step};
use super::place::{Lines, find};
use super::render::{self, Manner};
use super::tree::{Content, Entry, Node, Shape};

/// One document and its text, to be changed.
pub(super) struct Editor<'a> {
    text: &'a str,
    lines: Lines<'a>,
    root: &'a Node,
    manner: Manner,
    /// Whether lines end as Windows ends them.
    returns: bool,
}

/// Bytes of a text and what comes in their place.
#[derive(Debug)]
pub(super) struct Splice {
    /// The first of them.
    pub(super) start: usize,
    /// The first behind them.
    pub(super) end: usize,
    /// What is put there.
    pub(super) put: String,
}

impl<'a> Editor<'a> {
    /// `root` is the document as the text has it.
    pub(super) fn new(text: &'a str, root: &'a Node) -> Self {
        let (lines, manner) = (Lines(text), manner(text, root));
        Self { text, lines, root, manner, returns: text.contains("\r\n") }
    }

    /// What a change of the document does to the text; `None` where the text is written in a way that
    /// this cannot change.
    pub(super) fn splice_for(&self, change: &Change) -> Option<Splice> {
        match change {
            Change::Add(path, value) => self.add(path, value),
            Change::Replace(path, value) => self.replace(path, value),
            Change::Remove(path) => self.remove(path),
        }
    }
    fn add(&self, path: &[Step], value: &Value) -> Option<Splice> {
        let (last, above) = path.split_last()?;
        let parent = find(self.root, above)?;
        match (&parent.content, last) {
            // An empty one has no lines yet to go along with.
            (Content::Mapping(_, entries), Step::Key(key)) if entries.is_empty() => {
                self.replace(above, &json!({ key: value }))
            }
            (Content::Sequence(_, items), Step::Index(_)) if items.is_empty() => {
                self.replace(above, &json!([value]))
            }
            (Content::Mapping(Shape::Block, entries), Step::Key(key)) => {
                let indent = self.lines.column(entries.first()?.start);
                let lines = render::entry(key, value, indent, self.manner);
                Some(self.insert_lines(self.lines.next(parent.end), &lines))
            }
            (Content::Sequence(Shape::Block, items), Step::Index(index)) => {
                let column = self.lines.column(parent.start);
                let lines = render::item(value, column, self.manner);
                let at = match items.get(*index) {
                    Some(item) => {
                        self.lines.with_comments(self.lines.of_dash(item.start, column), column)
                    }
                    None => self.lines.next(parent.end),
                };
                Some(self.insert_lines(at, &lines))
            }
            (Content::Mapping(Shape::Flow, entries), Step::Key(key)) => {
                let last = entries.last()?;
                let indent = self.own_line(last.start);
                let member = render::flow_entry(key, value, indent, self.manner);
                Some(self.insert_after(last.value.end, &member, indent))
            }
            (Content::Sequence(Shape::Flow, items), Step::Index(index)) => {
                let indent = self.own_line(items.first()?.start);
                let member = render::flow(value, indent, self.manner);
                match items.get(*index) {
                    Some(item) => {
                        let text = format!("{member},{}", separator(indent));
                        Some(self.splice(item.start, item.start, &text))
                    }
                    None => Some(self.insert_after(items.last()?.end, &member, indent)),
                }
            }
            _ => None,
        }
    }

    fn replace(&self, path: &[Step], value: &Value) -> Option<Splice> {
        let (last, above) = path.split_last()?;
        let parent = find(self.root, above)?;
        let node = find(self.root, path)?;
        match (&parent.content, last) {
            (Content::Mapping(Shape::Block, entries), Step::Key(key)) => {
                let entry = entries.iter().find(|entry| entry.key == *key)?;
                let colon = entry.key_end + self.text.get(entry.key_end..)?.find(':')? + 1;
                // What begins on a line further down may have its style behind the colon (`|`).
                let beside =
                    node.start < node.end && !self.text.get(colon..node.start)?.contains('\n');
                if !value.is_array() && !value.is_object() && beside {
                    return Some(self.splice(node.start, node.end, &render::inline(value)));
                }
                let indent = self.lines.column(entry.start);
                let below = render::below(value, indent, self.manner);
                let comments = self.comments(colon, node);
                let end = self.lines.end(colon);
                // What is said behind the key stays there.
                let (from, mut to) = match (beside || node.start == node.end, node.end <= end) {
                    (true, true) => (node.end, end),
                    (true, false) => (end, node.end),
                    (false, _) => (colon, node.end),
                };
                let said = self.text.get(from..end).unwrap_or_default();
                let said = if said.trim_start().starts_with('#') { said } else { "" };
                let mut put = if below.starts_with('\n') {
                    format!("{said}{below}")
                } else {
                    format!("{below}{said}")
                };
                if !comments.is_empty() {
                    // What is said behind the last line would become a part of a comment.
                    let last = self.lines.end(to);
                    let said = self.text.get(to..last).unwrap_or_default();
                    put = format!("{put}{said}\n{}", comments.trim_end_matches('\n'));
                    to = last;
                }
                Some(self.splice(colon, to, &put))
            }
            (Content::Sequence(Shape::Block, _), Step::Index(_)) => {
                Some(self.splice(node.start, node.end, &value.to_string()))
            }
            _ => {
                let text = render::flow(value, self.own_line(node.start), self.manner);
                // An absent value stands at the colon itself.
                let gap = if node.start == node.end { " " } else { "" };
                Some(self.splice(node.start, node.end, &format!("{gap}{text}")))
            }
        }
    }

    fn remove(&self, path: &[Step]) -> Option<Splice> {
        let (last, above) = path.split_last()?;
        let parent = find(self.root, above)?;
        match (&parent.content, last) {
            (Content::Mapping(_, entries), _) if entries.len() == 1 => {
                self.replace(above, &json!({}))
            }
            (Content::Sequence(_, items), _) if items.len() == 1 => self.replace(above, &json!([])),
            (Content::Mapping(shape, entries), Step::Key(key)) => {
                let at = entries.iter().position(|entry| entry.key == *key)?;
                let parts = Parts::around(at, |at| entries.get(at).map(Entry::span));
                let comments = self.comments(entries.get(at)?.start, &entries.get(at)?.value);
                self.cut(*shape, &parts, &comments)
            }
            (Content::Sequence(Shape::Flow, items), Step::Index(at)) => {
                let span = |at: usize| items.get(at).map(|item| (item.start, item.end));
                self.cut(Shape::Flow, &Parts::around(*at, span), "")
            }
            (Content::Sequence(Shape::Block, items), Step::Index(at)) => {
                let item = items.get(*at)?;
                let column = self.lines.column(parent.start);
                let start = self.lines.of_dash(item.start, column);
                let first = self.lines.is_first(start + column);
                let comments = self.comments(start, item);
                first.then(|| self.splice(start, self.lines.next(item.end), &comments))
            }
            _ => None,
        }
    }

    /// Takes one of several parts out of a collection, but for its comments.
    fn cut(&self, shape: Shape, parts: &Parts, comments: &str) -> Option<Splice> {
        let (start, end) = parts.gone?;
        if shape == Shape::Block && self.lines.is_first(start) {
            return Some(self.splice(self.lines.start(start), self.lines.next(end), comments));
        }
        // The part behind it moves up, as in `- name: x`; or, as the last one, the comma goes too.
        match parts.behind {
            Some((next, _)) => Some(self.splice(start, next, "")),
            None => Some(self.splice(parts.before?.1, end, "")),
        }
    }

    /// Lines between `start` and the end of `node` that are comments; they are somebody's words.
    fn comments(&self, start: usize, node: &Node) -> String {
        let mut texts = Vec::new();
        node.scalars(&mut texts);
        let mut kept = String::new();
        let mut at = self.lines.next(start);
        while at < node.end {
            let next = self.lines.next(at);
            let line = self.text.get(at..next).unwrap_or_default();
            let mark = at + line.len() - line.trim_start().len();
            let within = texts.iter().any(|(start, end)| (*start..*end).contains(&mark));
            if line.trim_start().starts_with('#') && !within {
                kept.push_str(&line.replace("\r\n", "\n"));
            }
            at = next;
        }
        kept
    }

    /// The column of what stands first on its line inside of brackets.
    fn own_line(&self, at: usize) -> Option<usize> {
        self.lines.is_first(at).then(|| self.lines.column(at))
    }

    fn insert_after(&self, at: usize, member: &str, indent: Option<usize>) -> Splice {
        self.splice(at, at, &format!(",{}{member}", separator(indent)))
    }

    fn insert_lines(&self, at: usize, lines: &str) -> Splice {
        let ended = at == 0 || self.text.get(..at).is_some_and(|before| before.ends_with('\n'));
        let text = if ended { format!("{lines}\n") } else { format!("\n{lines}") };
        self.splice(at, at, &text)
    }

    fn splice(&self, start: usize, end: usize, put: &str) -> Splice {
        let put = if self.returns { put.replace('\n', "\r\n") } else { put.to_owned() };
        Splice { start, end, put }
    }
}

/// A part of a collection that goes, between its neighbours.
struct Parts {
    before: Option<(usize, usize)>,
    gone: Option<(usize, usize)>,
    behind: Option<(usize, usize)>,
}

impl Parts {
    fn around(at: usize, span: impl Fn(usize) -> Option<(usize, usize)>) -> Self {
        Self { before: at.checked_sub(1).and_then(&span), gone: span(at), behind: span(at + 1) }
    }
}

fn separator(indent: Option<usize>) -> String {
    indent.map_or_else(|| " ".to_owned(), |indent| format!("\n{:indent$}", ""))
}

/// How the document writes its block lists; Kubernetes' own tools do not indent them.
fn manner(text: &str, root: &Node) -> Manner {
    let json = !matches!(
        root.content,
        Content::Mapping(Shape::Block, _) | Content::Sequence(Shape::Block, _)
    );
    Manner { dashes: dashes_below(Lines(text), root).unwrap_or(0), json }
}

fn dashes_below(lines: Lines<'_>, node: &Node) -> Option<usize> {
    match &node.content {
        Content::Mapping(Shape::Block, entries) => entries.iter().find_map(|entry| {
            if let Content::Sequence(Shape::Block, _) = entry.value.content {
                let key = lines.column(entry.start);
                return Some(lines.column(entry.value.start).saturating_sub(key));
            }
            dashes_below(lines, &entry.value)
        }),
        Content::Sequence(_, items) => items.iter().find_map(|item| dashes_below(lines, item)),
        _ => None,
    }
}

impl Entry {
    fn span(&self) -> (usize, usize) {
        (self.start, self.value.end)
    }
}
