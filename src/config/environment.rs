//! The part of the process's surroundings that configuration reads.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Variables, home and working directory, taken once; tests make their own.
#[derive(Clone, Default)]
pub struct Environment {
    /// Variables by name.
    pub variables: BTreeMap<String, String>,
    /// The user's home, for `~` and for `~/.config/openstack/clouds.yaml`.
    pub home: Option<PathBuf>,
    /// What relative paths are relative to; empty leaves them to the process.
    pub directory: PathBuf,
}

impl Environment {
    /// Reads the process's own. Only `PORTCULLIS_*` and `OS_*` variables are kept.
    pub fn from_process() -> Self {
        let variables = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
            .filter(|(name, _)| name.starts_with("PORTCULLIS_") || name.starts_with("OS_"))
            .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
            .collect();
        Self { variables, home: std::env::home_dir(), directory: PathBuf::new() }
    }

    /// Whether a variable names the configuration file.
    pub fn names_file(&self) -> bool {
        self.variable(super::FILE_VARIABLE).is_some()
    }

    /// A variable's value. An empty one counts as absent: compose files and shell scripts pass
    /// variables on that nobody set.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// `written` as a path, with a leading `~/` and the working directory filled in.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        match (written.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.directory.join(Path::new(written)),
        }
    }
}

impl fmt::Debug for Environment {
    /// Names only: values may be passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys())
            .field("home", &self.home)
            .field("directory", &self.directory)
            .finish()
    }
}
