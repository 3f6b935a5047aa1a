//! The application's probes, asked through the telemetry listener by whoever cannot reach the
//! application itself.

mod connections;
mod grpc;
mod http;
mod limits;
mod secrets;

use crate::support::{Response, Sidecar, get};

/// A proxy that has these probes.
struct Stage(Sidecar);

impl Stage {
    #[track_caller]
    fn with(probes: &[(&str, String)]) -> Self {
        Self::in_time("10s", probes)
    }

    #[track_caller]
    fn in_time(limit: &str, probes: &[(&str, String)]) -> Self {
        let probes: Vec<_> = probes.iter().map(|(name, url)| format!("{name}={url}")).collect();
        let telemetry = format!("listen: 127.0.0.1:0, probe_timeout: {limit}");
        let yaml = format!("{NOBODY}telemetry: {{{telemetry}, probes: '{}'}}\n", probes.join(","));
        Self(Sidecar::start(&yaml))
    }

    #[track_caller]
    fn ask(&self, name: &str) -> Response {
        get(self.0.telemetry, &format!("/probe/{name}"), &[])
    }

    /// Asks, and fails unless this is what it says.
    #[track_caller]
    fn expect(&self, name: &str, status: u16, says: &str) {
        let response = self.ask(name);
        assert_eq!(response.status, status, "{name}: {response:?}");
        let text = response.text();
        assert!(text.contains(says), "{name}: {text:?} does not contain {says:?}");
        assert_eq!(text.lines().count(), 1, "{name}: {text:?}");
    }
}

/// Neither is needed here.
const NOBODY: &str = "upstream: http://127.0.0.1:9\nkeystone: {auth_url: \"http://127.0.0.1:9\"}\n";
