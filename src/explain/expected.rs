//! What somebody expects of a request.

use std::fmt;

use serde_json::Value;

use crate::front::Rehearsal;

use super::Wrong;
use super::members::Members;

/// What is expected; what was not written is left open.
pub(super) struct Expected {
    outcome: Outcome,
    reason: Option<String>,
    route: Option<String>,
}

enum Outcome {
    /// A word of [`OUTCOMES`].
    Decision(&'static str),
    /// Our own answer.
    Status(u16),
}

/// Every decision there is.
const OUTCOMES: [&str; 6] = ["allow", "defer", "deny", "error", "reject", "shadow_deny"];

impl Expected {
    /// Reads `expect`, `reason` and `route`.
    pub(super) fn take_from(members: &mut Members<'_>) -> Result<Self, Wrong> {
        let outcome = match members.take("expect") {
            Some(Value::Number(number)) => {
                number.as_u64().and_then(|code| u16::try_from(code).ok()).map(Outcome::Status)
            }
            Some(Value::String(text)) => {
                OUTCOMES.into_iter().find(|word| *word == text).map(Outcome::Decision)
            }
            _ => None,
        };
        let Some(outcome) = outcome else {
            let message =
                format!("must be one of {}, or a status such as 400", OUTCOMES.join(", "));
            return Err(members.wrong("expect", message));
        };
        Ok(Self { outcome, reason: members.text("reason")?, route: members.text("route")? })
    }

    /// Whether that came.
    pub(super) fn is_met(&self, rehearsal: &Rehearsal) -> bool {
        let answer = rehearsal.answer;
        let outcome = match self.outcome {
            Outcome::Decision(word) => answer.decision == word,
            Outcome::Status(code) => answer.status == Some(code),
        };
        let route = rehearsal.route.as_ref().map(|(_, route)| &*route.name);
        outcome
            && self.reason.as_deref().is_none_or(|reason| reason == answer.reason)
            && self.route.as_deref().is_none_or(|name| route == Some(name))
    }
}

/// As in `deny, reason rule, route volumes`.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.outcome {
            Outcome::Decision(word) => f.write_str(word)?,
            Outcome::Status(code) => write!(f, "{code}")?,
        }
        if let Some(reason) = &self.reason {
            write!(f, ", reason {reason}")?;
        }
        self.route.as_ref().map_or(Ok(()), |route| write!(f, ", route {route}"))
    }
}
