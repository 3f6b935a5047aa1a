//! Where rules are read from: files, directories, text, code.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Origin;
use super::builder::Definition;
use super::document;
use super::note::Note;
use super::problem::Problems;
use crate::rule::Rule;

/// A source of rules. What stands in a later one wins.
#[derive(Clone, Debug)]
pub(super) enum Layer {
    Directory { path: PathBuf, missing: Missing },
    File { path: PathBuf, missing: Missing },
    Inline { name: String, rule: Box<Rule> },
    Text { name: Arc<str>, text: String },
}

/// What to do about a path at which there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Refuse,
    Skip,
}

/// What has been read so far.
pub(super) struct Reading<'a> {
    pub(super) found: Vec<Definition>,
    pub(super) notes: &'a mut Vec<Note>,
    pub(super) problems: &'a mut Problems,
}

impl Reading<'_> {
    /// Reads one more source.
    pub(super) fn read(&mut self, layer: &Layer) {
        match layer {
            Layer::Directory { path, missing } => self.directory(path, *missing),
            Layer::File { path, missing } => self.file(path, *missing),
            Layer::Inline { name, rule } => self.found.push(Definition {
                name: name.clone(),
                rule: (**rule).clone(),
                origin: Origin::Inline,
            }),
            Layer::Text { name, text } => document::read(name, text.as_bytes(), self),
        }
    }

    fn file(&mut self, path: &Path, missing: Missing) {
        match fs::read(path) {
            Ok(bytes) => document::read(&name_of(path), &bytes, self),
            Err(error) if missing == Missing::Skip && error.kind() == ErrorKind::NotFound => {}
            Err(error) => self.unreadable(path, &error),
        }
    }

    /// Every file that is not hidden, in the order of their names as text, so `10.yaml` comes
    /// before `2.yaml`. Directories inside are left alone.
    fn directory(&mut self, path: &Path, missing: Missing) {
        match names(path) {
            Ok(names) => names.iter().for_each(|name| self.file(&path.join(name), Missing::Refuse)),
            Err(error) if missing == Missing::Skip && error.kind() == ErrorKind::NotFound => {}
            Err(error) => self.unreadable(path, &error),
        }
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        let origin = Origin::File { name: name_of(path), line: 0 };
        self.problems.add(origin, None, format!("cannot be read: {error}"));
    }
}

fn names(path: &Path) -> std::io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        let hidden = name.as_encoded_bytes().starts_with(b".");
        // A link counts as what it leads to. What is neither file nor directory could block.
        let is_directory = fs::metadata(path.join(&name)).is_ok_and(|metadata| metadata.is_dir());
        if !hidden && !is_directory {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn name_of(path: &Path) -> Arc<str> {
    path.to_string_lossy().into()
}
