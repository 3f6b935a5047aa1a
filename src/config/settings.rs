//! Every option with its value, its origin and how it may be shown.

use std::collections::BTreeMap;
use std::path::Path;

use super::Environment;
use super::errors::Problems;
use super::layers::{Layers, Written};
use super::options::{self, Absent, Field, Kind, Via};
use super::origin::Origin;
use super::probes;
use super::value::{self, Value};

/// The state of one option.
pub(super) struct Setting {
    /// The option.
    pub(super) field: &'static Field,
    /// What it means; `None` when it is not set, or was refused.
    pub(super) value: Option<Value>,
    /// What may be shown of it; `None` when it is not set.
    pub(super) shown: Option<String>,
    /// The file that a secret was read from.
    pub(super) secret_file: Option<String>,
    /// Where it was written.
    pub(super) origin: Origin,
    /// Whether something was written and refused, so that nothing more need be said about it.
    pub(super) refused: bool,
}

/// All options by key.
pub(super) type Settings = BTreeMap<&'static str, Setting>;

/// Reads what was written and fills in the defaults. What is wrong goes to `problems`, and what
/// weakens security to `warnings`. A required value that nobody wrote is missing at `missing_at`.
pub(super) fn read(
    layers: &Layers,
    environment: &Environment,
    missing_at: &Origin,
    problems: &mut Problems,
    warnings: &mut Vec<String>,
) -> Settings {
    let mut setting = |field: &'static Field| match layers.get(field.key) {
        Some(written) => {
            warn_of_exposure(field, written, warnings);
            written_setting(field, written, environment, problems, warnings)
        }
        None => absent(field, missing_at),
    };
    options::fields().map(|field| (field.key, setting(field))).collect()
}

fn written_setting(
    field: &'static Field,
    written: &Written,
    environment: &Environment,
    problems: &mut Problems,
    warnings: &mut Vec<String>,
) -> Setting {
    let Written { text, via, origin } = written;
    let mut setting = Setting { origin: origin.clone(), ..absent(field, origin) };
    let (key, content) = match via {
        Via::Value => (field.key.to_owned(), Ok(text.clone())),
        Via::File => {
            setting.secret_file = Some(text.clone());
            let path = environment.path(text);
            warn_of_readers(&path, warnings);
            (format!("{}_file", field.key), secret_of(&path))
        }
    };
    match content.and_then(|text| value::read(field, &text).map_err(|e| quote(field, &text, &e))) {
        Ok(value) => {
            setting.value = Some(value);
            setting.shown = Some(shown(field, text));
        }
        Err(message) => {
            problems.add(origin, &key, message);
            setting.refused = true;
        }
    }
    setting
}

fn absent(field: &'static Field, missing_at: &Origin) -> Setting {
    let (text, origin) = match field.absent {
        Absent::Value(text) => (Some(text), Origin::Default),
        Absent::Nothing | Absent::Follows(_) => (None, Origin::Default),
        Absent::Required(_) => (None, missing_at.clone()),
    };
    Setting {
        field,
        value: text.and_then(|text| value::read(field, text).ok()),
        shown: text.map(str::to_owned),
        secret_file: None,
        origin,
        refused: false,
    }
}

/// An error sentence, begun with the value unless it must not be shown. A message that is no end of
/// a sentence begins with a colon.
pub(super) fn quote(field: &Field, text: &str, message: &str) -> String {
    if field.is_secret() {
        return message.to_owned();
    }
    let text = shown(field, text);
    let mut quoted: String = text.chars().take(LONGEST_QUOTE).collect();
    quoted = format!("{quoted:?}");
    if text.chars().count() > LONGEST_QUOTE {
        quoted.push_str("...");
    }
    match message.strip_prefix(": ") {
        Some(reason) => format!("{quoted}: {reason}"),
        None => format!("{quoted} {message}"),
    }
}

/// A value as anybody may see it.
pub(super) fn shown(field: &Field, text: &str) -> String {
    match field.kind {
        Kind::Secret => "(set)".to_owned(),
        Kind::Probes => probes::shown(text),
        Kind::Url => without_user(text),
        _ => text.to_owned(),
    }
}

/// A URL without a user and a password: one that has them is refused, and must not be repeated in
/// the refusal.
pub(super) fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("//").map_or("", |(scheme, _)| scheme);
            format!("{scheme}//...@{host}")
        }
        None => url.to_owned(),
    }
}

fn secret_of(path: &Path) -> Result<String, String> {
    let content =
        std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut text =
        String::from_utf8(content).map_err(|_| format!("{} is not UTF-8", path.display()))?;
    // Editors and `echo` end a file with a line break that is not part of the secret.
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err(format!("{} is empty", path.display()));
    }
    Ok(text)
}

fn warn_of_exposure(field: &Field, written: &Written, warnings: &mut Vec<String>) {
    if !field.is_secret() || written.via == Via::File {
        return;
    }
    let key = field.key;
    match &written.origin {
        Origin::File { .. } => warnings.push(format!(
            "{key} stands in the configuration file; keep it in a file of its own and name that \
             in {key}_file"
        )),
        Origin::Flag => warnings.push(format!(
            "{key} is a flag, which every user of this host can read in the list of processes; \
             keep it in a file and name that in {key}_file"
        )),
        _ => {}
    }
}

/// Warns when everybody on this host can read a file that holds a secret.
pub(super) fn warn_of_readers(path: &Path, warnings: &mut Vec<String>) {
    use std::os::unix::fs::PermissionsExt;

    let Ok(metadata) = std::fs::metadata(path) else {
        return;
    };
    if metadata.is_file() && metadata.permissions().mode() & 0o004 != 0 {
        let path = path.display();
        warnings.push(format!(
            "{path} holds a secret and every user of this host can read it; run \
             \"chmod o-r {path}\""
        ));
    }
}

/// Enough to recognise a value by.
const LONGEST_QUOTE: usize = 80;
