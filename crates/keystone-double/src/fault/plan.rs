//! Which faults are in force, and what they mean for the next request.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::fault::{Canned, Fault, FaultKind, Operation};

/// The faults in force, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    faults: Vec<(u64, Fault)>,
    next: u64,
}

impl Plan {
    /// Puts a fault in force; the number takes it out again.
    pub(crate) fn add(&mut self, fault: Fault) -> u64 {
        self.next += 1;
        self.faults.push((self.next, fault));
        self.next
    }

    /// Takes one fault out.
    pub(crate) fn remove(&mut self, number: u64) {
        self.faults.retain(|(each, _)| *each != number);
    }

    /// Takes all faults out.
    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    /// What happens to the next request of this kind; counts it against limited faults.
    pub(crate) fn next(&mut self, operation: Operation) -> Course {
        let mut course = Course { holds: Vec::new(), ending: Ending::Usual };
        for (_, fault) in &mut self.faults {
            let fits = fault.operation == operation || fault.operation == Operation::Any;
            if !fits || fault.remaining == Some(0) {
                continue;
            }
            match Effect::of(&fault.kind) {
                Effect::Hold(hold) => course.holds.push(hold),
                Effect::End(ending) if matches!(course.ending, Ending::Usual) => {
                    course.ending = ending;
                }
                Effect::End(_) => continue,
            }
            fault.remaining = fault.remaining.map(|left| left.saturating_sub(1));
        }
        self.faults.retain(|(_, fault)| fault.remaining != Some(0));
        course
    }
}

/// What happens to one request.
pub(crate) struct Course {
    /// What it waits for, in order.
    pub(crate) holds: Vec<Hold>,
    /// How it is answered then.
    pub(crate) ending: Ending,
}

/// Something a request waits for.
pub(crate) enum Hold {
    /// Time to pass.
    Delay(Duration),
    /// A permit.
    Gate(Arc<Semaphore>),
}

/// How a request is answered.
pub(crate) enum Ending {
    Usual,
    Answer(Canned),
    Hang,
    Reset,
    Truncate,
    Endless(Duration),
    Huge(usize),
    OtherSubject,
}

/// A fault's part in a request.
enum Effect {
    Hold(Hold),
    End(Ending),
}

impl Effect {
    fn of(kind: &FaultKind) -> Self {
        Self::End(match kind {
            FaultKind::Delay(time) => return Self::Hold(Hold::Delay(*time)),
            FaultKind::Gate(gate) => return Self::Hold(Hold::Gate(Arc::clone(gate))),
            FaultKind::Answer(canned) => Ending::Answer(canned.clone()),
            FaultKind::Hang => Ending::Hang,
            FaultKind::Reset => Ending::Reset,
            FaultKind::Truncate => Ending::Truncate,
            FaultKind::Endless { pause } => Ending::Endless(*pause),
            FaultKind::Huge(bytes) => Ending::Huge(*bytes),
            FaultKind::OtherSubject => Ending::OtherSubject,
            FaultKind::Redirect(to) => {
                Ending::Answer(Canned::html(302, "moved").header("Location", to))
            }
            FaultKind::Html => Ending::Answer(Canned::html(200, PORTAL)),
            FaultKind::NotKeystone404 => Ending::Answer(Canned::html(404, NOT_HERE)),
        })
    }
}

const PORTAL: &str = "<!doctype html><title>Sign in</title><p>Please sign in to this network.</p>";
const NOT_HERE: &str = "<html><head><title>404 Not Found</title></head><body>\
    <center><h1>404 Not Found</h1></center></body></html>";
