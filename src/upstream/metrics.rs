//! What is counted about the guarded service.

use std::time::Duration;

use http::Response;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

use crate::label;
use crate::telemetry::{FINE_SECONDS, Label as _, MetricError, Registry};

use super::{ResponseBody, UpstreamError};

label! {
    /// What came of a request.
    pub(super) Outcome as "outcome" {
        /// A response.
        Answered => "answered",
        /// The service broke off.
        Broken => "broken",
        /// The client broke off first.
        Client => "client",
        /// It could not be reached.
        Connect => "connect",
        /// It took too long.
        Deadline => "deadline",
        /// Too many of the client's requests were under way.
        Share => "share",
        /// Too many requests were under way.
        Shed => "shed",
    }
}

label! {
    /// Why a response ended before its end.
    pub(super) Abort as "cause" {
        /// The service broke off.
        Broken => "broken",
        /// The client stalled its upload.
        Client => "client",
        /// The service paused for too long.
        Idle => "idle",
        /// All in all it took too long.
        Total => "total",
    }
}

/// Metrics of all upstreams.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    connects: HistogramVec,
    retries: IntCounterVec,
    in_flight: IntGaugeVec,
    aborted: IntCounterVec,
}

/// Metrics of one upstream, shared by all workers.
#[derive(Clone, Debug)]
pub(super) struct Named {
    requests: Box<[IntCounter]>,
    durations: Histogram,
    pub(super) connects: Histogram,
    pub(super) retries: IntCounter,
    /// What the bound on requests under way is held against, too.
    pub(super) in_flight: IntGauge,
    aborted: Box<[IntCounter]>,
}

impl Metrics {
    /// Declares them.
    ///
    /// # Errors
    /// When they are declared already.
    pub fn register(registry: &Registry) -> Result<Self, MetricError> {
        let upstream = &["upstream"];
        Ok(Self {
            requests: registry.counter_vec(
                "upstream_requests_total",
                "Requests to the guarded service.",
                &["upstream", "outcome"],
            )?,
            durations: registry.histogram_vec(
                "upstream_request_duration_seconds",
                "Time from sending a request to the head of its response.",
                upstream,
                FINE_SECONDS,
            )?,
            connects: registry.histogram_vec(
                "upstream_connect_duration_seconds",
                "Time that a new connection to the service took, TLS included.",
                upstream,
                FINE_SECONDS,
            )?,
            retries: registry.counter_vec(
                "upstream_retries_total",
                "Requests sent again because the connection had ended.",
                upstream,
            )?,
            in_flight: registry.gauge_vec(
                "upstream_requests_in_flight",
                "Requests to the service whose response has not ended.",
                upstream,
            )?,
            aborted: registry.counter_vec(
                "upstream_responses_aborted_total",
                "Responses that broke off after their head was passed on.",
                &["upstream", "cause"],
            )?,
        })
    }

    /// Those of the upstream of that name.
    pub(super) fn of(&self, name: &str) -> Named {
        let outcome =
            |outcome: &Outcome| self.requests.with_label_values(&[name, outcome.as_str()]);
        let aborted = |cause: &Abort| self.aborted.with_label_values(&[name, cause.as_str()]);
        Named {
            in_flight: self.in_flight.with_label_values(&[name]),
            aborted: Abort::ALL.iter().map(aborted).collect(),
            requests: Outcome::ALL.iter().map(outcome).collect(),
            durations: self.durations.with_label_values(&[name]),
            connects: self.connects.with_label_values(&[name]),
            retries: self.retries.with_label_values(&[name]),
        }
    }
}

impl Named {
    pub(super) fn observe(
        &self,
        result: &Result<Response<ResponseBody>, UpstreamError>,
        took: Duration,
    ) {
        let outcome = match result {
            Ok(_) => Outcome::Answered,
            Err(UpstreamError::Broken(_) | UpstreamError::NoTunnel | UpstreamError::Unusable) => {
                Outcome::Broken
            }
            Err(UpstreamError::BodyTooLong | UpstreamError::Client(_) | UpstreamError::Stalled) => {
                Outcome::Client
            }
            Err(UpstreamError::Connect(_)) => Outcome::Connect,
            Err(UpstreamError::Deadline(_)) => Outcome::Deadline,
            Err(UpstreamError::Full) => Outcome::Shed,
            Err(UpstreamError::Share) => Outcome::Share,
        };
        if let Some(counter) = self.requests.get(outcome.index()) {
            counter.inc();
        }
        self.durations.observe(took.as_secs_f64());
    }

    /// A response broke off.
    pub(super) fn aborted(&self, cause: Abort) {
        if let Some(counter) = self.aborted.get(cause.index()) {
            counter.inc();
        }
    }
}
