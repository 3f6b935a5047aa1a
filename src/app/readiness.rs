//! Whether this process can do its work, for whoever sends it traffic.
//!
//! Keystone is not asked: while it is down, known users are still served, and taking every
//! replica out of service would turn its outage into ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The state that the probes show. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Readiness(Arc<State>);

#[derive(Debug)]
struct State {
    missing: AtomicUsize,
    leaving: AtomicBool,
}

impl Readiness {
    /// Not ready until so many workers serve.
    pub(super) fn new(workers: usize) -> Self {
        Self(Arc::new(State {
            missing: AtomicUsize::new(workers),
            leaving: AtomicBool::new(false),
        }))
    }

    /// One worker serves.
    pub(super) fn worker_serves(&self) {
        self.0.missing.fetch_sub(1, Ordering::SeqCst);
    }

    /// The end has begun: send no more.
    pub(super) fn leave(&self) {
        self.0.leaving.store(true, Ordering::SeqCst);
    }

    /// Whether every worker has come to serve.
    pub(super) fn is_started(&self) -> bool {
        self.0.missing.load(Ordering::SeqCst) == 0
    }

    /// Whether traffic is welcome.
    pub(super) fn is_ready(&self) -> bool {
        self.is_started() && !self.0.leaving.load(Ordering::SeqCst)
    }
}
