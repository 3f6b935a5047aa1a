//! What is counted about client connections.

use prometheus::{IntCounter, IntGauge};

use crate::label;
use crate::telemetry::{Counters, MetricError, Registry};

label! {
    /// Why a connection came to its end before its client wanted it to.
    pub(super) Ended as "reason" {
        /// Its address had as many connections as it may.
        Crowd => "crowd",
        /// It sent too many frames that carry nothing.
        Flood => "flood",
        /// It did not send a request head in time.
        HeadTimeout => "head_timeout",
        /// It was idle for too long.
        Idle => "idle",
        /// What came was not HTTP, or ended in its middle.
        Protocol => "protocol",
        /// It did not begin as its listener demands: with a PROXY header, by a peer who may send one.
        ProxyHeader => "proxy_header",
        /// No TLS connection came about.
        Tls => "tls",
        /// It took nothing of its response for too long.
        WriteTimeout => "write_timeout",
    }
}

/// Of all listeners.
pub(super) struct Metrics {
    pub(super) ended: Counters<Ended>,
    open: prometheus::IntGaugeVec,
    accepted: prometheus::IntCounterVec,
}

/// Of one listener.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) open: IntGauge,
    pub(super) accepted: IntCounter,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            ended: registry.counters(
                "connections_cut_total",
                "Client connections that we ended because of what the client did or did not do.",
            )?,
            open: registry.gauge_vec(
                "connections",
                "Client connections that are open.",
                &["listener"],
            )?,
            accepted: registry.counter_vec(
                "connections_accepted_total",
                "Client connections accepted.",
                &["listener"],
            )?,
        })
    }

    pub(super) fn of(&self, listener: &str) -> Named {
        Named {
            open: self.open.with_label_values(&[listener]),
            accepted: self.accepted.with_label_values(&[listener]),
        }
    }
}
