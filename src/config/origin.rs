//! Where a value was written.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a value came from. `Display` is for `config show`; [`Origin::place`] is for errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nobody wrote it.
    Default,
    /// Nobody wrote it; it follows from another key.
    Follows(&'static str),
    /// The configuration file.
    File {
        /// The file's name as the operator gave it; empty when there is none to give.
        name: Arc<str>,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// The configuration file as a whole: where a missing key would have to be.
    WholeFile(Arc<str>),
    /// A variable of the environment.
    Variable(String),
    /// The command line.
    Flag,
    /// An entry of a `clouds.yaml`.
    Cloud {
        /// The name of the entry.
        name: Arc<str>,
        /// The file.
        path: PathBuf,
    },
}

impl Origin {
    /// How an error line starts.
    pub(super) fn place(&self) -> String {
        match self {
            Self::File { name, line, column } if name.is_empty() => format!("{line}:{column}"),
            Self::File { name, line, column } => format!("{name}:{line}:{column}"),
            Self::WholeFile(name) => name.to_string(),
            Self::Default | Self::Follows(_) => "configuration".to_owned(),
            Self::Flag => "--set".to_owned(),
            Self::Variable(_) | Self::Cloud { .. } => self.to_string(),
        }
    }

    /// Sorts errors: those of the file by position, then the others as they were found.
    pub(super) fn order(&self) -> (u8, usize, usize) {
        match self {
            Self::File { line, column, .. } => (0, *line, *column),
            Self::WholeFile(_) | Self::Default | Self::Follows(_) => (1, 0, 0),
            Self::Variable(_) => (2, 0, 0),
            Self::Flag => (3, 0, 0),
            Self::Cloud { .. } => (4, 0, 0),
        }
    }

    /// Whether anybody wrote this.
    pub(super) fn is_written(&self) -> bool {
        !matches!(self, Self::Default | Self::Follows(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Follows(key) => write!(f, "default, from {key}"),
            Self::File { name, line, .. } => write!(f, "{name} line {line}"),
            Self::WholeFile(name) => f.write_str(name),
            Self::Variable(name) => write!(f, "environment {name}"),
            Self::Flag => f.write_str("flag"),
            Self::Cloud { name, path } => {
                write!(f, "clouds.yaml entry {name} ({})", path.display())
            }
        }
    }
}
