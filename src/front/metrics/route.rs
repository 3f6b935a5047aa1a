//! What is counted about the requests of one route.

use std::sync::OnceLock;

use http::StatusCode;
use prometheus::{Histogram, IntCounter, IntCounterVec};

use crate::telemetry::Label;

use super::{Decision, LISTENER, Metrics, Reason, Verb};

/// Status codes that exist from the start.
const USUAL: [u16; 15] =
    [200, 201, 204, 400, 401, 403, 404, 405, 413, 431, 499, 500, 502, 503, 504];

/// Statuses run from 100 to 999.
const CODES: usize = 900;

/// The metrics of one route, resolved.
pub(in crate::front) struct RouteMetrics {
    name: Box<str>,
    requests: IntCounterVec,
    /// Handles by method and status, found once each.
    by_method_and_code: Box<[OnceLock<IntCounter>]>,
    durations: Box<[Histogram]>,
    pub(in crate::front) overhead: Histogram,
    /// By decision and reason; pairs that cannot be have none.
    decisions: Box<[Option<IntCounter>]>,
}

impl RouteMetrics {
    pub(super) fn new(all: &Metrics, name: &str) -> Self {
        let metrics = Self {
            name: name.into(),
            requests: all.requests.clone(),
            by_method_and_code: (0..Verb::ALL.len() * CODES).map(|_| OnceLock::new()).collect(),
            durations: Verb::ALL
                .iter()
                .map(|verb| all.durations.with_label_values(&[LISTENER, name, verb.as_str()]))
                .collect(),
            overhead: all.overhead.with_label_values(&[name]),
            decisions: Decision::ALL
                .iter()
                .flat_map(|decision| Reason::ALL.iter().map(move |reason| (*decision, *reason)))
                .map(|(decision, reason)| {
                    let labels = [name, decision.as_str(), reason.as_str()];
                    let can_be = reason.decisions().contains(&decision);
                    can_be.then(|| all.decisions.with_label_values(&labels))
                })
                .collect(),
        };
        for verb in Verb::ALL {
            for code in USUAL {
                metrics.requests(*verb, StatusCode::from_u16(code).unwrap_or_default());
            }
        }
        metrics
    }

    /// The route's name.
    pub(in crate::front) fn name(&self) -> &str {
        &self.name
    }

    pub(in crate::front) fn count_request(&self, verb: Verb, status: StatusCode, seconds: f64) {
        if let Some(counter) = self.requests(verb, status) {
            counter.inc();
        }
        if let Some(histogram) = self.durations.get(verb.index()) {
            histogram.observe(seconds);
        }
    }

    pub(in crate::front) fn count_decision(&self, decision: Decision, reason: Reason) {
        let at = decision.index() * Reason::ALL.len() + reason.index();
        if let Some(Some(counter)) = self.decisions.get(at) {
            counter.inc();
        }
    }

    fn requests(&self, verb: Verb, status: StatusCode) -> Option<&IntCounter> {
        let code = usize::from(status.as_u16()).checked_sub(100)?;
        let slot = self.by_method_and_code.get(verb.index() * CODES + code)?;
        Some(slot.get_or_init(|| {
            let labels = [LISTENER, &*self.name, verb.as_str(), status.as_str()];
            self.requests.with_label_values(&labels)
        }))
    }
}
