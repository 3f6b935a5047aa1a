//! What was written, and where: files, environment and flags laid over one another.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Environment;
use super::errors::Problems;
use super::options::{self, Field, Kind, Target, Via};
use super::origin::Origin;
use super::yaml::{Content, Entry, Mark, Node};
use super::{probes, suggest};

/// A value as it was written. It may be a secret, so there is no `Debug`.
#[derive(Clone)]
pub(super) struct Written {
    /// The text, or the name of the file that holds it.
    pub(super) text: String,
    /// Which of the two.
    pub(super) via: Via,
    /// Where it was written.
    pub(super) origin: Origin,
}

/// The values that were written, by key; each layer covers those added before it.
#[derive(Default)]
pub(super) struct Layers(BTreeMap<&'static str, Written>);

impl Layers {
    /// Adds the file's values.
    pub(super) fn add_file(&mut self, name: &Arc<str>, root: Node, problems: &mut Problems) {
        let mut file = FileLayer { name, layer: Layer::default(), problems };
        match root.content {
            Content::Mapping(entries) => {
                for entry in entries {
                    file.top(entry);
                }
            }
            Content::Scalar(scalar) if scalar.is_null() => {}
            Content::Scalar(_) | Content::Sequence(_) => {
                let message = "must hold keys and values, as in \"listen: 127.0.0.1:8080\"";
                file.problems.add(&file.origin(root.at), "", message);
            }
        }
        self.0.extend(file.layer.0);
    }

    /// Adds the values of `PORTCULLIS_*` variables.
    pub(super) fn add_environment(&mut self, environment: &Environment, problems: &mut Problems) {
        let names: BTreeMap<String, String> =
            options::keys().map(|key| (options::variable(&key), key)).collect();
        let mut layer = Layer::default();
        for variable in environment.variables.keys().filter(|name| name.starts_with(PREFIX)) {
            let names_file = [super::FILE_VARIABLE, super::SECTION_VARIABLE];
            if names_file.contains(&variable.as_str()) || is_service_link(variable) {
                continue;
            }
            let origin = Origin::Variable(variable.clone());
            let Some(target) = names.get(variable).and_then(|key| options::find(key)) else {
                let nearest = suggest::nearest(variable, names.keys().map(String::as_str));
                let remedy = nearest.map_or_else(
                    || "see `portcullis config show` for the keys".to_owned(),
                    |name| format!("did you mean {name}?"),
                );
                problems.add(&origin, "", format!("unknown variable; {remedy}"));
                continue;
            };
            if let Some(text) = environment.variable(variable) {
                layer.add(target, text.to_owned(), origin, problems);
            }
        }
        self.0.extend(layer.0);
    }

    /// Adds values from the command line; of two for one key the later holds.
    pub(super) fn add_flags(&mut self, flags: &[(String, String)], problems: &mut Problems) {
        for (key, text) in flags {
            let Some(Target { field, via }) = options::find(key) else {
                let (section, leaf) = key.rsplit_once('.').unwrap_or(("", key));
                problems.add(&Origin::Flag, key, unknown(section, leaf));
                continue;
            };
            let written = Written { text: text.clone(), via, origin: Origin::Flag };
            self.0.insert(field.key, written);
        }
    }

    /// What was written for `key`.
    pub(super) fn get(&self, key: &str) -> Option<&Written> {
        self.0.get(key)
    }

    /// What was written in these sections.
    pub(super) fn only(&self, sections: &[&str]) -> Self {
        let among =
            |key: &str| key.split_once('.').is_some_and(|(section, _)| sections.contains(&section));
        let kept = self.0.iter().filter(|(key, _)| among(key));
        Self(kept.map(|(key, written)| (*key, written.clone())).collect())
    }

    /// Lets `key` follow `from`, unless it was written itself.
    pub(super) fn follow(&mut self, key: &'static str, from: &'static str) {
        if let Some(text) = self.get(from).map(|written| written.text.clone()) {
            self.fill(key, &text, Origin::Follows(from));
        }
    }

    /// Lays one value over what is there.
    pub(super) fn cover(&mut self, key: &'static str, text: &str, origin: Origin) {
        self.0.insert(key, Written { text: text.to_owned(), via: Via::Value, origin });
    }

    /// Takes a value away.
    pub(super) fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// Fills in a value that came from elsewhere, unless one was written.
    pub(super) fn fill(&mut self, key: &'static str, text: &str, origin: Origin) {
        let written = Written { text: text.to_owned(), via: Via::Value, origin };
        self.0.entry(key).or_insert(written);
    }
}

/// The values of one layer, in which nothing may be said twice.
#[derive(Default)]
struct Layer(BTreeMap<&'static str, Written>);

impl Layer {
    fn add(&mut self, target: Target, text: String, origin: Origin, problems: &mut Problems) {
        let Field { key, .. } = target.field;
        if let Some(earlier) = self.0.get(key) {
            let message = format!("given twice; the other is at {}", earlier.origin.place());
            problems.add(&origin, key, message);
            return;
        }
        self.0.insert(key, Written { text, via: target.via, origin });
    }
}

struct FileLayer<'a> {
    name: &'a Arc<str>,
    layer: Layer,
    problems: &'a mut Problems,
}

impl FileLayer<'_> {
    fn top(&mut self, entry: Entry) {
        let Some(section) = options::section(&entry.key) else {
            return self.field("", entry);
        };
        match entry.value.content {
            Content::Mapping(entries) => {
                for inner in entries {
                    self.field(section.name, inner);
                }
            }
            // A section whose keys are all commented out.
            Content::Scalar(scalar) if scalar.is_null() => {}
            Content::Scalar(_) if section.shorthand.is_some() => self.field("", entry),
            Content::Scalar(_) | Content::Sequence(_) => {
                let leaf = section.fields.first().map_or("key", Field::leaf);
                let message =
                    format!("must hold keys, as in \"{}: {{{leaf}: ...}}\"", section.name);
                self.problems.add(&self.origin(entry.value.at), section.name, message);
            }
        }
    }

    fn field(&mut self, section: &str, entry: Entry) {
        let Entry { key: leaf, key_at, value } = entry;
        let key = if section.is_empty() { leaf.clone() } else { format!("{section}.{leaf}") };
        // A dotted key is a flag's spelling; in the file it would look like a key of its own.
        let Some(target) = options::find(&key).filter(|_| !leaf.contains('.')) else {
            let message = match options::find(&leaf).and_then(|_| leaf.split_once('.')) {
                Some((section, leaf)) => {
                    format!("unknown key; write it as \"{section}: {{{leaf}: ...}}\"")
                }
                None => unknown(section, &leaf),
            };
            return self.problems.add(&self.origin(key_at), &key, message);
        };
        match value.content {
            Content::Scalar(scalar) if !scalar.is_null() => {
                let origin = self.origin(value.at);
                self.layer.add(target, scalar.text, origin, self.problems);
            }
            Content::Scalar(_) => {
                let message = "has no value; give one or remove the key";
                self.problems.add(&self.origin(key_at), &key, message);
            }
            Content::Sequence(items) if target.field.kind == Kind::List => {
                let origin = self.origin(value.at);
                match joined(&items) {
                    Some(text) => self.layer.add(target, text, origin, self.problems),
                    None => self.problems.add(&origin, &key, "items must be words without commas"),
                }
            }
            Content::Mapping(entries) if target.field.kind == Kind::Probes => {
                match probes::spelled(&entries) {
                    Ok(text) => self.layer.add(target, text, self.origin(value.at), self.problems),
                    Err(mistakes) => {
                        for probes::Mistake { at, key: part, message } in mistakes {
                            self.problems.add(&self.origin(at), &format!("{key}.{part}"), message);
                        }
                    }
                }
            }
            Content::Sequence(_) | Content::Mapping(_) => {
                let message = "must be a single value";
                self.problems.add(&self.origin(value.at), &key, message);
            }
        }
    }

    fn origin(&self, at: Mark) -> Origin {
        Origin::File { name: Arc::clone(self.name), line: at.line, column: at.column }
    }
}

