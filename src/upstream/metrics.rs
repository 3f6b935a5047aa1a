//! What is counted about the guarded service.

use std::time::Duration;

use http::Response;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};

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
    }
}

/// Metrics of all upstreams.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    connects: HistogramVec,
    retries: IntCounterVec,
}

/// Metrics of one upstream, shared by all workers.
#[derive(Clone, Debug)]
pub(super) struct Named {
    requests: Box<[IntCounter]>,
    durations: Histogram,
    pub(super) connects: Histogram,
    pub(super) retries: IntCounter,
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
        })
    }

    /// Those of the upstream of that name.
    pub(super) fn of(&self, name: &str) -> Named {
        let outcome =
            |outcome: &Outcome| self.requests.with_label_values(&[name, outcome.as_str()]);
        Named {
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
            Err(UpstreamError::Broken(_) | UpstreamError::Unusable) => Outcome::Broken,
            Err(UpstreamError::BodyTooLong | UpstreamError::Client(_)) => Outcome::Client,
            Err(UpstreamError::Connect(_)) => Outcome::Connect,
            Err(UpstreamError::Deadline(_)) => Outcome::Deadline,
        };
        if let Some(counter) = self.requests.get(outcome.index()) {
            counter.inc();
        }
        self.durations.observe(took.as_secs_f64());
    }
}
