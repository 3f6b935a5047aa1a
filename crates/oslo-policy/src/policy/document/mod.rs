//! Policy files: YAML text to rules, each with its line.
//!
//! Python reads them as YAML 1.1 and takes whatever comes out for a rule. A word that is a boolean
//! or a number there is refused here, because it is not what was meant: `no` would allow everything.

mod plain;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::builder::Definition;
use super::layer::Reading;
use super::{Note, NoteKind, Origin};
use crate::rule::Rule;

/// A name and its value, as they stand in a file.
#[derive(Debug)]
struct Written {
    name: String,
    line: usize,
    value: Result<Json, Refusal>,
}

/// Something that cannot be read, and where.
#[derive(Clone, Debug)]
struct Refusal {
    line: usize,
    message: String,
}

/// Reads one file into `reading`.
pub(super) fn read(name: &Arc<str>, bytes: &[u8], reading: &mut Reading<'_>) {
    let origin = |line| Origin::File { name: Arc::clone(name), line };
    let written = match text_of(bytes).and_then(tree::parse) {
        Ok(written) => written,
        Err(Refusal { line, message }) => {
            reading.problems.add(origin(line), None, message);
            return;
        }
    };
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for Written { name, line, value } in written {
        let value = value.and_then(|value| {
            Rule::from_json(&value).map_err(|error| Refusal { line, message: error.to_string() })
        });
        if let Some(earlier) = lines.insert(name.clone(), line) {
            let kind = NoteKind::Twice { earlier };
            reading.notes.push(Note { origin: origin(line), rule: name.clone(), kind });
        }
        match value {
            Ok(rule) => reading.found.push(Definition { name, rule, origin: origin(line) }),
            Err(Refusal { line, message }) => {
                reading.problems.add(origin(line), Some(&name), message);
            }
        }
    }
}

/// The text of a file, when it is small and readable enough to be parsed.
fn text_of(bytes: &[u8]) -> Result<&str, Refusal> {
    if bytes.len() > MAX_BYTES {
        let message = format!("larger than {} MiB", MAX_BYTES / 1024 / 1024);
        return Err(Refusal { line: 0, message });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        Refusal { line, message: "not UTF-8; save it as UTF-8".to_owned() }
    })?;
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let odd = |character: char| {
        character == '\u{feff}'
            || (character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{85}'))
    };
    match text.char_indices().find(|(_, character)| odd(*character)) {
        Some((at, character)) => {
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            let code = u32::from(character);
            Err(Refusal { line, message: format!("the character U+{code:04X} is not allowed") })
        }
        None => Ok(text),
    }
}

/// The largest file that is read. Services' own are below a tenth of it.
const MAX_BYTES: usize = 8 * 1024 * 1024;

#[cfg(test)]
mod tests;
