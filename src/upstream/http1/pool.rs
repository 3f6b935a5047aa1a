//! Connections to the service that wait for their next request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::dial::{Address, DialError, Stream};
use crate::telemetry::Stopwatch;

use super::line::Line;

/// One worker's idle connections. The latest used is taken first, so that the rest may end.
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
    max_idle: usize,
    idle_timeout: Duration,
}

struct Idle {
    line: Line,
    since: Stopwatch,
}

impl Pool {
    pub(super) fn new(max_idle: usize, idle_timeout: Duration) -> Self {
        Self { idle: Mutex::default(), max_idle, idle_timeout }
    }

    /// Another pool with the same bounds.
    pub(super) fn empty(&self) -> Self {
        Self::new(self.max_idle, self.idle_timeout)
    }

    /// An idle connection that is ready for a request as far as anybody can know.
    pub(super) fn take(self: &Arc<Self>) -> Option<Lease> {
        while let Some(mut line) = self.pop() {
            if line.is_ready() {
                return Some(Lease { line, pool: Arc::clone(self) });
            }
        }
        None
    }

    /// Lets go of connections that have been idle too long or that the service has closed.
    pub(super) fn sweep(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain_mut(|idle| idle.since.elapsed() < self.idle_timeout && idle.line.is_ready());
    }

    fn pop(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let Idle { line, since } = idle.pop()?;
        if since.elapsed() < self.idle_timeout {
            return Some(line);
        }
        // All below it are older.
        idle.clear();
        None
    }

    /// A new connection over `stream`.
    pub(super) async fn open(
        self: &Arc<Self>,
        stream: Stream,
        address: &Address,
    ) -> Result<Lease, DialError> {
        Ok(Lease { line: Line::open(stream, address).await?, pool: Arc::clone(self) })
    }

    fn put(&self, line: Line) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.max_idle {
            idle.push(Idle { line, since: Stopwatch::start() });
        }
    }
}

/// A connection in use. Dropping it closes the connection; [`Lease::give_back`] keeps it.
pub(super) struct Lease {
    pub(super) line: Line,
    pool: Arc<Pool>,
}

impl Lease {
    /// Returns the connection to its pool. Right only when the response has been read to its
    /// end; should the service owe or be owed bytes all the same, the connection is found not to
    /// be ready before its next use.
    pub(super) fn give_back(mut self) {
        if self.line.is_over() {
            self.pool.put(self.line);
        }
    }
}
