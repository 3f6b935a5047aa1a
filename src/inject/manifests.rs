//! Manifests in a text: all objects seen together, so that Services can be led to the pods that they
//! choose.

use std::fmt;

use serde_json::Value;

use super::kinds::{Kind, kind, objects, objects_mut, title, without_gaps};
use super::settings::Settings;
use super::value::{Refusal, at_mut};
use super::work::Work;
use super::{pod, policies, unled};
use crate::manifest::{Stream, Unreadable};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Put sidecars in.
    In,
    /// Take them out.
    Out,
}

/// What became of a text.
#[derive(Debug)]
pub struct Rewritten {
    /// The text, the same as before where nothing had to be changed.
    pub text: String,
    /// What was done, a line each.
    pub notes: Vec<String>,
    /// What to look at, a line each.
    pub warnings: Vec<String>,
    /// Names of the objects that are not as they were, new ones and those that went included.
    pub changed: Vec<String>,
}

/// Why nothing became of a text.
#[derive(Debug)]
pub enum Failure {
    /// It cannot be read, or not be changed in place.
    Unreadable(Unreadable),
    /// Objects that cannot be changed as they should; all of them, with their names.
    Refused(Vec<(String, Refusal)>),
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(formatter),
            Self::Refused(refusals) => {
                let lines = refusals.iter().map(|(object, why)| format!("{object}: {why}"));
                formatter.write_str(&lines.collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

impl std::error::Error for Failure {}

/// Puts sidecars into the workloads of a text, or takes them out. Everything else stays as it is
/// written, and doing it again changes nothing.
///
/// # Errors
/// The whole text fails with any object in it: half a change could leave a door open.
pub fn rewrite(
    text: &str,
    direction: Direction,
    settings: &Settings,
) -> Result<Rewritten, Failure> {
    let mut stream = Stream::read(text).map_err(Failure::Unreadable)?;
    let before = stream.values();
    let mut after = before.clone();
    let mut work = Work::new(settings);
    for object in after.iter_mut().flat_map(objects_mut) {
        restore(object);
    }
    if direction == Direction::In {
        work.put_in(&mut after);
    } else {
        work.taken_out(&before, &after);
    }
    if !work.refused.is_empty() {
        return Err(Failure::Refused(work.refused));
    }
    let new = policies::in_their_places(work.policies, &before, &mut after);
    after.iter_mut().for_each(without_gaps);
    let behind =
        policies::in_json(text, &new, &mut after).map_err(|why| Failure::Refused(vec![why]))?;
    for (index, wanted) in after.iter().enumerate() {
        let name = before.get(index).map(title).unwrap_or_default();
        let turned = if wanted.is_null() && before.get(index).is_some_and(|now| !now.is_null()) {
            stream.empty(index)
        } else {
            stream.turn(index, wanted)
        };
        turned.map_err(|error| Failure::Refused(vec![(name, Refusal(error.to_string()))]))?;
    }
    let text = stream.finish(behind).map_err(Failure::Unreadable)?;
    let changed = changed(&before, &after, &new);
    let Work { notes, warnings, .. } = work;
    Ok(Rewritten { text, notes, warnings, changed })
}

/// Names of what differs.
fn changed(before: &[Value], after: &[Value], new: &[Value]) -> Vec<String> {
    let differ = before.iter().zip(after).flat_map(|(before, after)| {
        let after = objects(after);
        let titles: Vec<_> = after.iter().map(|object| title(object)).collect();
        let mut after = after.into_iter();
        objects(before).into_iter().filter(move |before| {
            let gone = policies::is_ours(before) && !titles.contains(&title(before));
            gone || after.next() != Some(before)
        })
    });
    differ.map(title).chain(new.iter().map(title)).collect()
}

/// Makes of an object what it was before we came.
fn restore(object: &mut Value) {
    match kind(object) {
        Kind::Workload(place) => {
            if let Some(pod) = at_mut(object, place) {
                pod::restore(pod);
            }
        }
        Kind::Service => unled::restore(object),
        // One that we wrote ourselves goes altogether.
        Kind::NetworkPolicy if policies::is_ours(object) => *object = Value::Null,
        Kind::NetworkPolicy | Kind::Other => {}
    }
}
