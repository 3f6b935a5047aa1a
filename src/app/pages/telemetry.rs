//! Metrics and probes, for Prometheus and the kubelet.

use http::{Method, Request, StatusCode};
use prometheus::IntGauge;

use crate::telemetry::{LogControl, Registry};

use super::super::readiness::Readiness;
use super::{Page, Pages};

/// `/metrics`, `/livez`, `/readyz` and `/startupz`.
pub(in super::super) struct Telemetry {
    pub(in super::super) registry: Registry,
    pub(in super::super) readiness: Readiness,
    pub(in super::super) log: Option<LogControl>,
    pub(in super::super) lost: IntGauge,
}

impl Pages for Telemetry {
    async fn answer(&self, request: &Request<()>, _: &str) -> Page {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Page::text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        }
        let probe = |well: bool| {
            if well {
                Page::text(StatusCode::OK, "ok\n")
            } else {
                Page::text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
            }
        };
        match request.uri().path() {
            // That this is answered at all is what it says; Keystone's state is not our life.
            "/livez" => probe(true),
            "/metrics" => self.metrics(),
            "/readyz" => probe(self.readiness.is_ready()),
            "/startupz" => probe(self.readiness.is_started()),
            _ => Page::text(StatusCode::NOT_FOUND, "/metrics /livez /readyz /startupz\n"),
        }
    }
}

impl Telemetry {
    fn metrics(&self) -> Page {
        if let Some(log) = &self.log {
            self.lost.set(i64::try_from(log.lost_lines()).unwrap_or(i64::MAX));
        }
        Page {
            status: StatusCode::OK,
            kind: "text/plain; version=0.0.4; charset=utf-8",
            text: self.registry.encode(),
        }
    }
}
