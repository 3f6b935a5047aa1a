//! What the operator decides about validation and its caches.

use std::time::Duration;

/// How long answers are believed and how much they may hold.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a valid token is believed without asking again; never past its own expiry.
    /// Zero asks Keystone for every request.
    pub ttl: Duration,
    /// The part of `ttl`, between 0 and 1, by which each entry's life may be shortened at random,
    /// so that entries made together do not expire together.
    pub jitter: f64,
    /// Bound on the bytes that identities may hold.
    pub max_bytes: u64,
    /// How long a definite "no" is believed. Zero asks every time.
    pub negative_ttl: Duration,
    /// Bound on the number of such answers.
    pub negative_max_entries: u64,
    /// How many questions may be with Keystone at once.
    pub max_in_flight: usize,
    /// How many may wait for their turn; more are answered as an outage.
    pub max_waiting: usize,
    /// What clients are told to wait when Keystone did not say.
    pub retry_after: Duration,
}
