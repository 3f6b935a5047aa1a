//! What is counted about the cache.

use prometheus::{Histogram, IntGauge};

use crate::label;
use crate::telemetry::{AGE_SECONDS, CounterPairs, Counters, MetricError, Registry};

label! {
    /// What a look-up found.
    pub(super) Lookup as "result" {
        /// An identity.
        Hit => "hit",
        /// Nothing usable.
        Miss => "miss",
        /// A definite refusal.
        NegativeHit => "negative_hit",
    }
}

label! {
    /// Why an entry went.
    pub(super) Evicted as "cause" {
        /// Its time was up.
        Expired => "expired",
        /// Somebody asked for it.
        Purged => "purged",
        /// A newer answer took its place.
        Replaced => "replaced",
        /// The cache is full.
        Size => "size",
    }
}

label! {
    /// Which cache.
    pub(super) Tier as "tier" {
        /// In this process.
        Memory => "memory",
    }
}

/// Look-ups of the one tier there is.
#[derive(Clone, Debug)]
pub(super) struct Lookups(CounterPairs<Tier, Lookup>);

impl Lookups {
    pub(super) fn count(&self, lookup: Lookup) {
        self.0.count(Tier::Memory, lookup);
    }
}

#[derive(Clone, Debug)]
pub(super) struct Metrics {
    pub(super) lookups: Lookups,
    pub(super) evictions: Counters<Evicted>,
    pub(super) hit_age: Histogram,
    pub(super) entries: IntGauge,
    pub(super) negative_entries: IntGauge,
    pub(super) bytes: IntGauge,
    pub(super) capacity: IntGauge,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricError> {
        let memory = |name: &str, help: &str| -> Result<IntGauge, MetricError> {
            Ok(registry.gauge_vec(name, help, &["tier"])?.with_label_values(&["memory"]))
        };
        Ok(Self {
            lookups: Lookups(
                registry.counter_pairs("token_cache_lookups_total", "Look-ups in the cache.")?,
            ),
            evictions: registry
                .counters("token_cache_evictions_total", "Identities that left the cache.")?,
            hit_age: registry.histogram(
                "token_cache_hit_age_seconds",
                "Age of the answers that were used: the staleness that clients really see.",
                AGE_SECONDS,
            )?,
            entries: memory("token_cache_entries", "Identities in the cache.")?,
            negative_entries: memory("token_cache_negative_entries", "Refusals in the cache.")?,
            bytes: memory("token_cache_bytes", "Bytes that the identities hold.")?,
            capacity: memory("token_cache_capacity_bytes", "Bytes that they may hold.")?,
        })
    }
}
