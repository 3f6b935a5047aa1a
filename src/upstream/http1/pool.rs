//! Connections to the service that wait for their next request.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::telemetry::Stopwatch;
use crate::upstream::station::{Connections, Place};

use super::line::Line;

/// One worker's idle connections. The latest used is taken first, so that the rest may end.
pub(in crate::upstream) struct Pool {
    idle: Mutex<Vec<Idle>>,
    max_idle: usize,
    idle_timeout: Duration,
}

struct Idle {
    line: Line,
    since: Stopwatch,
}

impl Pool {
    pub(in crate::upstream) fn new(max_idle: usize, idle_timeout: Duration) -> Self {
        Self { idle: Mutex::default(), max_idle, idle_timeout }
    }

    /// Another pool with the same bounds.
    pub(in crate::upstream) fn empty(&self) -> Self {
        Self::new(self.max_idle, self.idle_timeout)
    }

    /// An idle connection that is ready for a request as far as anybody can know.
    pub(super) fn take(&self) -> Option<Line> {
        while let Some(mut line) = self.pop() {
            if !line.age.is_over() && line.is_ready() {
                return Some(line);
            }
        }
        None
    }

    /// Lets go of connections that have been idle too long or that the service has closed.
    pub(in crate::upstream) fn sweep(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain_mut(|Idle { line, since }| {
            since.elapsed() < self.idle_timeout && !line.age.is_over() && line.is_ready()
        });
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

    fn put(&self, line: Line) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.max_idle {
            idle.push(Idle { line, since: Stopwatch::start() });
        }
    }
}

/// A connection in use, by a request under way. Dropping it closes the connection;
/// [`Lease::give_back`] keeps it.
pub(in crate::upstream) struct Lease {
    pub(in crate::upstream) line: Line,
    pub(in crate::upstream) place: Place,
    after: After,
}

/// What becomes of a connection after its response.
enum After {
    Closed,
    Kept,
}

impl Lease {
    pub(super) fn new(line: Line, place: Place) -> Self {
        Self { line, place, after: After::Kept }
    }

    /// A connection that is closed in any case.
    pub(super) fn once(line: Line, place: Place) -> Self {
        Self { line, place, after: After::Closed }
    }

    /// Returns the connection to its pool. Right only when the response has been read to its
    /// end; should the service owe or be owed bytes all the same, the connection is found not to
    /// be ready before its next use.
    pub(in crate::upstream) fn give_back(mut self) {
        if matches!(self.after, After::Kept)
            && let Connections::Http1(pool) = &self.place.station().connections
            && !self.line.age.is_over()
            && self.line.is_over()
        {
            pool.put(self.line);
        }
    }
}
