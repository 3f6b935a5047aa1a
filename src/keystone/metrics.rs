//! What is counted about the identity service.

use http::StatusCode;
use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};

use crate::label;
use crate::telemetry::{Counters, FINE_SECONDS, Label, MetricError, Registry, Stopwatch};

use super::error::Fault;

label! {
    /// What we ask of the identity service.
    pub(super) Operation as "operation" {
        /// Our own login.
        Authenticate => "authenticate",
        /// Its version document, once at start.
        Discover => "discover",
        /// A token's validation.
        Validate => "validate",
    }
}

/// The codes that exist from the start; others appear when they happen.
const USUAL_CODES: [&str; 8] = ["200", "201", "401", "403", "404", "429", "500", "503"];

/// Metrics of the identity service, as a dependency.
#[derive(Clone, Debug)]
pub(super) struct Metrics {
    requests: IntCounterVec,
    durations: Box<[Histogram]>,
    in_flight: IntGauge,
    pub(super) retries: IntCounter,
    pub(super) faults: Counters<Fault>,
    pub(super) service_token_expiry: IntGauge,
    pub(super) up: IntGauge,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricError> {
        let requests = registry.counter_vec(
            "keystone_requests_total",
            "Requests to the identity service; code is none when no answer came.",
            &["operation", "code"],
        )?;
        for operation in Operation::ALL {
            for code in USUAL_CODES.iter().chain(&["none"]) {
                requests.with_label_values(&[operation.as_str(), code]);
            }
        }
        let durations = registry.histogram_vec(
            "keystone_request_duration_seconds",
            "Time that the identity service took to answer, retries included.",
            &["operation"],
            FINE_SECONDS,
        )?;
        Ok(Self {
            requests,
            durations: Operation::ALL
                .iter()
                .map(|operation| durations.with_label_values(&[operation.as_str()]))
                .collect(),
            in_flight: registry
                .gauge("keystone_in_flight", "Requests to the identity service under way.")?,
            retries: registry.counter(
                "keystone_retries_total",
                "Requests repeated because the connection failed.",
            )?,
            faults: registry.counters(
                "keystone_faults_total",
                "Questions that the identity service could not be asked, or answered unusably.",
            )?,
            service_token_expiry: registry.gauge(
                "service_token_expiry_timestamp_seconds",
                "When the token of our own account expires; 0 while there is none.",
            )?,
            up: registry.gauge(
                "keystone_up",
                "Whether the last question to the identity service got a usable answer; 1 before \
                 the first.",
            )?,
        })
    }

    /// Starts to measure one request.
    pub(super) fn begin(&self, operation: Operation) -> Asking<'_> {
        self.in_flight.inc();
        Asking { metrics: self, operation, watch: Stopwatch::start() }
    }
}

/// A request under way; cancelled or not, it leaves the gauge as it found it.
pub(super) struct Asking<'a> {
    metrics: &'a Metrics,
    operation: Operation,
    watch: Stopwatch,
}

impl Asking<'_> {
    pub(super) fn end(self, status: Option<StatusCode>) {
        let code = status.as_ref().map_or("none", StatusCode::as_str);
        self.metrics.requests.with_label_values(&[self.operation.as_str(), code]).inc();
        if let Some(histogram) = self.metrics.durations.get(self.operation.index()) {
            histogram.observe(self.watch.elapsed().as_secs_f64());
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
    }
}
