//! Metrics and probes, for Prometheus and the kubelet: our own probes, and those of the application
//! behind us.

use http::{Method, Request, StatusCode};
use prometheus::IntGauge;

use crate::probe::{Probes, Verdict};
use crate::telemetry::{LogControl, MetricError, Registry};

use super::super::readiness::Readiness;
use super::{Page, Pages};

/// `/metrics`, `/livez`, `/readyz`, `/startupz` and `/probe/NAME`.
pub(in super::super) struct Telemetry {
    registry: Registry,
    readiness: Readiness,
    log: Option<LogControl>,
    lost: IntGauge,
    probes: Probes,
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
        let path = request.uri().path();
        if let Some(name) = path.strip_prefix("/probe/") {
            return self.probe(name).await;
        }
        match path {
            // That this is answered at all is what it says; Keystone's state is not our life.
            "/livez" => probe(true),
            "/metrics" => self.metrics(),
            "/readyz" => probe(self.readiness.is_ready()),
            "/startupz" => probe(self.readiness.is_started()),
            _ => {
                Page::text(StatusCode::NOT_FOUND, "/metrics /livez /readyz /startupz /probe/NAME\n")
            }
        }
    }
}

impl Telemetry {
    /// # Errors
    /// When its metric is declared already.
    pub(in super::super) fn new(
        registry: Registry,
        readiness: Readiness,
        log: Option<LogControl>,
        probes: Probes,
    ) -> Result<Self, MetricError> {
        let lost = registry.gauge(
            "log_lines_lost",
            "Log lines dropped because whoever reads the log does not keep up.",
        )?;
        Ok(Self { registry, readiness, log, lost, probes })
    }

    /// Asks the application. Whoever asks us has decided nothing but which of the configured
    /// questions it is.
    async fn probe(&self, name: &str) -> Page {
        match self.probes.ask(name).await {
            Verdict::Well(said) => Page::text(StatusCode::OK, format!("{said}\n")),
            Verdict::Unwell(why) => Page::text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
            Verdict::Unknown => {
                let names: Vec<_> = self.probes.names().collect();
                let text = format!("no such probe; telemetry.probes has: {}\n", names.join(" "));
                Page::text(StatusCode::NOT_FOUND, text)
            }
        }
    }

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
