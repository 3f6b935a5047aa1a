//! What is counted about tunnels.

use prometheus::IntGauge;

use crate::label;
use crate::telemetry::{Counters, MetricError, Registry};

label! {
    /// Why a tunnel has come to its end.
    pub(super) Ended as "reason" {
        /// A connection broke.
        Broken => "broken",
        /// One side ended it.
        Closed => "closed",
        /// Its token has ended.
        Expired => "expired",
        /// Nothing passed for too long.
        Idle => "idle",
        /// The process ends.
        Leaving => "leaving",
        /// It has lasted as long as any may.
        Lifetime => "lifetime",
        /// Its token was revoked.
        Revoked => "revoked",
    }
}

label! {
    /// Which way bytes went.
    pub(super) Direction as "direction" {
        /// To the client.
        Down => "down",
        /// To the service.
        Up => "up",
    }
}

/// Of all tunnels.
pub(super) struct Metrics {
    pub(super) open: IntGauge,
    pub(super) ended: Counters<Ended>,
    pub(super) bytes: Counters<Direction>,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            open: registry.gauge("websocket_tunnels", "Web sockets that are open.")?,
            ended: registry.counters(
                "websocket_tunnels_ended_total",
                "Web sockets that have ended, by why.",
            )?,
            bytes: registry.counters(
                "websocket_bytes_total",
                "Bytes that passed through web sockets which have ended.",
            )?,
        })
    }
}
