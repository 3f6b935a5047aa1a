//! What is counted about the requests of one route.

use std::sync::OnceLock;

use http::StatusCode;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};

use crate::telemetry::Label;

use super::{Decision, GrpcStatus, Metrics, Reason, Verb};

/// Status codes that exist from the start.
const USUAL: [u16; 15] =
    [200, 201, 204, 400, 401, 403, 404, 405, 413, 431, 499, 500, 502, 503, 504];

/// Codes that services answer with (RFC 9110 and its extensions); each has a place for its handle.
/// Any other is found by name each time.
#[rustfmt::skip]
const KNOWN: [u16; 62] = [
    100, 101, 102, 103,
    200, 201, 202, 203, 204, 205, 206, 207, 208, 226,
    300, 301, 302, 303, 304, 305, 307, 308,
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421,
    422, 423, 424, 425, 426, 428, 429, 431, 451, 499,
    500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
];

/// The place of a code in [`KNOWN`].
fn place(status: StatusCode) -> Option<usize> {
    KNOWN.binary_search(&status.as_u16()).ok()
}

/// The metrics of one route, resolved.
pub(in crate::front) struct RouteMetrics {
    name: Box<str>,
    requests: IntCounterVec,
    /// Handles by method and status, found once each.
    by_method_and_code: Box<[OnceLock<IntCounter>]>,
    all_durations: HistogramVec,
    durations: Box<[OnceLock<Histogram>]>,
    pub(in crate::front) overhead: Histogram,
    all_decisions: IntCounterVec,
    /// By decision and reason.
    decisions: Box<[OnceLock<IntCounter>]>,
    all_grpc: IntCounterVec,
    /// By status; most routes have none.
    grpc: Box<[OnceLock<IntCounter>]>,
}

impl RouteMetrics {
    /// Those of the route `name`. With `from_the_start` its series exist at zero; else each begins
    /// when it is first needed, because thousands of routes have hundreds of series each.
    pub(super) fn new(all: &Metrics, name: &str, from_the_start: bool) -> Self {
        let pairs = Decision::ALL.len() * Reason::ALL.len();
        let metrics = Self {
            name: name.into(),
            requests: all.requests.clone(),
            by_method_and_code: slots(Verb::ALL.len() * KNOWN.len()),
            all_durations: all.durations.clone(),
            durations: slots(Verb::ALL.len()),
            overhead: all.overhead.with_label_values(&[name]),
            all_decisions: all.decisions.clone(),
            decisions: slots(pairs),
            all_grpc: all.grpc.clone(),
            grpc: slots(GrpcStatus::ALL.len()),
        };
        if from_the_start {
            metrics.open();
        }
        metrics
    }

    fn open(&self) {
        for verb in Verb::ALL {
            for code in USUAL {
                self.requests(*verb, StatusCode::from_u16(code).unwrap_or_default(), |_| ());
            }
            self.duration(*verb);
        }
        for reason in Reason::ALL {
            for decision in reason.decisions() {
                self.decision(*decision, *reason);
            }
        }
    }

    /// The route's name.
    pub(in crate::front) fn name(&self) -> &str {
        &self.name
    }

    pub(in crate::front) fn count_request(&self, verb: Verb, status: StatusCode, seconds: f64) {
        self.requests(verb, status, IntCounter::inc);
        if let Some(histogram) = self.duration(verb) {
            histogram.observe(seconds);
        }
    }

    pub(in crate::front) fn count_decision(&self, decision: Decision, reason: Reason) {
        if let Some(counter) = self.decision(decision, reason) {
            counter.inc();
        }
    }

    /// A call of gRPC has ended. Its series begins with the first one.
    pub(in crate::front) fn count_grpc(&self, status: GrpcStatus) {
        let named = || self.all_grpc.with_label_values(&[&*self.name, status.as_str()]);
        if let Some(counter) = self.grpc.get(status.index()) {
            counter.get_or_init(named).inc();
        }
    }

    fn duration(&self, verb: Verb) -> Option<&Histogram> {
        let named = || self.all_durations.with_label_values(&[&*self.name, verb.as_str()]);
        Some(self.durations.get(verb.index())?.get_or_init(named))
    }

    fn decision(&self, decision: Decision, reason: Reason) -> Option<&IntCounter> {
        let at = decision.index() * Reason::ALL.len() + reason.index();
        let labels = [&*self.name, decision.as_str(), reason.as_str()];
        let named = || self.all_decisions.with_label_values(&labels);
        Some(self.decisions.get(at)?.get_or_init(named))
    }

    /// Does something with one counter, which exists from then on.
    fn requests(&self, verb: Verb, status: StatusCode, each: impl FnOnce(&IntCounter)) {
        let named = || {
            let labels = [&*self.name, verb.as_str(), status.as_str()];
            self.requests.with_label_values(&labels)
        };
        let slot = place(status)
            .and_then(|place| self.by_method_and_code.get(verb.index() * KNOWN.len() + place));
        match slot {
            Some(slot) => each(slot.get_or_init(named)),
            None => each(&named()),
        }
    }
}

fn slots<T>(count: usize) -> Box<[OnceLock<T>]> {
    (0..count).map(|_| OnceLock::new()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_code_has_a_place_of_its_own() {
        assert!(KNOWN.is_sorted_by(|one, other| one < other));
        for code in USUAL {
            assert!(place(StatusCode::from_u16(code).unwrap()).is_some(), "{code}");
        }
        assert_eq!(place(StatusCode::from_u16(799).unwrap()), None);
    }
}
