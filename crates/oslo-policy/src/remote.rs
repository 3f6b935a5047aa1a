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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_allows() {
        for body in ["True", "\"True\"", "\"\"True"] {
            assert!(allows(body), "{body}");
        }
        for body in ["", "true", "False", "True\n", " True", "'True'", "{\"allowed\": true}"] {
            assert!(!allows(body), "{body}");
        }
    }

    #[test]
    fn the_last_answer_to_a_question_counts() {
        let (one, other) =
            (Question::new(1, "", String::new()), Question::new(2, "", String::new()));
        let mut answers = Answers::new();
        answers.insert(&one, true);
        answers.insert(&other, true);
        answers.insert(&one, false);
        assert_eq!([1, 2, 3].map(|number| answers.get(number)), [Some(false), Some(true), None]);
    }
}
