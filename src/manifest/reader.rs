//! From text to trees.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};
use serde_json::Value;

use super::scalars;
use super::tree::{Content, Entry, Node, Shape};

/// The documents of a text, `None` for an empty one, or what is wrong with it.
pub(super) fn read(text: &str) -> Result<Vec<Option<Node>>, String> {
    #[cfg(test)]
    super::steps::take(text.len());
    let mut reader = Reader {
        text,
        offsets: text.char_indices().map(|(at, _)| at).collect(),
        open: Vec::new(),
        anchors: HashMap::new(),
        documents: Vec::new(),
        nodes: 0,
    };
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            format!("line {}: not YAML: {}", error.marker().line(), error.info())
        })?;
        reader
            .take(event, span)
            .map_err(|message| format!("line {}: {message}", span.start.line()))?;
    }
    Ok(reader.documents)
}

struct Reader<'a> {
    text: &'a str,
    /// Where each character begins: the parser counts characters.
    offsets: Vec<usize>,
    /// Collections that have not ended, outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    documents: Vec<Option<Node>>,
    /// How many values there are, those that aliases repeat counted each time.
    nodes: usize,
}

struct Open {
    start: usize,
    shape: Shape,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    Sequence(Vec<Node>),
    /// Entries, the key whose value comes next, and all keys.
    Mapping(Vec<Entry>, Option<Node>, HashSet<String>),
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        let (start, end) = (self.offset(span.start), self.offset(span.end));
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.documents.push(None);
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let lines = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                // The parser gives the last line of a text the end that it does not have.
                let endless = lines && end >= self.text.len() && !self.text.ends_with('\n');
                let text = match text.strip_suffix('\n').filter(|_| endless) {
                    Some(text) => text.to_owned().into(),
                    None => text,
                };
                // Empty last lines that count (`|+`) are a part of it.
                let end = if lines && text.ends_with("\n\n") {
                    self.last_line(start, end)
                } else {
                    self.trimmed(start, end)
                };
                let value = match tag.as_ref().map(|tag| tag.suffix.as_str()) {
                    Some("str") => Value::String(text.into_owned()),
                    Some("bool" | "int" | "float" | "null") => scalars::plain(&text),
                    _ if style == ScalarStyle::Plain => scalars::plain(&text),
                    _ => Value::String(text.into_owned()),
                };
                let content = Content::Scalar(value);
                self.place(Node { start, end, content }, anchor)
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().ok_or("an alias of nothing")?;
                self.nodes += count(&value);
                self.place(Node { start, end, content: Content::Alias(value) }, 0)
            }
            Event::SequenceStart(anchor, _) => {
                self.open(span, anchor, Inside::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, _) => {
                self.open(span, anchor, Inside::Mapping(Vec::new(), None, HashSet::new()))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(start),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, span: Span, anchor: usize, inside: Inside) -> Result<(), String> {
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nested more than {MAX_DEPTH} levels deep"));
        }
        // The span ends with the bracket. That of a block does not, though its first item may begin
        // with one.
        let (start, end) = (self.offset(span.start), self.offset(span.end));
        let bracket = self.text.get(start..end).is_some_and(|text| text.ends_with(['{', '[']));
        let shape = if bracket { Shape::Flow } else { Shape::Block };
        self.open.push(Open { start, shape, anchor, inside });
        Ok(())
    }

    fn close(&mut self, at: usize) -> Result<(), String> {
        let Some(Open { start, shape, anchor, inside }) = self.open.pop() else {
            return Err("something ends that has not begun".to_owned());
        };
        let last = match &inside {
            Inside::Sequence(items) => items.last().map(|item| item.end),
            Inside::Mapping(entries, ..) => entries.last().map(|entry| entry.value.end),
        };
        // A block has no end of its own.
        let end = if shape == Shape::Flow { self.bracket(at) } else { last.unwrap_or(start) };
        // The parser lets a block list begin with its first item; it begins with the dash before it.
        let start = match &inside {
            Inside::Sequence(items) if shape == Shape::Block => {
                let first = items.first().map_or(start, |item| item.start);
                self.dash(first).unwrap_or(start)
            }
            _ => start,
        };
        let content = match inside {
            Inside::Sequence(items) => Content::Sequence(shape, items),
            Inside::Mapping(entries, ..) => Content::Mapping(shape, entries),
        };
        self.place(Node { start, end, content }, anchor)
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, mut node: Node, anchor: usize) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("more than {MAX_NODES} values"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.value());
        }
        match self.open.last_mut() {
            None => {
                if let Some(document) = self.documents.last_mut() {
                    *document = Some(node);
                }
            }
            Some(Open { inside: Inside::Sequence(items), .. }) => items.push(node),
            Some(Open { inside: Inside::Mapping(_, key @ None, _), .. }) => *key = Some(node),
            Some(Open { inside: Inside::Mapping(entries, key, keys), .. }) => {
                let Some(before) = key.take() else { return Ok(()) };
                let name = match before.content {
                    Content::Scalar(Value::String(text)) => text,
                    Content::Scalar(Value::Null) => String::new(),
                    Content::Scalar(value) => value.to_string(),
                    _ => return Err("a key must be a single value".to_owned()),
                };
                if !keys.insert(name.clone()) {
                    return Err(format!("the key {name:?} is written twice"));
                }
                if node.end <= node.start {
                    // An absent value stands nowhere; it would be behind the colon.
                    let colon = self.text.get(before.end..).and_then(|rest| rest.find(':'));
                    let at = before.end + colon.map_or(0, |colon| colon + 1);
                    (node.start, node.end) = (at, at);
                }
                let (start, key_end) = (before.start, before.end);
                entries.push(Entry { key: name, start, key_end, value: node });
            }
        }
        Ok(())
    }

    fn offset(&self, marker: Marker) -> usize {
        self.offsets.get(marker.index()).copied().unwrap_or(self.text.len())
    }

    /// The dash before an item, which may be lines above it, with comments in between.
    fn dash(&self, item: usize) -> Option<usize> {
        let mut before = self.text.get(..item)?;
        loop {
            let start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let line = before.get(start..)?;
            let comment =
                if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
            let code = line.get(..comment.unwrap_or(line.len()))?;
            if !code.trim().is_empty() {
                return code.rfind('-').map(|dash| start + dash);
            }
            before = before.get(..start.checked_sub(1)?)?;
        }
    }

    /// Where the bracket at `at` has ended, or the one behind the last comma, which is what the
    /// parser tells of instead.
    fn bracket(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let Some(mut behind) = rest.strip_prefix(',') else { return at + 1 };
        loop {
            behind = behind.trim_start();
            let Some(comment) = behind.strip_prefix('#') else { break };
            behind = comment.find('\n').and_then(|end| comment.get(end..)).unwrap_or_default();
        }
        self.text.len() - behind.len() + 1
    }

    /// The end of the last whole line of `start..end`.
    fn last_line(&self, start: usize, end: usize) -> usize {
        let text = self.text.get(start..end).unwrap_or_default();
        start + text.rfind('\n').unwrap_or(text.len())
    }

    /// The end of what is visible of `start..end`.
    fn trimmed(&self, start: usize, end: usize) -> usize {
        start + self.text.get(start..end).map_or(0, |text| text.trim_end().len())
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Trees are walked by recursion; this keeps it shallow.
const MAX_DEPTH: usize = 64;

/// What is beyond it is no manifest; aliases of aliases could be.
const MAX_NODES: usize = 2_000_000;
