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
    /// An option of an oslo.config file.
    Ini(Spot),
    /// The configuration file as a whole: where a missing key would have to be.
    WholeFile(Arc<str>),
    /// A variable of the environment.
    Variable(String),
    /// The command line: a key with `--set`.
    Flag,
    /// The command line: a flag of its own.
    Argument(&'static str),
    /// An entry of a `clouds.yaml`.
    Cloud {
        /// The name of the entry.
        name: Arc<str>,
        /// The file.
        path: PathBuf,
    },
}

/// Where an option of an oslo.config file is, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The file's name as the operator gave it.
    pub(super) file: Arc<str>,
    /// The section's name.
    pub(super) section: Arc<str>,
    /// The option's name as it was written.
    pub(super) option: String,
    /// Counted from 1; `None` when nobody wrote the option and its default there counts.
    pub(super) line: Option<usize>,
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
            Self::Argument(flag) => (*flag).to_owned(),
            Self::Ini(Spot { file, section, option, line: Some(line) }) => {
                format!("{file}:{line}: [{section}] {option}")
            }
            Self::Ini(Spot { file, section, option, line: None }) => {
                format!("{file}: [{section}] {option}")
            }
            Self::Variable(_) | Self::Cloud { .. } => self.to_string(),
        }
    }

    /// Sorts errors: those of the files by position, then the others as they were found.
    pub(super) fn order(&self) -> (u8, usize, usize) {
        match self {
            Self::Ini(spot) => (0, spot.line.unwrap_or(usize::MAX), 0),
            Self::File { line, column, .. } => (1, *line, *column),
            Self::WholeFile(_) | Self::Default | Self::Follows(_) => (2, 0, 0),
            Self::Variable(_) => (3, 0, 0),
            Self::Flag | Self::Argument(_) => (4, 0, 0),
            Self::Cloud { .. } => (5, 0, 0),
        }
    }

    /// Whether the place says already what it is about.
    pub(super) fn names_option(&self) -> bool {
        matches!(self, Self::Ini(_))
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
            Self::Argument(flag) => f.write_str(flag),
            Self::Ini(Spot { file, section, option, line: Some(line) }) => {
                write!(f, "{file} line {line} [{section}] {option}")
            }
            Self::Ini(Spot { file, section, option, line: None }) => {
                write!(f, "{file} [{section}], default of {option}")
            }
            Self::Cloud { name, path } => {
                write!(f, "clouds.yaml entry {name} ({})", path.display())
            }
        }
    }
}
