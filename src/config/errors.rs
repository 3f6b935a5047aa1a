//! What is wrong with a configuration, all of it at once.

use std::fmt;

use super::origin::Origin;

/// Everything that is wrong with a configuration; its `Display` is one problem a line.
#[derive(Debug)]
pub struct ConfigErrors(Vec<Problem>);

/// One thing that is wrong, where it was written, and what would be right.
#[derive(Debug, PartialEq)]
struct Problem {
    origin: Origin,
    key: String,
    message: String,
}

impl ConfigErrors {
    /// How many problems there are; never zero.
    #[expect(clippy::len_without_is_empty, reason = "an empty list of errors is never returned")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Each problem as it is told, by itself.
    pub fn each(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, key, message } = self;
        write!(f, "{}", origin.place())?;
        if !key.is_empty() && !origin.names_option() {
            write!(f, ": {key}")?;
        }
        write!(f, ": {message}")
    }
}

impl std::error::Error for ConfigErrors {}

/// Problems found so far. Reading goes on after each, so that one run reports them all.
#[derive(Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes a problem with `key` (empty for the file as a whole). The message must not hold the
    /// value of a secret.
    pub(super) fn add(&mut self, origin: &Origin, key: &str, message: impl Into<String>) {
        let message = message.into();
        // A key is whatever was written; each problem stays one line of a legible length.
        let key: String = key.chars().take(LONGEST_KEY).flat_map(legible).collect();
        self.0.push(Problem { origin: origin.clone(), key, message });
    }

    /// Adds what was noted elsewhere, unless it is known already.
    pub(super) fn adopt(&mut self, others: Self) {
        for other in others.0 {
            if !self.0.contains(&other) {
                self.0.push(other);
            }
        }
    }

    /// Adds what was noted of a part of the file that was read as if it stood elsewhere: `key` says
    /// what its keys are called where they stand.
    pub(super) fn adopt_as(&mut self, others: Self, key: impl Fn(&str, &Origin) -> String) {
        let renamed = |problem: Problem| {
            let key = key(&problem.key, &problem.origin);
            Problem { key, ..problem }
        };
        self.adopt(Self(others.0.into_iter().map(renamed).collect()));
    }

    /// Whether nothing is wrong so far.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each problem's place and message, as they were found.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Origin, &str)> {
        self.0.iter().map(|problem| (&problem.origin, problem.message.as_str()))
    }

    /// The problems in the order in which the operator will look for them.
    pub(super) fn into_errors(mut self) -> ConfigErrors {
        self.0.sort_by_key(|problem| problem.origin.order());
        ConfigErrors(self.0)
    }
}

/// A character as it may stand in one line of text.
pub(super) fn legible(character: char) -> impl Iterator<Item = char> {
    let escaped = character.is_control().then(|| character.escape_default());
    let plain = escaped.is_none().then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

/// Longer than any key of ours.
const LONGEST_KEY: usize = 80;
