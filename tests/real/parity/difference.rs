//! In what two sides differ, piece by piece.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::exchange::{Answer, Seen, Side};
use super::info::{self, INFO};

/// One piece in which Portcullis (`here`) and keystonemiddleware (`there`) differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// A field as the application saw it.
    AppField { name: String, here: Option<String>, there: Option<String> },
    /// The request line or the body as the application saw them.
    AppRequest { here: String, there: String },
    /// `X-Portcullis-Token-Info` says other than `keystone.token_info` would have it.
    AppInfo { here: Value, there: Value },
    /// A response's body.
    Body { status: u16, here: String, there: String },
    /// A field of the response.
    Field { status: u16, name: String, here: Vec<String>, there: Vec<String> },
    /// Only one application was reached.
    Reached { here: bool, there: bool },
    /// The statuses; fields and bodies of different answers are not compared.
    Status { here: u16, there: u16 },
}

/// Every difference between two sides, none when they are equal.
pub(crate) fn differences(here: &Side, there: &Side) -> Vec<Difference> {
    let mut found = Vec::new();
    match (&here.reached, &there.reached) {
        (Some(here), Some(there)) => requests(here, there, &mut found),
        (here, there) if here.is_some() != there.is_some() => {
            let (here, there) = (here.is_some(), there.is_some());
            found.push(Difference::Reached { here, there });
        }
        _ => {}
    }
    answers(&here.answer, &there.answer, &mut found);
    found
}

fn requests(here: &Seen, there: &Seen, found: &mut Vec<Difference>) {
    let line = |seen: &Seen| format!("{} {}\n{}", seen.method, seen.target, seen.body);
    if line(here) != line(there) {
        found.push(Difference::AppRequest { here: line(here), there: line(there) });
    }
    let names: BTreeSet<_> = here.fields.keys().chain(there.fields.keys()).collect();
    for name in names {
        let (ours, theirs) = (here.fields.get(name), there.fields.get(name));
        if ours != theirs && !(theirs.is_none() && ADDED.contains(&name.as_str())) {
            let (here, there) = (ours.cloned(), theirs.cloned());
            found.push(Difference::AppField { name: name.clone(), here, there });
        }
    }
    infos(here, there, found);
}

/// The header of ours that stands for what is no header there.
fn infos(here: &Seen, there: &Seen, found: &mut Vec<Difference>) {
    let Some(header) = here.fields.get(INFO) else { return };
    let header = serde_json::from_str(header).unwrap_or(Value::Null);
    let wanted = info::expected(&there.info);
    if header != wanted {
        found.push(Difference::AppInfo { here: header, there: wanted });
    }
}

fn answers(here: &Answer, there: &Answer, found: &mut Vec<Difference>) {
    let status = here.status;
    if status != there.status {
        found.push(Difference::Status { here: status, there: there.status });
        return;
    }
    let names: BTreeSet<_> = here.fields.keys().chain(there.fields.keys()).collect();
    for name in names {
        let values = |answer: &Answer| answer.fields.get(name).cloned().unwrap_or_default();
        let (ours, theirs) = (values(here), values(there));
        if ours != theirs && !(theirs.is_empty() && name == REQUEST_ID) {
            let name = name.clone();
            found.push(Difference::Field { status, name, here: ours, there: theirs });
        }
    }
    if here.body != there.body {
        let (here, there) = (here.body.clone(), there.body.clone());
        found.push(Difference::Body { status, here, there });
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AppField { name, here, there } => {
                write!(f, "the application saw {name} as {here:?} here, {there:?} there")
            }
            Self::AppRequest { here, there } => {
                write!(f, "the application saw {here:?} here, {there:?} there")
            }
            Self::AppInfo { here, there } => {
                write!(f, "{INFO} says {here} here, and should say {there}")
            }
            Self::Body { status, here, there } => {
                write!(f, "the body of the {status} is {here:?} here, {there:?} there")
            }
            Self::Field { status, name, here, there } => {
                write!(f, "{name} of the {status} is {here:?} here, {there:?} there")
            }
            Self::Reached { here, there } => {
                write!(f, "the application was reached: {here} here, {there} there")
            }
            Self::Status { here, there } => write!(f, "the status is {here} here, {there} there"),
        }
    }
}

/// What a proxy adds to every request, where the client has said nothing of the kind: where it
/// came from, and what it is called.
pub(crate) const ADDED: [&str; 4] =
    ["X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_OPENSTACK_REQUEST_ID"];

/// The one field that is added to every response.
const REQUEST_ID: &str = "x-openstack-request-id";
