//! From YAML to names and values, with bounds.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use serde_json::{Map, Value as Json};

use super::plain::{is_null, sort_of};
use super::{Refusal, Written};

/// Reads one document; there are no names in an empty one.
pub(super) fn parse(text: &str) -> Result<Vec<Written>, Refusal> {
    let mut builder = Builder::default();
    let mut parser: Parser<'_, StrInput<'_>> = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| {
            let message =
                format!("not YAML: {}{}", error.info(), hint(text, error.marker().line()));
            refusal(error.marker().line(), message)
        })?;
        builder.take(event, span.start.line())?;
    }
    Ok(builder.written)
}

/// A value that is complete, or the reason why the rule that has it cannot be read.
type Value = Result<Json, Refusal>;

#[derive(Default)]
struct Builder {
    written: Vec<Written>,
    /// The collections that are not closed yet, outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    documents: usize,
    /// How many values there are, those that aliases repeat too.
    values: usize,
}

/// A collection that is not closed yet.
struct Open {
    anchor: usize,
    line: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Mapping {
        entries: Vec<Value>,
        key: Option<Key>,
    },
    /// The outermost mapping.
    Rules {
        key: Option<Key>,
    },
}

/// A key that waits for its value.
struct Key {
    text: String,
    line: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Refusal> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                if self.wants_key() {
                    self.key(text.into_owned(), plain, tag.as_deref(), line)
                } else {
                    let value = scalar(text.into_owned(), plain, tag.as_deref(), line);
                    self.place(value, anchor, line)
                }
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let value = known.unwrap_or_else(|| {
                    Err(refusal(line, "an alias (*name) inside of what it stands for"))
                });
                self.place(value, 0, line)
            }
            Event::SequenceStart(anchor, tag) => {
                untagged(tag.as_deref(), line)?;
                self.open(anchor, line, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                untagged(tag.as_deref(), line)?;
                let content = if self.open.is_empty() {
                    Content::Rules { key: None }
                } else {
                    Content::Mapping { entries: Vec::new(), key: None }
                };
                self.open(anchor, line, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(refusal(line, "a second document begins; only one is read"));
                }
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn wants_key(&self) -> bool {
        self.open.last().is_some_and(|open| match &open.content {
            Content::List(_) => false,
            Content::Mapping { key, .. } | Content::Rules { key } => key.is_none(),
        })
    }

    fn key(
        &mut self,
        text: String,
        plain: bool,
        tag: Option<&Tag>,
        line: usize,
    ) -> Result<(), Refusal> {
        untagged(tag, line)?;
        if let Some(Open { content: Content::Rules { key }, .. }) = self.open.last_mut() {
            if plain && text == "<<" {
                return Err(refusal(line, "merging (<<) is not supported; repeat the rules"));
            }
            if let Some(sort) =
                sort_of(&text).or_else(|| is_null(&text).then_some("null")).filter(|_| plain)
            {
                let message = format!("the name `{text}` is {sort} in YAML; write it in quotes");
                return Err(refusal(line, message));
            }
            *key = Some(Key { text, line });
        } else if let Some(Open { content: Content::Mapping { key, .. }, .. }) =
            self.open.last_mut()
        {
            *key = Some(Key { text, line });
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, line: usize, content: Content) -> Result<(), Refusal> {
        if self.wants_key() {
            return Err(refusal(line, "a name must be text"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(refusal(line, format!("nested more than {MAX_DEPTH} levels deep")));
        }
        self.open.push(Open { anchor, line, content });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Refusal> {
        let Some(Open { anchor, line, content }) = self.open.pop() else {
            return Ok(());
        };
        let value = match content {
            Content::Rules { .. } => return Ok(()),
            Content::List(items) => {
                items.into_iter().collect::<Result<Vec<_>, _>>().map(Json::from)
            }
            // No rule is a mapping; whether this one is empty is all that matters.
            Content::Mapping { entries, .. } if entries.is_empty() => Ok(Json::Object(Map::new())),
            Content::Mapping { .. } => {
                Err(refusal(line, "a mapping is no rule; write text, or a list of text"))
            }
        };
        self.place(value, anchor, line)
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, value: Value, anchor: usize, line: usize) -> Result<(), Refusal> {
        self.values = self.values.saturating_add(value.as_ref().map_or(1, count));
        if self.values > MAX_VALUES {
            return Err(refusal(line, format!("more than {MAX_VALUES} values")));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None if matches!(value, Ok(Json::Null)) => {}
            None => return Err(refusal(line, "not a mapping from names to rules")),
            Some(Content::List(items)) => items.push(value),
            Some(Content::Mapping { entries, key }) => {
                *key = None;
                entries.push(value);
            }
            Some(Content::Rules { key }) => {
                if let Some(Key { text, line }) = key.take() {
                    self.written.push(Written { name: text, line, value });
                }
            }
        }
        Ok(())
    }
}

fn scalar(text: String, plain: bool, tag: Option<&Tag>, line: usize) -> Value {
    if tag.is_some() {
        return Err(refusal(line, TAG));
    }
    if plain && is_null(&text) {
        return Ok(Json::Null);
    }
    match sort_of(&text).filter(|_| plain) {
        Some(sort) => Err(refusal(
            line,
            format!(
                "`{text}` is {sort} in YAML; a rule is text, such as \"role:admin\", \"@\" to \
                 allow or \"!\" to forbid"
            ),
        )),
        None => Ok(Json::String(text)),
    }
}

fn untagged(tag: Option<&Tag>, line: usize) -> Result<(), Refusal> {
    tag.map_or(Ok(()), |_| Err(refusal(line, TAG)))
}

fn count(value: &Json) -> usize {
    1 + value.as_array().map_or(0, |items| items.iter().map(count).sum())
}

fn refusal(line: usize, message: impl Into<String>) -> Refusal {
    Refusal { line, message: message.into() }
}

/// Some characters that rules begin with mean something else to YAML.
fn hint(text: &str, line: usize) -> &'static str {
    let line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let value = line.split_once(": ").map_or("", |(_, value)| value.trim_start());
    if value.starts_with(['@', '%', '!', '\'', '"', '`']) {
        "; write the whole rule in quotes"
    } else {
        ""
    }
}

const TAG: &str = "an exclamation mark without quotes is a tag in YAML, not a rule: what is left is \
                   empty and would allow everything; write \"!\" to forbid";

/// A rule has two levels below its name.
const MAX_DEPTH: usize = 16;

/// More than any service has by far; aliases repeat values and could make a small file large.
const MAX_VALUES: usize = 1_000_000;
