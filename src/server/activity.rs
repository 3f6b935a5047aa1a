//! Whether a connection is at work, and since when it is not.
//!
//! One look at the clock for each write is all it costs; the alarm that ends a silent connection
//! is set anew only when it goes off, not for every request.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Sleep;

use crate::telemetry::Stopwatch;

use super::Limits;

/// Shared by a connection and the responses on their way through it.
pub(super) struct Activity {
    started: Stopwatch,
    /// Milliseconds from the start to the first byte that can be a request's: after what comes
    /// before HTTP.
    open: AtomicU64,
    /// Requests that have begun and whose response has not been handed on whole.
    busy: AtomicUsize,
    /// Milliseconds from the start to the latest write that the client took; over HTTP/2, where
    /// not every write is about a request, to the latest that was, or to the end of one.
    last_write: AtomicU64,
    /// Milliseconds from the start to the first write that the client did not take; 0 when it
    /// takes them.
    blocked: AtomicU64,
    /// The next write is tried even though the kernel has not said that there is room.
    insist: AtomicBool,
    /// How far a head is that has not become a request yet: [`NONE`], [`BEGUN`] or [`OVERDUE`].
    head: AtomicU8,
    /// Bytes between requests do not begin a head: HTTP/2 has other things to say.
    framed: AtomicBool,
    /// The client sent too much of those.
    flood: AtomicBool,
}

/// Nothing has come since the last request.
const NONE: u8 = 0;

/// Some of it has come.
const BEGUN: u8 = 1;

/// It had begun a whole period ago, and is not complete.
const OVERDUE: u8 = 2;

/// Why a client's silence ends its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// No head came, or not all of one.
    Head,
    /// Nothing came after the last request.
    Idle,
    /// It takes nothing of what we write.
    Write,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Stopwatch::start(),
            open: AtomicU64::new(0),
            busy: AtomicUsize::new(0),
            last_write: AtomicU64::new(0),
            blocked: AtomicU64::new(0),
            insist: AtomicBool::new(false),
            head: AtomicU8::new(NONE),
            framed: AtomicBool::new(false),
            flood: AtomicBool::new(false),
        })
    }

    /// What comes before HTTP is over.
    pub(super) fn begin(&self, framed: bool) {
        let now = self.now();
        self.open.store(now, Ordering::Relaxed);
        self.last_write.store(if framed { now } else { 0 }, Ordering::Relaxed);
        self.framed.store(framed, Ordering::Relaxed);
        if framed {
            self.head.store(NONE, Ordering::Relaxed);
        }
    }

    /// A request begins; it ends when the returned value is dropped.
    pub(super) fn request(self: &Arc<Self>) -> AtWork {
        self.head.store(NONE, Ordering::Relaxed);
        self.busy.fetch_add(1, Ordering::Relaxed);
        AtWork(Arc::clone(self))
    }

    /// Ready when the client has been silent for too long. Must be polled once when the
    /// connection begins; after that `alarm` wakes the task by itself, once per shortest limit.
    pub(super) fn poll_silence(
        &self,
        limits: &Limits,
        mut alarm: Pin<&mut Sleep>,
        context: &mut Context<'_>,
    ) -> Poll<Silence> {
        while alarm.as_mut().poll(context).is_ready() {
            let (left, silence) = self.time_left(limits);
            if left.is_zero() {
                return Poll::Ready(silence);
            }
            let again = alarm.deadline() + left.min(limits.shortest());
            alarm.as_mut().reset(again);
        }
        Poll::Pending
    }

    fn time_left(&self, limits: &Limits) -> (Duration, Silence) {
        let blocked = self.blocked.load(Ordering::Relaxed);
        if blocked > 0 {
            let since = Duration::from_millis(blocked);
            let left = (since + limits.write_timeout).saturating_sub(self.started.elapsed());
            return (left, Silence::Write);
        }
        if self.busy.load(Ordering::Relaxed) > 0 {
            return (limits.header_timeout, Silence::Head);
        }
        match self.head.load(Ordering::Relaxed) {
            BEGUN => {
                self.head.store(OVERDUE, Ordering::Relaxed);
                return (limits.header_timeout, Silence::Head);
            }
            OVERDUE => return (Duration::ZERO, Silence::Head),
            _ => {}
        }
        let quiet_since = Duration::from_millis(self.last_write.load(Ordering::Relaxed));
        let (since, patience, silence) = if quiet_since.is_zero() {
            let open = Duration::from_millis(self.open.load(Ordering::Relaxed));
            (open, limits.header_timeout, Silence::Head)
        } else {
            (quiet_since, limits.keepalive_timeout, Silence::Idle)
        };
        ((since + patience).saturating_sub(self.started.elapsed()), silence)
    }

    /// Bytes of a client have come; between requests they begin a head.
    pub(super) fn read(&self) {
        if self.busy.load(Ordering::Relaxed) == 0
            && self.head.load(Ordering::Relaxed) == NONE
            && !self.framed.load(Ordering::Relaxed)
        {
            self.head.store(BEGUN, Ordering::Relaxed);
        }
    }

    /// Whether the next write should be tried all the same; asked once.
    pub(super) fn insists(&self) -> bool {
        self.insist.swap(false, Ordering::Relaxed)
    }

    /// Has the next write tried whatever the kernel says of room. It says so only when a third of
    /// its buffer is empty, so a slow reader can take bytes all the while and we hear nothing.
    pub(super) fn insist(&self) {
        self.insist.store(true, Ordering::Relaxed);
    }

    /// The client took bytes. Those of HTTP/2 may be about nothing but the line: they keep no
    /// connection from being idle.
    pub(super) fn wrote(&self) {
        if !self.framed.load(Ordering::Relaxed) {
            self.answered();
        }
        self.blocked.store(0, Ordering::Relaxed);
    }

    /// The client took some of a response.
    pub(super) fn answered(&self) {
        self.last_write.store(self.now(), Ordering::Relaxed);
    }

    /// The client sends too much that carries nothing.
    pub(super) fn flooded(&self) {
        self.flood.store(true, Ordering::Relaxed);
    }

    /// Whether it did.
    pub(super) fn is_flooded(&self) -> bool {
        self.flood.load(Ordering::Relaxed)
    }

    /// The client took none of what we have for it.
    pub(super) fn refused(&self) {
        if self.blocked.load(Ordering::Relaxed) == 0 {
            self.blocked.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Milliseconds since the start, and never zero.
    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

/// A request in progress.
pub(super) struct AtWork(Arc<Activity>);

impl Drop for AtWork {
    fn drop(&mut self) {
        let busy = self.0.busy.fetch_sub(1, Ordering::Relaxed);
        // One that its client gave up ends without a write.
        if busy == 1 && self.0.framed.load(Ordering::Relaxed) {
            self.0.answered();
        }
    }
}
