//! Where both sides agree, where they differ on purpose, and where they must not.

use std::collections::BTreeMap;
use std::fmt::Write;

use oslo_policy::{Denial, FormatError, LoadErrors, Policy, Problem, Verdict};
use serde_json::Value as Json;

use crate::job::{Case, Job, decide};
use crate::oracle::Answer;

/// A deliberate difference. README.md lists them by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Row {
    /// Python raises an exception while it evaluates; here the rule denies.
    Exception,
    /// Circles are found while loading.
    Circle,
    /// Nesting and references have bounds.
    Depth,
    /// `%s`, `%(a)d` and the like are not formatted.
    Format,
    /// Kinds that Python reads and this crate does not.
    Kind,
    /// Names of rules that YAML does not take for text.
    Name,
    /// Booleans, numbers and mappings are no rules.
    NotARule,
    /// The key that a remote check's URL needs is missing.
    RemoteKey,
    /// Roles that are text or a mapping.
    Roles,
    /// Printing keeps a quoted check apart from a quoted word.
    Quotes,
    /// YAML that only one side reads.
    Yaml,
}

/// Everything that was compared.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) triples: usize,
    pub(crate) allowed: usize,
    pub(crate) loads: usize,
    pub(crate) rows: BTreeMap<Row, usize>,
    pub(crate) unexplained: Vec<String>,
}

impl Report {
    pub(crate) fn compare(&mut self, job: &Job, answer: &Answer) {
        self.loads += 1;
        let policy = match (job.load(), &answer.load) {
            (Ok(policy), None) => policy,
            (Err(_), Some(_)) => return,
            (Err(errors), None) => match refused_on_purpose(&errors) {
                Some(row) => return self.count(row),
                None => return self.differ(job, None, &format!("only we refuse: {errors}")),
            },
            (Ok(_), Some(exception)) => match accepted_on_purpose(exception) {
                Some(row) => return self.count(row),
                None => return self.differ(job, None, &format!("only Python: {exception}")),
            },
        };
        self.compare_printed(job, &policy, answer);
        for (case, theirs) in job.cases.iter().zip(&answer.verdicts) {
            self.triples += 1;
            self.compare_verdicts(job, &policy, case, theirs);
        }
    }

    fn compare_printed(&mut self, job: &Job, policy: &Policy, answer: &Answer) {
        if policy.rules().count() != answer.printed.len() {
            self.differ(job, None, &format!("the rules are not the same: {:?}", answer.printed));
        }
        for entry in policy.rules() {
            let (ours, theirs) = (entry.rule().to_string(), answer.printed.get(entry.name()));
            if theirs.and_then(Json::as_str) == Some(&ours) {
                continue;
            }
            let quotes = entry.rule().check().leaves().iter().any(|leaf| {
                leaf.kind.starts_with(['\'', '"']) && leaf.matching.ends_with(['\'', '"'])
            });
            if quotes {
                self.count(Row::Quotes);
            } else {
                self.differ(job, None, &format!("{ours} is printed as {theirs:?}"));
            }
        }
    }

    fn compare_verdicts(&mut self, job: &Job, policy: &Policy, case: &Case, theirs: &Json) {
        let ours = decide(policy, case);
        self.allowed += usize::from(ours.is_allowed());
        let problem = match ours {
            Verdict::Deny(Denial::Undecided(fault)) => Some(fault.problem),
            Verdict::Allow | Verdict::Deny(_) => None,
        };
        match (theirs, problem) {
            (Json::Bool(theirs), None) if ours.is_allowed() == *theirs => {}
            (Json::String(_), Some(_)) => self.count(Row::Exception),
            (Json::Bool(_), Some(problem)) => match undecided_on_purpose(problem) {
                Some(row) => self.count(row),
                None => self.differ(job, Some(case), &format!("{ours}; Python: {theirs}")),
            },
            _ => self.differ(job, Some(case), &format!("{ours}; Python: {theirs}")),
        }
    }

    fn count(&mut self, row: Row) {
        *self.rows.entry(row).or_default() += 1;
    }

    fn differ(&mut self, job: &Job, case: Option<&Case>, what: &str) {
        let mut text = format!("{what}\n  files: {:?}", job.files);
        if !job.defaults.is_empty() {
            let _ = write!(text, "\n  defaults: {:?}", job.defaults);
        }
        if let Some(case) = case {
            let _ = write!(text, "\n  case: {case:?}");
        }
        self.unexplained.push(text);
    }
}

fn undecided_on_purpose(problem: Problem<'_>) -> Option<Row> {
    match problem {
        Problem::Format(FormatError::NoKey | FormatError::Conversion) => Some(Row::Format),
        Problem::UnsupportedKind(_) => Some(Row::Kind),
        Problem::Roles => Some(Row::Roles),
        Problem::RemoteKey => Some(Row::RemoteKey),
        _ => None,
    }
}

fn refused_on_purpose(errors: &LoadErrors) -> Option<Row> {
    let row = |message: &str| {
        let says = |words: &str| message.contains(words);
        if says("in a circle") {
            Some(Row::Circle)
        } else if says("nested too deeply") || says("more than 100000 checks") {
            Some(Row::Depth)
        } else if says("a rule is text") || says("a mapping is no rule") || says("is a tag") {
            Some(Row::NotARule)
        } else if says("in YAML; write it in quotes") {
            Some(Row::Name)
        } else if says("merging")
            || says("not a mapping from names")
            || says("not YAML")
            || says("is not allowed")
        {
            Some(Row::Yaml)
        } else {
            None
        }
    };
    errors.0.iter().map(|error| row(&error.message)).collect::<Option<Vec<_>>>()?.pop()
}

fn accepted_on_purpose(exception: &str) -> Option<Row> {
    exception.starts_with("ValueError: ").then_some(Row::Yaml)
}
