//! What is counted about validations.

use prometheus::{Histogram, IntCounter};

use crate::identity::BadToken;
use crate::label;
use crate::telemetry::{CounterPairs, FINE_SECONDS, MetricError, Registry};

use super::{Answer, TokenFailure};

label! {
    /// Where an answer came from.
    pub(super) Source as "source" {
        /// It was remembered.
        Cache => "cache",
        /// Keystone was asked.
        Keystone => "keystone",
    }
}

label! {
    /// What the answer was.
    pub(super) Outcome as "outcome" {
        /// Nobody knows.
        Error => "error",
        /// The token has ended.
        Expired => "expired",
        /// The token is no good.
        Invalid => "invalid",
        /// An identity.
        Valid => "valid",
    }
}

impl Outcome {
    pub(super) fn of(answer: &Answer) -> Self {
        match answer {
            Ok(_) => Self::Valid,
            Err(TokenFailure::Bad(BadToken::Expired)) => Self::Expired,
            Err(TokenFailure::Bad(_)) => Self::Invalid,
            Err(TokenFailure::Unavailable { .. }) => Self::Error,
        }
    }
}

pub(super) struct Metrics {
    pub(super) validations: CounterPairs<Source, Outcome>,
    pub(super) duration: Histogram,
    pub(super) coalesced: IntCounter,
    overloaded: IntCounter,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            validations: registry.counter_pairs(
                "token_validations_total",
                "Answers about tokens, by where they came from.",
            )?,
            duration: registry.histogram(
                "token_validation_duration_seconds",
                "Time from asking Keystone to having an answer, our own login included.",
                FINE_SECONDS,
            )?,
            coalesced: registry.counter(
                "token_cache_coalesced_total",
                "Requests that joined a question under way instead of asking again.",
            )?,
            overloaded: registry.counter(
                "token_validations_shed_total",
                "Validations refused because too many were waiting.",
            )?,
        })
    }

    pub(super) fn overload(&self) {
        self.overloaded.inc();
    }
}
