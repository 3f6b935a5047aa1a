//! Why a policy cannot be loaded.

use std::fmt::{self, Display, Formatter};

use thiserror::Error;

use super::Origin;

/// Everything that keeps a policy from being loaded, one line for each.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub struct LoadErrors(pub Vec<LoadError>);

/// One reason why a policy cannot be loaded.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub struct LoadError {
    /// Where it was noticed.
    pub origin: Origin,
    /// The name of the rule, where it is about one.
    pub rule: Option<String>,
    /// What is wrong, and what can be done about it.
    pub message: String,
}

impl Display for LoadErrors {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            write!(out, "{}{error}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl Display for LoadError {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{}: ", self.origin)?;
        if let Some(rule) = &self.rule {
            write!(out, "rule `{rule}`: ")?;
        }
        out.write_str(&self.message)
    }
}

/// Problems, as they are found.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<LoadError>);

impl Problems {
    pub(super) fn add(&mut self, origin: Origin, rule: Option<&str>, message: impl Into<String>) {
        let (rule, message) = (rule.map(str::to_owned), message.into());
        self.0.push(LoadError { origin, rule, message });
    }

    pub(super) fn into_result<T>(self, value: T) -> Result<T, LoadErrors> {
        if self.0.is_empty() { Ok(value) } else { Err(LoadErrors(self.0)) }
    }
}
