//! Cases with an expected answer, and the report of what came of them.

use std::fmt;

use serde_json::{Map, Value};

use crate::front::Rehearsal;
use crate::identity::UnixTime;

use super::expected::Expected;
use super::members::Members;
use super::question;
use super::{Account, Question, Reading, Wrong};

/// A request, and what is expected of it.
pub struct Case {
    name: String,
    /// Where it is written.
    place: String,
    question: Question,
    expected: Expected,
}

impl Case {
    /// Reads one: a [`Question`] with `name`, `expect`, `reason` and `route` beside it. `as` may
    /// be the name of one of `callers`. `place` is where it is written, for reports.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn read(
        value: &Value,
        callers: &Map<String, Value>,
        place: String,
        how: Reading,
    ) -> Result<Self, Wrong> {
        let keys: Vec<&str> = OWN_KEYS.into_iter().chain(question::KEYS).collect();
        let mut members = Members::of("", value, &keys)?;
        let expected = Expected::take_from(&mut members)?;
        let name = members.text("name")?;
        members.end()?;
        let mut asked = value.clone();
        if let Value::Object(left) = &mut asked {
            left.retain(|key, _| !OWN_KEYS.contains(&key.as_str()));
            let named = left.get("as").and_then(Value::as_str).and_then(|name| callers.get(name));
            if let Some(caller) = named.cloned() {
                left.insert("as".to_owned(), caller);
            }
        }
        let question = Question::read(&asked, how)?;
        let name =
            name.unwrap_or_else(|| format!("{} {}", question.parts().method, question.parts().uri));
        Ok(Self { name, place, question, expected })
    }

    /// Reads a caller for its errors alone, so that they are reported where it is written.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check_caller(value: &Value, how: Reading) -> Result<(), Wrong> {
        let asked = serde_json::json!({ "request": "GET /", "as": value });
        Question::read(&asked, how).map(drop)
    }

    /// The request.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Compares what came with what was expected.
    pub fn judge(&self, rehearsal: Rehearsal, now: UnixTime) -> Report {
        let met = self.expected.is_met(&rehearsal);
        let account = Account::new(&self.question, rehearsal, now);
        let text = if met { format!("ok    {}", self.name) } else { self.failure(&account) };
        Report { met, text }
    }

    fn failure(&self, account: &Account) -> String {
        let answer = account.rehearsal.answer;
        let status = answer.status.map(|status| format!(", status {status}")).unwrap_or_default();
        let route = account.rehearsal.route.as_ref();
        let route = route.map(|(_, route)| format!(", route {}", route.name)).unwrap_or_default();
        let mut lines = vec![
            format!("FAIL  {}", self.name),
            format!("      {}", self.place),
            format!("      expected {}", self.expected),
            format!("      came     {}, reason {}{status}{route}", answer.decision, answer.reason),
        ];
        lines.extend(account.to_string().lines().map(|line| format!("        {line}")));
        lines.join("\n")
    }
}

/// What came of one case; `Display` is one line for a case that came as expected, and all that is
/// known for one that did not.
pub struct Report {
    /// Whether it came as expected.
    pub met: bool,
    text: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The keys of a case besides those of its question.
const OWN_KEYS: [&str; 4] = ["expect", "name", "reason", "route"];
