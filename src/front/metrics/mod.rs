//! What is counted about requests.

mod labels;
mod route;

use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGauge};

use crate::telemetry::{Counters, FINE_SECONDS, MetricError, Registry};

pub(super) use labels::{Decision, Reason, Rejected, Verb};
pub(super) use route::RouteMetrics;

/// The name of the one listener there is.
const LISTENER: &str = "public";

/// Metrics of all requests, shared by all workers.
pub struct Metrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    overhead: HistogramVec,
    decisions: IntCounterVec,
    pub(super) in_flight: IntGauge,
    pub(super) rejected: Counters<Rejected>,
    pub(super) stripped: IntCounter,
}

impl Metrics {
    /// Declares them.
    ///
    /// # Errors
    /// When they are declared already.
    pub fn register(registry: &Registry) -> Result<Self, MetricError> {
        let in_flight = registry.gauge_vec(
            "http_requests_in_flight",
            "Requests that have begun and not ended.",
            &["listener"],
        )?;
        Ok(Self {
            requests: registry.counter_vec(
                "http_requests_total",
                "Requests, by what the client was answered.",
                &["listener", "route", "method", "code"],
            )?,
            durations: registry.histogram_vec(
                "http_request_duration_seconds",
                "Time from the head of a request to the end of its response.",
                &["listener", "route", "method"],
                FINE_SECONDS,
            )?,
            overhead: registry.histogram_vec(
                "http_overhead_duration_seconds",
                "Our own part of the time to the head of the response: without the waits for the \
                 identity service and for the guarded service.",
                &["route"],
                FINE_SECONDS,
            )?,
            decisions: registry.counter_vec(
                "auth_decisions_total",
                "Decisions, by outcome and reason.",
                &["route", "decision", "reason"],
            )?,
            in_flight: in_flight.with_label_values(&[LISTENER]),
            rejected: registry.counters(
                "http_rejected_total",
                "Requests refused before anybody looked at their token.",
            )?,
            stripped: registry.counter(
                "http_stripped_fields_total",
                "Fields that clients had no right to send, removed.",
            )?,
        })
    }

    /// Those of the route of that name; the same for the same name.
    pub(super) fn of_route(&self, name: &str, from_the_start: bool) -> RouteMetrics {
        RouteMetrics::new(self, name, from_the_start)
    }
}
