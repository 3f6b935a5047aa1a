//! One rule: from what stands in a policy file to a tree of checks.

mod check;
mod flaw;
mod list;
mod parse;
mod piece;

use std::fmt::{self, Display, Formatter};

pub use check::{Check, Leaf};
pub use flaw::{Flaw, Reason};
pub use list::NotARule;

use serde_json::Value as Json;

/// A parsed rule.
///
/// Parsing cannot fail. What the language does not know becomes `!`, as in Python, and
/// [`Rule::flaws`] remembers why.
///
/// ```
/// use oslo_policy::Rule;
///
/// let rule = Rule::parse("role:admin or (project_id:%(project_id)s and role:member)");
/// assert_eq!(rule.to_string(), "(role:admin or (project_id:%(project_id)s and role:member))");
/// assert!(rule.flaws().is_empty());
///
/// let rule = Rule::parse("role:admin role:member");
/// assert_eq!(rule.to_string(), "!");
/// assert_eq!(rule.flaws()[0].to_string(), "`and` or `or` is missing before `role:member`");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    source: Json,
    check: Check,
    flaws: Vec<Flaw>,
}

impl Rule {
    /// Parses a rule that is written as text. The empty text allows everything.
    pub fn parse(text: &str) -> Self {
        let (check, flaws) = parse::parse(text);
        Self { source: Json::from(text), check, flaws }
    }

    /// Parses a rule as it stands in a policy file: text, or the older list of lists (the outer one
    /// joined by `or`, the inner ones by `and`). `null`, `[]` and `{}` allow everything.
    ///
    /// # Errors
    /// For booleans, numbers and mappings with entries. Python lets `false` and `0` allow
    /// everything and fails on the others.
    pub fn from_json(value: &Json) -> Result<Self, NotARule> {
        if let Json::String(text) = value {
            return Ok(Self::parse(text));
        }
        let (check, flaws) = list::parse(value)?;
        Ok(Self { source: value.clone(), check, flaws })
    }

    /// The rule that is `check`.
    pub fn new(check: Check) -> Self {
        Self { source: Json::from(check.to_string()), check, flaws: Vec::new() }
    }

    /// The tree of checks.
    pub fn check(&self) -> &Check {
        &self.check
    }

    /// What could not be understood and was replaced by `!`.
    pub fn flaws(&self) -> &[Flaw] {
        &self.flaws
    }

    /// What the rule was made from: text, a list or `null`.
    pub fn source(&self) -> &Json {
        &self.source
    }

    /// The text that the rule was made from; JSON for a list.
    pub fn source_text(&self) -> String {
        match &self.source {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl From<&str> for Rule {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

impl From<String> for Rule {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<Check> for Rule {
    fn from(check: Check) -> Self {
        Self::new(check)
    }
}

/// As [`Check`].
impl Display for Rule {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.check.fmt(out)
    }
}

#[cfg(test)]
mod tests;
