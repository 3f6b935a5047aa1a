//! What is counted about the guarded service.

use std::time::Duration;

use http::Response;
use prometheus::{Histogram, IntCounter};

use crate::label;
use crate::telemetry::{CounterPairs, FINE_SECONDS, MetricError, Registry};

use super::{ResponseBody, UpstreamError};

label! {
    /// Which service. There is one so far.
    pub(super) Name as "upstream" {
        /// The one under `upstream`.
        Default => "default",
    }
}

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

/// Metrics of the guarded service, shared by all workers.
#[derive(Clone, Debug)]
pub struct Metrics {
    requests: CounterPairs<Name, Outcome>,
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
        let seconds = |name: &str, help: &str| -> Result<Histogram, MetricError> {
            Ok(registry
                .histogram_vec(name, help, upstream, FINE_SECONDS)?
                .with_label_values(&["default"]))
        };
        Ok(Self {
            requests: registry
                .counter_pairs("upstream_requests_total", "Requests to the guarded service.")?,
            durations: seconds(
                "upstream_request_duration_seconds",
                "Time from sending a request to the head of its response.",
            )?,
            connects: seconds(
                "upstream_connect_duration_seconds",
                "Time that a new connection to the service took, TLS included.",
            )?,
            retries: registry
                .counter_vec(
                    "upstream_retries_total",
                    "Requests sent again because the connection had ended.",
                    upstream,
                )?
                .with_label_values(&["default"]),
        })
    }

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
        self.requests.count(Name::Default, outcome);
        self.durations.observe(took.as_secs_f64());
    }
}
