//! What was changed, noted in the object itself so that it can be taken back.

use serde_json::{Map, Value};

use super::value::{mapping, text};

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
    let had = object.get("metadata").is_some_and(|metadata| metadata.get("annotations").is_some());
    let mut note = note;
    if let Some(note) = note.as_object_mut() {
        note.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        if !had {
            note.insert("annotations".into(), "made".into());
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
    if annotations.is_empty() && note.get("annotations").is_some() {
        metadata.remove("annotations");
    }
}

/// Whether a mapping has nothing at `key` yet, so that what comes there is ours to take away.
pub(super) fn lacks(object: &Map<String, Value>, key: &str) -> bool {
    object.get(key).is_none_or(Value::is_null)
}
