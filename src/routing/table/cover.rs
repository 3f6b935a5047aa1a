//! How the rows of a table relate: for whoever checks a configuration, not for requests.

use super::{Methods, Pattern};
use crate::routing::template::{Segment, Variable};

impl Pattern {
    /// Whether every request that `other` takes is taken. May miss some that are.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let methods = match (&self.methods, &other.methods) {
            (Methods::All, _) => true,
            (Methods::These(_), Methods::All) => false,
            (Methods::These(own), Methods::These(theirs)) => {
                theirs.iter().all(|method| own.contains(method))
            }
        };
        let host = match (&self.host, &other.host) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(theirs)) => own.covers(theirs),
        };
        methods && host && covers(&self.template, &other.template)
    }

    /// Whether some request is taken by both.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let methods = match (&self.methods, &other.methods) {
            (Methods::All, _) | (_, Methods::All) => true,
            (Methods::These(own), Methods::These(theirs)) => {
                theirs.iter().any(|method| own.contains(method))
            }
        };
        let host = match (&self.host, &other.host) {
            (None, _) | (_, None) => true,
            (Some(own), Some(theirs)) => own.meets(theirs),
        };
        methods && host && meets(&self.template, &other.template)
    }
}

fn covers(own: &[Segment], theirs: &[Segment]) -> bool {
    match (own, theirs) {
        ([], []) => true,
        ([Segment::Rest, tail @ ..], theirs) => {
            (0..=theirs.len()).any(|taken| covers(tail, theirs.get(taken..).unwrap_or_default()))
        }
        ([first, own @ ..], [second, theirs @ ..]) => {
            segment_covers(first, second) && covers(own, theirs)
        }
        ([], _) | (_, []) => false,
    }
}

fn segment_covers(own: &Segment, theirs: &Segment) -> bool {
    match (own, theirs) {
        (Segment::Variable(own), Segment::Variable(theirs)) => {
            theirs.prefix.starts_with(&own.prefix) && theirs.suffix.ends_with(&own.suffix)
        }
        (own, Segment::Text(text)) => own.takes(text),
        (Segment::Text(_) | Segment::Variable(_), Segment::Rest)
        | (Segment::Text(_), Segment::Variable(_)) => false,
        (Segment::Rest, _) => true,
    }
}

fn meets(own: &[Segment], theirs: &[Segment]) -> bool {
    match (own, theirs) {
        ([], []) => true,
        ([Segment::Rest, tail @ ..], other) | (other, [Segment::Rest, tail @ ..]) => {
            (0..=other.len()).any(|taken| meets(tail, other.get(taken..).unwrap_or_default()))
        }
        ([first, own @ ..], [second, theirs @ ..]) => {
            segment_meets(first, second) && meets(own, theirs)
        }
        ([], _) | (_, []) => false,
    }
}

fn segment_meets(own: &Segment, theirs: &Segment) -> bool {
    let fit = |own: &Variable, theirs: &Variable| {
        let prefix =
            own.prefix.starts_with(&theirs.prefix) || theirs.prefix.starts_with(&own.prefix);
        let suffix = own.suffix.ends_with(&theirs.suffix) || theirs.suffix.ends_with(&own.suffix);
        prefix && suffix
    };
    match (own, theirs) {
        (Segment::Variable(own), Segment::Variable(theirs)) => fit(own, theirs),
        (Segment::Text(text), other) | (other, Segment::Text(text)) => other.takes(text),
        (Segment::Rest, _) | (_, Segment::Rest) => true,
    }
}
