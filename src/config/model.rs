//! What the configuration means, once everything the operator wrote has been read and found right.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::policy::Policy;
use crate::{admission, front, keystone, probe, remote, server, telemetry, upstream, validation};

/// A whole, valid configuration, ordered by the room that each part is for.
#[derive(Clone, Debug)]
pub struct Config {
    /// The process itself.
    pub process: Process,
    /// Questions to the application about its health.
    pub probes: probe::Settings,
    /// Logs.
    pub log: telemetry::Settings,
    /// The public listener.
    pub server: server::Settings,
    /// The door.
    pub front: front::Settings,
    /// Decisions.
    pub admission: admission::Settings,
    /// Routes and rules, compiled.
    pub policy: Arc<Policy>,
    /// How often to look whether its files have changed; `None` for never.
    pub watch: Option<Duration>,
    /// The servers that rules ask.
    pub remote: remote::Settings,
    /// Caches.
    pub validation: validation::Settings,
    /// The identity service.
    pub keystone: keystone::Settings,
    /// The guarded service.
    pub upstream: upstream::Settings,
    /// Other services that routes lead to, by name.
    pub upstreams: Vec<(String, upstream::Settings)>,
    /// What is allowed but weakens security, one sentence each, to be said at every start.
    pub warnings: Vec<String>,
}

/// The process: its threads, its side doors and its end. All of it needs a restart to change.
#[derive(Clone, Debug)]
pub struct Process {
    /// Worker threads, each with its own listener socket and upstream connections.
    pub workers: usize,
    /// Where `/metrics`, `/livez`, `/readyz`, `/startupz` and `/probe` are served; `None` for nowhere.
    pub telemetry: Option<SocketAddr>,
    /// Where `/config`, `/cache`, `/explain` and `/log-level` are served; `None` for nowhere. Loopback only.
    pub admin: Option<SocketAddr>,
    /// How long to go on accepting after readiness turned red, so that load balancers notice.
    pub drain_delay: Duration,
    /// How long requests in flight may take to finish after that.
    pub drain_timeout: Duration,
}
