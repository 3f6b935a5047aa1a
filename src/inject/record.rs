//! What was changed, noted in the object itself so that it can be taken back.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::value::{items, mapping, text};

/// The annotation with the note.
pub(super) const ANNOTATION: &str = "portcullis/injected";

/// The note of an object; `None` where nothing was put in.
pub(super) fn read(object: &Value) -> Option<Value> {
    let note = text(object, &["metadata", "annotations", ANNOTATION])?;
    // A note that somebody garbled still says that there was something.
    Some(serde_json::from_str(note).unwrap_or_default())
}

/// Notes what was changed.
pub(super) fn write(object: &mut Value, note: Value) {
    let metadata = object.get("metadata");
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    let (metadata, annotations) = (Missing::of(metadata), Missing::of(annotations));
    let mut note = note;
    if let Some(note) = note.as_object_mut() {
        note.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        for (key, missing) in [("annotations", annotations), ("metadata", metadata)] {
            note.extend(missing.map(|missing| (key.to_owned(), missing.word().into())));
        }
    }
    annotate(object, ANNOTATION, note.to_string());
}

/// Sets an annotation.
pub(super) fn annotate(object: &mut Value, key: &str, text: String) {
    if mapping(object, "metadata").is_some()
        && let Some(metadata) = object.get_mut("metadata")
        && let Some(annotations) = mapping(metadata, "annotations")
    {
        annotations.insert(key.to_owned(), text.into());
    }
}

/// Takes the note away, and the annotations if they were made for it.
pub(super) fn forget(object: &mut Value, note: &Value) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) else {
        return;
    };
    annotations.remove(ANNOTATION);
    let missing = |key| text(note, &[key]).and_then(Missing::named);
    give_back(metadata, "annotations", missing("annotations"));
    if let Some(object) = object.as_object_mut() {
        give_back(object, "metadata", missing("metadata"));
    }
}

/// How there was nothing where we put something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// There was no such key.
    Absent,
    /// There was a key with nothing behind it, as templates leave it.
    Null,
}

impl Missing {
    /// All of them.
    pub(super) const ALL: [Self; 2] = [Self::Absent, Self::Null];

    /// Tells of a value; `None` where there is one.
    pub(super) fn of(value: Option<&Value>) -> Option<Self> {
        match value {
            None => Some(Self::Absent),
            Some(Value::Null) => Some(Self::Null),
            Some(_) => None,
        }
    }

    /// The word for it in notes.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Absent => "made",
            Self::Null => "null",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|missing| missing.word() == word)
    }
}

/// Leaves nothing again where we had put something and nobody else has since.
pub(super) fn give_back(members: &mut Map<String, Value>, key: &str, missing: Option<Missing>) {
    let empty = match members.get(key) {
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        _ => false,
    };
    match missing.filter(|_| empty) {
        Some(Missing::Absent) => drop(members.remove(key)),
        Some(Missing::Null) => drop(members.insert(key.to_owned(), Value::Null)),
        None => {}
    }
}

/// A mark of what a container is told to do: its command, its arguments, and our variables.
///
/// Mirrors and pinned digests change the image of every container, and other programs' variables are
/// added to every container, so neither counts: it is still the sidecar that was put in. `OS_*` only
/// fills in what nothing else says, as passwords. What an API server fills in, leaves out because it is
/// empty, or puts in another order does not count either.
pub(super) fn mark(container: &Value) -> String {
    let is_ours = |one: &&Value| text(one, &["name"]).is_some_and(|name| name.starts_with(OURS));
    let mut variables: Vec<_> = items(container, &["env"]).iter().filter(is_ours).collect();
    // Of two with one name the last one counts, so these stay in their order.
    variables.sort_by_key(|one| text(one, &["name"]));
    let says = |one: &Value, key| one.get(key).filter(|said| !is_nothing(said)).cloned();
    let variables: Vec<_> = variables
        .into_iter()
        .map(|one| [one.get("name").cloned(), says(one, "value"), says(one, "valueFrom")])
        .collect();
    let what = json!([items(container, &["command"]), items(container, &["args"]), variables]);
    let digest = digest(&SHA256, what.to_string().as_bytes());
    STANDARD.encode(digest.as_ref().get(..12).unwrap_or_default())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// How the variables begin that go over the configuration file.
const OURS: &str = "PORTCULLIS_";
