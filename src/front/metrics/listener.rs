//! What is counted about the requests that come to one listener.

use std::sync::Arc;

use prometheus::{IntCounter, IntGauge};

/// The metrics of one listener, resolved.
pub(in crate::front) struct ListenerMetrics {
    name: Arc<str>,
    in_flight: IntGauge,
    requests: IntCounter,
}

impl ListenerMetrics {
    pub(super) fn new(name: &Arc<str>, in_flight: IntGauge, requests: IntCounter) -> Self {
        Self { name: Arc::clone(name), in_flight, requests }
    }

    /// The listener's name.
    pub(in crate::front) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// A request has begun.
    pub(in crate::front) fn begin(&self) {
        self.in_flight.inc();
    }

    /// A request has ended, however it did.
    pub(in crate::front) fn end(&self) {
        self.in_flight.dec();
        self.requests.inc();
    }

    /// How many have begun and not ended.
    pub(super) fn in_flight(&self) -> i64 {
        self.in_flight.get()
    }
}
