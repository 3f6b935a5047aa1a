//! From a configuration to rooms: one function, top to bottom.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::admission::Admission;
use crate::config::{Config, Process};
use crate::front::{self, Tunnels, Upstreams};
use crate::identity::{Clock, TokenHasher};
use crate::keystone::Keystone;
use crate::probe::Probes;
use crate::remote::Remote;
use crate::telemetry::{LogControl, MetricError, Registry};
use crate::validation::{Questions, Validator};
use crate::{server, telemetry, upstream};

use super::readiness::Readiness;
use super::reload::{Books, Followers, Reload};
use super::{Again, Side, descriptors};

/// How much longer than Keystone's own deadline a request waits: time for its turn, and for the
/// answer to come back.
const SLACK: Duration = Duration::from_millis(250);

/// Everything that runs.
pub(super) struct Parts {
    pub(super) process: Process,
    pub(super) registry: Registry,
    pub(super) keystone: Arc<Keystone>,
    pub(super) validator: Arc<Validator>,
    pub(super) questions: Questions,
    pub(super) door: Arc<front::Shared>,
    pub(super) server: Arc<server::Shared>,
    pub(super) readiness: Readiness,
    pub(super) probes: Probes,
    pub(super) log: Option<LogControl>,
    pub(super) books: Arc<Books>,
    pub(super) reload: Option<Reload>,
    /// Whether access rules are enforced.
    pub(super) access_rules: bool,
}

/// Builds them all.
pub(super) fn parts(config: &Config, side: Side, readiness: Readiness) -> anyhow::Result<Parts> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let registry = Registry::default();
    about_the_process(&registry, config)?;
    let Identities { keystone, validator, questions } = identities(config, &registry)?;
    let books = Books::new(&registry, Clock::system(), config, side.effective.clone())?;
    let remote = Arc::new(Remote::new(config.remote.clone(), &registry)?);
    let admission =
        Admission::new(Arc::clone(&validator), Arc::clone(&remote), config.admission.clone());
    let services = upstream::Metrics::register(&registry)?;
    let upstreams = Upstreams::new(&config.upstream, &config.upstreams, &services, None)?;
    let listeners = config.server.listeners.iter().map(|listener| &listener.name);
    let door = front::Shared::new(
        &config.front,
        admission,
        Arc::clone(&config.policy),
        upstreams,
        config.log.access,
        front::Metrics::register(&registry, listeners)?,
        Arc::new(Tunnels::new(Clock::system(), &registry)?),
    )?;
    let (door, books) = (Arc::new(door), Arc::new(books));
    let server = Arc::new(server::Shared::new(&within_limits(&config.server), &registry)?);
    let reload = side.again.map(|Again { sources, files }| {
        let (door, server) = (Arc::clone(&door), Arc::clone(&server));
        let (keystone, books) = (Arc::clone(&keystone), Arc::clone(&books));
        let followers = Followers { door, server, services, keystone, remote, books };
        Reload::new(sources, files, config, side.effective, followers)
    });
    Ok(Parts {
        process: config.process.clone(),
        server,
        registry,
        keystone,
        validator,
        questions,
        door,
        readiness,
        probes: Probes::new(&config.probes)?,
        log: side.log,
        books,
        reload,
        access_rules: config.keystone.access_rules,
    })
}

/// What finds out who a token is.
pub(super) struct Identities {
    pub(super) keystone: Arc<Keystone>,
    pub(super) validator: Arc<Validator>,
    pub(super) questions: Questions,
}

/// Builds it.
pub(super) fn identities(config: &Config, registry: &Registry) -> anyhow::Result<Identities> {
    let clock = Clock::system();
    let keystone = Arc::new(Keystone::new(&config.keystone, clock.clone(), registry)?);
    let mut key = [0; 32];
    getrandom::fill(&mut key).context("the system gives no random numbers")?;
    let (validator, questions) = Validator::new(
        &config.validation,
        Arc::clone(&keystone),
        config.keystone.timeout + SLACK,
        TokenHasher::new(key),
        clock,
        registry,
    )?;
    Ok(Identities { keystone, validator: Arc::new(validator), questions })
}

/// No more connections than the process has descriptors for: beyond that, it could accept neither
/// clients nor probes.
fn within_limits(settings: &server::Settings) -> server::Settings {
    let fit = descriptors::connections_that_fit();
    if settings.max_connections > fit {
        tracing::warn!(
            max_connections = settings.max_connections,
            fit,
            "the limit on open files allows fewer connections; raise it or lower \
             server.max_connections"
        );
    }
    server::Settings { max_connections: settings.max_connections.min(fit), ..settings.clone() }
}

fn about_the_process(registry: &Registry, config: &Config) -> Result<(), MetricError> {
    registry.process()?;
    registry
        .gauge_vec("build_info", "The version that runs; always 1.", &["version"])?
        .with_label_values(&[env!("CARGO_PKG_VERSION")])
        .set(1);
    let ttl = i64::try_from(config.validation.ttl.as_secs()).unwrap_or(i64::MAX);
    registry
        .gauge(
            "token_cache_ttl_seconds",
            "How long an answer is believed at most: the bound on serving a revoked token.",
        )?
        .set(ttl);
    let access = config.log.access != telemetry::Access::Off;
    registry.gauge("access_log_enabled", "Whether requests are logged.")?.set(i64::from(access));
    Ok(())
}