/// A sequence of words as one text; `None` when an item is none.
fn joined(items: &[Node]) -> Option<String> {
    let words: Option<Vec<&str>> =
        items.iter().map(|item| item.text().filter(|text| !text.contains(','))).collect();
    Some(words?.join(","))
}

fn unknown(section: &str, leaf: &str) -> String {
    match suggest::key(section, leaf) {
        Some(key) => format!("unknown key; did you mean {key}?"),
        None => "unknown key".to_owned(),
    }
}

/// Whether Kubernetes made this variable for a Service whose name begins with "portcullis"
/// (`PORTCULLIS_SERVICE_HOST`, `PORTCULLIS_PORT_8080_TCP_ADDR`). Every container of the namespace
/// gets them, and nobody who names a Service means to configure anything.
pub(super) fn is_service_link(variable: &str) -> bool {
    let is_port = |rest: &str| {
        let mut parts = rest.split('_');
        let number = parts.next().is_some_and(|p| p.parse::<u16>().is_ok());
        number && matches!(parts.next(), Some("TCP" | "UDP" | "SCTP"))
    };
    variable.ends_with("_SERVICE_HOST")
        || variable.ends_with("_SERVICE_PORT")
        || variable.contains("_SERVICE_PORT_")
        || variable.ends_with("_PORT")
        || variable
            .match_indices("_PORT_")
            .any(|(at, found)| variable.get(at + found.len()..).is_some_and(is_port))
}

const PREFIX: &str = "PORTCULLIS_";
