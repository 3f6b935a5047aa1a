//! Where a rule was written.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// Where a rule was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the service's own defaults.
    Default,
    /// In a file.
    File {
        /// The file's name.
        name: Arc<str>,
        /// The line, counted from 1; 0 when it is about the whole file.
        line: usize,
    },
    /// Given directly, by [`PolicyBuilder::inline`](crate::PolicyBuilder::inline).
    Inline,
}

impl Display for Origin {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str("the service's defaults"),
            Self::File { name, line: 0 } => out.write_str(name),
            Self::File { name, line } => write!(out, "{name}:{line}"),
            Self::Inline => out.write_str("an inline rule"),
        }
    }
}
