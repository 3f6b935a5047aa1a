//! What is counted about remote checks.

use std::time::Duration;

use prometheus::Histogram;

use crate::label;
use crate::telemetry::{Counters, FINE_SECONDS, MetricError, Quiet, Registry};

label! {
    /// What came of a question.
    pub(super) Outcome as "outcome" {
        /// Yes.
        Allow => "allow",
        /// No.
        Deny => "deny",
        /// Nothing.
        Unanswered => "unanswered",
    }
}

impl Outcome {
    pub(super) fn of(answer: Option<bool>) -> Self {
        match answer {
            Some(true) => Self::Allow,
            Some(false) => Self::Deny,
            None => Self::Unanswered,
        }
    }
}

/// Metrics of remote checks.
pub(super) struct Metrics {
    outcomes: Counters<Outcome>,
    durations: Histogram,
    pub(super) complaints: Quiet,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            outcomes: registry.counters(
                "policy_remote_checks_total",
                "Questions to other servers that rules asked for.",
            )?,
            durations: registry.histogram(
                "policy_remote_check_duration_seconds",
                "Time that other servers took to answer.",
                FINE_SECONDS,
            )?,
            complaints: Quiet::new(Duration::from_secs(10)),
        })
    }

    pub(super) fn observe(&self, outcome: Outcome, took: Duration) {
        self.outcomes.count(outcome);
        self.durations.observe(took.as_secs_f64());
    }
}
