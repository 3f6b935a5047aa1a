//! From text to a tree, with bounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::{Content, Entry, Mark, Node, Scalar};
use crate::config::errors::Problems;
use crate::config::origin::Origin;

/// The text cannot be read; the reason is among the problems.
pub(in crate::config) struct Broken;

/// Reads one document, `None` when it is empty. A key written twice is a problem too, but reading
/// goes on with the first.
pub(in crate::config) fn parse(
    name: &Arc<str>,
    bytes: &[u8],
    problems: &mut Problems,
) -> Result<Option<Node>, Broken> {
    let mut builder = Builder { name, problems, open: Vec::new(), root: None, documents: 0 };
    let built = text_of(bytes).and_then(|text| builder.build(text));
    if let Err((at, message)) = built {
        problems.add(&origin(name, at), "", message);
        return Err(Broken);
    }
    Ok(builder.root)
}

type Refusal = (Mark, String);

/// The text of a file, when it is small and readable enough to be parsed.
fn text_of(bytes: &[u8]) -> Result<&str, Refusal> {
    let start = Mark { line: 1, column: 1 };
    if bytes.len() > MAX_BYTES {
        return Err((start, format!("larger than {} KiB", MAX_BYTES / 1024)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        (mark_after(&String::from_utf8_lossy(before)), "not UTF-8; save it as UTF-8".to_owned())
    })?;
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let odd = |c: char| c == '\u{feff}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if let Some((before, character)) = text.find(odd).and_then(|at| {
        let (before, rest) = text.split_at_checked(at)?;
        Some((before, rest.chars().next()?))
    }) {
        let message = format!("the character U+{:04X} is not allowed", u32::from(character));
        return Err((mark_after(before), message));
    }
    Ok(text)
}

fn mark_after(text: &str) -> Mark {
    let last = text.rsplit('\n').next().unwrap_or_default();
    Mark { line: text.matches('\n').count() + 1, column: last.chars().count() + 1 }
}

struct Builder<'a> {
    name: &'a Arc<str>,
    problems: &'a mut Problems,
    /// The collections that are not closed yet, outermost first.
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
}

/// A collection that is not closed yet.
enum Open {
    Sequence { at: Mark, items: Vec<Node> },
    Mapping { at: Mark, entries: Vec<Entry>, seen: BTreeMap<String, Mark>, key: Option<Key> },
}

/// A key that waits for its value.
struct Key {
    text: String,
    at: Mark,
    duplicate: bool,
}

impl Builder<'_> {
    fn build(&mut self, text: &str) -> Result<(), Refusal> {
        let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
        loop {
            let (event, span) = match parser.next_event() {
                None => return Ok(()),
                Some(Ok(event)) => event,
                Some(Err(error)) => {
                    return Err((mark(*error.marker()), format!("not YAML: {}", error.info())));
                }
            };
            self.take(event, span)?;
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refusal> {
        let at = mark(span.start);
        match event {
            Event::Alias(_) => {
                Err((at, "aliases (*name) are not supported; repeat the value".into()))
            }
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                Err((at, "anchors (&name) are not supported; remove it".into()))
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                Err((at, "tags (!name) are not supported; remove it".into()))
            }
            Event::Scalar(text, style, _, None) => {
                let plain = style == ScalarStyle::Plain;
                self.scalar(at, Scalar { text: text.into_owned(), plain });
                Ok(())
            }
            Event::SequenceStart(..) => self.open(at, Open::Sequence { at, items: Vec::new() }),
            Event::MappingStart(..) => {
                let (entries, seen) = (Vec::new(), BTreeMap::new());
                self.open(at, Open::Mapping { at, entries, seen, key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close();
                Ok(())
            }
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err((at, "a second document begins; only one is read".into()));
                }
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn open(&mut self, at: Mark, collection: Open) -> Result<(), Refusal> {
        if let Some(Open::Mapping { key: None, .. }) = self.open.last() {
            return Err((at, "a key must be a single value".into()));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err((at, format!("nested more than {MAX_DEPTH} levels deep")));
        }
        self.open.push(collection);
        Ok(())
    }

    fn close(&mut self) {
        let node = match self.open.pop() {
            Some(Open::Sequence { at, items }) => Node { at, content: Content::Sequence(items) },
            Some(Open::Mapping { at, entries, .. }) => {
                Node { at, content: Content::Mapping(entries) }
            }
            None => return,
        };
        self.place(node);
    }

    fn scalar(&mut self, at: Mark, scalar: Scalar) {
        if let Some(Open::Mapping { seen, key: key @ None, .. }) = self.open.last_mut() {
            let earlier = seen.get(&scalar.text).copied();
            if let Some(Mark { line, .. }) = earlier {
                let message = format!("written twice; the first is in line {line}");
                self.problems.add(&origin(self.name, at), &scalar.text, message);
            } else {
                seen.insert(scalar.text.clone(), at);
            }
            *key = Some(Key { text: scalar.text, at, duplicate: earlier.is_some() });
            return;
        }
        self.place(Node { at, content: Content::Scalar(scalar) });
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => {
                if let Some(key) = key.take().filter(|key| !key.duplicate) {
                    entries.push(Entry { key: key.text, key_at: key.at, value: node });
                }
            }
        }
    }
}

fn mark(marker: saphyr_parser::Marker) -> Mark {
    Mark { line: marker.line(), column: marker.col() + 1 }
}

fn origin(name: &Arc<str>, at: Mark) -> Origin {
    Origin::File { name: Arc::clone(name), line: at.line, column: at.column }
}

/// More than any configuration needs, and little enough to parse at once.
const MAX_BYTES: usize = 1024 * 1024;

/// Trees are walked by recursion; this keeps it shallow.
const MAX_DEPTH: usize = 64;
