//! The line that the end of a web socket leaves in the access log.

use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderValue;

use crate::front::metrics::RouteMetrics;
use crate::identity::Identity;
use crate::telemetry::{ACCESS_TARGET, Label, Stopwatch};

use super::metrics::Ended;

/// What was known of a web socket when it began.
pub(in crate::front) struct Story {
    pub(in crate::front) request_id: HeaderValue,
    pub(in crate::front) client: Option<IpAddr>,
    pub(in crate::front) listener: Option<Arc<str>>,
    pub(in crate::front) route: Arc<RouteMetrics>,
    pub(in crate::front) user: Option<Arc<Identity>>,
    pub(in crate::front) begun: Stopwatch,
    /// Whether an end that one side wanted is not worth a line.
    pub(in crate::front) unusual_only: bool,
}

impl Story {
    /// Writes it: the bytes that went `up` to the service and `down` to the client are known now.
    pub(super) fn end(&self, why: Ended, up: u64, down: u64) {
        if self.unusual_only && why == Ended::Closed {
            return;
        }
        tracing::info!(
            target: ACCESS_TARGET,
            request_id = self.request_id.to_str().unwrap_or_default(),
            portcullis.listener = self.listener.as_deref(),
            client.address = self.client.map(tracing::field::display),
            portcullis.protocol = "websocket",
            http.route = self.route.name(),
            reason = why.as_str(),
            user.id = self.user.as_deref().map(Identity::user_id),
            websocket.bytes_up = up,
            websocket.bytes_down = down,
            duration_ms = self.begun.elapsed().as_secs_f64() * 1000.0,
            "a web socket ended"
        );
    }
}
