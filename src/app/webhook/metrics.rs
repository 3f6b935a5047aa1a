//! What is counted about reviews.

use std::time::Duration;

use prometheus::Histogram;

use crate::label;
use crate::telemetry::{Counters, FINE_SECONDS, MetricError, Registry};

label! {
    /// What came of a review.
    pub(super) Outcome as "outcome" {
        /// The object is refused.
        Denied => "denied",
        /// It could not be changed as it asks for, and is made as it is.
        Excused => "excused",
        /// It is changed.
        Patched => "patched",
        /// It is made as it is, because it asks for nothing else.
        Unchanged => "unchanged",
    }
}

label! {
    /// Why a request was no review.
    pub(super) Rejected as "reason" {
        /// Its body broke off.
        Broken => "broken",
        /// Too much is being received at once.
        Busy => "busy",
        /// It says that it is no JSON, or that it is compressed.
        ContentType => "content_type",
        /// We failed. A mistake in the program.
        Failed => "failed",
        /// It is no `AdmissionReview` that can be answered.
        Malformed => "malformed",
        /// It is no POST.
        Method => "method",
        /// It is for another path.
        Path => "path",
        /// Its body did not come in time.
        Timeout => "timeout",
        /// It is longer than any review.
        TooLong => "too_long",
    }
}

/// All of them.
pub(super) struct Metrics {
    reviews: Counters<Outcome>,
    pub(super) rejected: Counters<Rejected>,
    duration: Histogram,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            reviews: registry.counters(
                "webhook_reviews_total",
                "Reviews of the API server that were answered, by what came of the object.",
            )?,
            rejected: registry.counters(
                "webhook_requests_rejected_total",
                "Requests that were no review, by reason.",
            )?,
            duration: registry.histogram(
                "webhook_review_duration_seconds",
                "From the head of a review to its answer.",
                FINE_SECONDS,
            )?,
        })
    }

    pub(super) fn reviewed(&self, outcome: Outcome, took: Duration) {
        self.reviews.count(outcome);
        self.duration.observe(took.as_secs_f64());
    }
}
