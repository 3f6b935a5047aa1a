//! How a verdict came about.

use std::fmt::{self, Display, Formatter};

use super::{Origin, Policy, Step};
use crate::program::Trace;
use crate::remote::Answers;
use crate::request::{Credentials, Target};

/// How a verdict came about, for people.
///
/// It repeats what the credentials and the target hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The name that was asked for.
    pub asked: String,
    /// The name of the rule that decided; the default rule where the name is not there.
    pub rule: Option<String>,
    /// Where that rule comes from.
    pub origin: Option<Origin>,
    /// Whether the request is allowed.
    pub allowed: bool,
    /// The verdict in words.
    pub verdict: String,
    /// Every check of the rule; `None` when the scope or the lack of a rule decided.
    pub trace: Option<Trace>,
}

pub(super) fn explain(
    policy: &Policy,
    asked: &str,
    target: &(impl Target + ?Sized),
    credentials: &(impl Credentials + ?Sized),
    answers: &Answers,
) -> Explanation {
    let entry = policy.find(asked);
    let (allowed, verdict) = match policy.step(asked, target, credentials, answers) {
        Step::Decided(verdict) => (verdict.is_allowed(), verdict.to_string()),
        Step::Ask(question) => (false, format!("not decided: {} was not asked", question.url())),
    };
    let traced = entry.filter(|entry| entry.refused_scope(credentials).is_none());
    Explanation {
        asked: asked.to_owned(),
        rule: entry.map(|entry| entry.name().to_owned()),
        origin: entry.map(|entry| entry.origin().clone()),
        allowed,
        verdict,
        trace: traced
            .map(|entry| policy.evaluation(target, credentials, answers).trace(entry.node, true)),
    }
}

/// The verdict, the rule's place, and a line for each check.
impl Display for Explanation {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}: {}", self.asked, self.verdict)?;
        if let (Some(rule), Some(origin)) = (&self.rule, &self.origin) {
            let default = if *rule == self.asked { "" } else { ", the default rule" };
            writeln!(out, "decided by `{rule}`{default}, from {origin}")?;
        }
        self.trace.as_ref().map_or(Ok(()), |trace| write!(out, "{trace}"))
    }
}
