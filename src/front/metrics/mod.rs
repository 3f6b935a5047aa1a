//! What is counted about requests.

mod labels;
mod listener;
mod route;

use std::sync::Arc;

use prometheus::{HistogramVec, IntCounter, IntCounterVec};

use crate::telemetry::{Counters, FINE_SECONDS, MetricError, Registry};

pub(super) use labels::{Decision, GrpcStatus, Reason, Rejected, Verb};
pub(super) use listener::ListenerMetrics;
pub(super) use route::RouteMetrics;

/// Metrics of all requests, shared by all workers.
pub struct Metrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    overhead: HistogramVec,
    decisions: IntCounterVec,
    grpc: IntCounterVec,
    /// Few, and as many as there were at the start.
    listeners: Box<[Arc<ListenerMetrics>]>,
    pub(super) rejected: Counters<Rejected>,
    pub(super) stripped: IntCounter,
}

impl Metrics {
    /// Declares them, for the listeners of these names.
    ///
    /// # Errors
    /// When they are declared already.
    pub fn register<'a>(
        registry: &Registry,
        listeners: impl IntoIterator<Item = &'a Arc<str>>,
    ) -> Result<Self, MetricError> {
        let in_flight = registry.gauge_vec(
            "http_requests_in_flight",
            "Requests that have begun and not ended.",
            &["listener"],
        )?;
        let by_listener = registry.counter_vec(
            "http_requests_by_listener_total",
            "Requests that have ended, by the listener that they came to.",
            &["listener"],
        )?;
        let of = |name: &Arc<str>| {
            let (in_flight, ended) =
                (in_flight.with_label_values(&[name]), by_listener.with_label_values(&[name]));
            Arc::new(ListenerMetrics::new(name, in_flight, ended))
        };
        Ok(Self {
            listeners: listeners.into_iter().map(of).collect(),
            requests: registry.counter_vec(
                "http_requests_total",
                "Requests, by what the client was answered.",
                &["route", "method", "code"],
            )?,
            durations: registry.histogram_vec(
                "http_request_duration_seconds",
                "Time from the head of a request to the end of its response.",
                &["route", "method"],
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
            grpc: registry.counter_vec(
                "grpc_responses_total",
                "Calls of gRPC that have ended, by the status that their clients were told.",
                &["route", "grpc_status"],
            )?,
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

    /// Those of the listener of that name.
    pub(super) fn of_listener(&self, name: &str) -> Option<&Arc<ListenerMetrics>> {
        self.listeners.iter().find(|listener| **listener.name() == *name)
    }

    /// Requests that have begun and not ended, on all listeners.
    pub(super) fn in_flight(&self) -> i64 {
        self.listeners.iter().map(|listener| listener.in_flight()).sum()
    }

    /// Those of the route of that name; the same for the same name.
    pub(super) fn of_route(&self, name: &str, from_the_start: bool) -> RouteMetrics {
        RouteMetrics::new(self, name, from_the_start)
    }
}
