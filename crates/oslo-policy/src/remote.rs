//! Checks that another server decides: `http:` and `https:`.
//!
//! Nothing here touches a network. An evaluation that reaches such a check stops with a
//! [`Question`]; the caller asks the server however it likes and evaluates again with the answer
//! among its [`Answers`]. Checks are asked in the order of the rule, and no more than it needs.

/// A remote check that has to be answered before a rule can be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question<'p> {
    number: usize,
    check: &'p str,
    url: String,
}

impl<'p> Question<'p> {
    pub(crate) fn new(number: usize, check: &'p str, url: String) -> Self {
        Self { number, check, url }
    }

    /// The check, as it was written.
    pub fn check(&self) -> &'p str {
        self.check
    }

    /// The URL, filled with the values of the target.
    ///
    /// Python sends a `POST` there, as a form with the fields `rule`, `target` and `credentials`,
    /// each of which is JSON.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// The answers to the remote checks of one request. They belong to the policy that asked.
#[derive(Clone, Debug, Default)]
pub struct Answers(Vec<(usize, bool)>);

impl Answers {
    /// No answers yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Remembers whether the server allowed.
    pub fn insert(&mut self, question: &Question<'_>, allowed: bool) {
        self.0.retain(|(number, _)| *number != question.number);
        self.0.push((question.number, allowed));
    }

    pub(crate) fn get(&self, number: usize) -> Option<bool> {
        self.0.iter().find(|(known, _)| *known == number).map(|(_, allowed)| *allowed)
    }
}

/// Whether the body of a server's response allows: it is `True`, perhaps in double quotes. The
/// status does not matter.
pub fn allows(body: &str) -> bool {
    body.trim_matches('"') == "True"
}
