//! The end, in order: readiness turns red, clients are asked to move, listeners close, requests
//! in flight finish, and what is left after that is cut off.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use crate::config::Process;
use crate::server::Phase;

use super::readiness::Readiness;

/// How long clients are asked to close before idle connections are closed under them, whatever
/// the configured delay: long enough for a busy client to send its next request.
const LAST_CALL: Duration = Duration::from_millis(500);

/// How often to look whether the last client has left meanwhile.
const GLANCE: Duration = Duration::from_millis(10);

/// Asks a proxy to stop. Clones ask the same one.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Notify>);

impl Stop {
    /// Asks once; asking again changes nothing.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

/// SIGTERM and SIGINT, listened for from the moment this is made: before anybody is told that the
/// program runs.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts to listen, in the context of the runtime that will wait for them.
    ///
    /// # Errors
    /// When the system does not let us.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }
}

/// SIGHUP, which asks for another look at the configuration. From the moment this is made it ends
/// nothing any more, whoever waits for it.
///
/// # Errors
/// When the system does not let us.
pub(super) fn hangup() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Waits for a signal or a call to stop.
pub(super) async fn asked(stop: &Stop, signals: &mut Signals) {
    tokio::select! {
        () = stop.0.notified() => tracing::info!("asked to stop"),
        _ = signals.terminate.recv() => tracing::info!(signal = "SIGTERM", "asked to stop"),
        _ = signals.interrupt.recv() => tracing::info!(signal = "SIGINT", "asked to stop"),
    }
}

/// Walks through the phases. `idle` says whether no client is connected; `drained` resolves when
/// every worker has ended by itself. Returns whether they all did in time.
pub(super) async fn drain(
    process: &Process,
    readiness: &Readiness,
    phase: &watch::Sender<Phase>,
    idle: impl Fn() -> bool,
    drained: impl Future<Output = ()>,
) -> bool {
    readiness.leave();
    phase.send_replace(Phase::Leaving);
    sleep(process.drain_delay).await;
    let mut left = LAST_CALL.saturating_sub(process.drain_delay);
    while !idle() && !left.is_zero() {
        sleep(GLANCE).await;
        left = left.saturating_sub(GLANCE);
    }
    phase.send_replace(Phase::Closing);
    let in_time = timeout(process.drain_timeout, drained).await.is_ok();
    if in_time {
        tracing::info!("every request has been answered; goodbye");
    } else {
        tracing::warn!(
            after = ?process.drain_timeout,
            "requests are still in flight; they are cut off"
        );
    }
    in_time
}
