//! Background work: the one place that spawns it, names it, and ends it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::validation::Validator;

use super::build::Parts;
use super::pages::{self, Admin, Telemetry};

/// How often the cache is swept and its gauges are set.
const TIDY_EVERY: Duration = Duration::from_secs(1);

/// What runs beside the workers, once they have their parts.
pub(super) struct Beside {
    pub(super) telemetry: Option<TcpListener>,
    pub(super) admin: Option<TcpListener>,
    pub(super) hangup: Signal,
    pub(super) parts: Parts,
}

/// Starts everything that runs beside the workers. Dropping the set ends it.
pub(super) fn start(beside: Beside) -> anyhow::Result<JoinSet<()>> {
    let Beside { telemetry, admin, hangup, parts } = beside;
    let mut tasks = JoinSet::new();
    tasks.spawn(parts.questions.run());
    tasks.spawn(tidy(Arc::clone(&parts.validator)));
    let keystone = Arc::clone(&parts.keystone);
    tasks.spawn(async move { keystone.greet().await });
    if let Some(reload) = parts.reload {
        tasks.spawn(async move { match reload.run(hangup).await {} });
    }
    if let Some(socket) = telemetry {
        let (log, probes) = (parts.log.clone(), parts.probes);
        let page = Telemetry::new(parts.registry, parts.readiness, log, probes)?;
        tasks.spawn(pages::serve(tokio::net::TcpListener::from_std(socket)?, Arc::new(page)));
    }
    if let Some(socket) = admin {
        let page = Admin {
            validator: parts.validator,
            log: parts.log,
            books: parts.books,
            door: parts.door,
            access_rules: parts.access_rules,
        };
        tasks.spawn(pages::serve(tokio::net::TcpListener::from_std(socket)?, Arc::new(page)));
    }
    Ok(tasks)
}

async fn tidy(validator: Arc<Validator>) {
    let mut every = interval(TIDY_EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        validator.tidy();
    }
}
