//! Whether a connection is at work, and since when it is not.
//!
//! One look at the clock for each write is all it costs; the alarm that ends a silent connection
//! is set anew only when it goes off, not for every request.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::telemetry::Stopwatch;

use super::Settings;

/// Shared by a connection and the responses on their way through it.
pub(super) struct Activity {
    started: Stopwatch,
    /// Requests that have begun and whose response has not been handed on whole.
    busy: AtomicUsize,
    /// Milliseconds from the start to the latest write that the client took.
    last_write: AtomicU64,
    /// The next write is tried even though the kernel has not said that there is room.
    insist: AtomicBool,
    /// How far a head is that has not become a request yet: [`NONE`], [`BEGUN`] or [`OVERDUE`].
    head: AtomicU8,
}

/// Nothing has come since the last request.
const NONE: u8 = 0;

/// Some of it has come.
const BEGUN: u8 = 1;

/// It had begun a whole period ago, and is not complete.
const OVERDUE: u8 = 2;

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Stopwatch::start(),
            busy: AtomicUsize::new(0),
            last_write: AtomicU64::new(0),
            insist: AtomicBool::new(false),
            head: AtomicU8::new(NONE),
        })
    }

    /// A request begins; it ends when the returned value is dropped.
    pub(super) fn request(self: &Arc<Self>) -> AtWork {
        self.head.store(NONE, Ordering::Relaxed);
        self.busy.fetch_add(1, Ordering::Relaxed);
        AtWork(Arc::clone(self))
    }

    /// Ready when the client has been silent for too long. Must be polled once when the
    /// connection begins; after that `alarm` wakes the task by itself, once per header timeout.
    pub(super) fn poll_silence(
        &self,
        settings: &Settings,
        mut alarm: Pin<&mut Sleep>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        while alarm.as_mut().poll(context).is_ready() {
            let left = self.time_left(settings).min(settings.header_timeout);
            if left.is_zero() {
                return Poll::Ready(());
            }
            let again = alarm.deadline() + left;
            alarm.as_mut().reset(again);
        }
        Poll::Pending
    }

    fn time_left(&self, settings: &Settings) -> Duration {
        if self.busy.load(Ordering::Relaxed) > 0 {
            return settings.header_timeout;
        }
        match self.head.load(Ordering::Relaxed) {
            BEGUN => {
                self.head.store(OVERDUE, Ordering::Relaxed);
                return settings.header_timeout;
            }
            OVERDUE => return Duration::ZERO,
            _ => {}
        }
        let quiet_since = Duration::from_millis(self.last_write.load(Ordering::Relaxed));
        let patience = if quiet_since.is_zero() {
            settings.header_timeout
        } else {
            settings.keepalive_timeout
        };
        (quiet_since + patience).saturating_sub(self.started.elapsed())
    }

    /// Bytes of a client have come; between requests they begin a head.
    pub(super) fn read(&self) {
        if self.busy.load(Ordering::Relaxed) == 0 && self.head.load(Ordering::Relaxed) == NONE {
            self.head.store(BEGUN, Ordering::Relaxed);
        }
    }

    /// What has moved so far was no request: a handshake.
    pub(super) fn forget(&self) {
        self.head.store(NONE, Ordering::Relaxed);
        self.last_write.store(0, Ordering::Relaxed);
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

    pub(super) fn wrote(&self) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_write.store(now, Ordering::Relaxed);
    }
}

/// A request in progress.
pub(super) struct AtWork(Arc<Activity>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A response's body that keeps its connection at work until it has been handed on.
pub(super) struct Tracked<B> {
    body: B,
    _at_work: AtWork,
}

impl<B> Tracked<B> {
    pub(super) fn new(body: B, at_work: AtWork) -> Self {
        Self { body, _at_work: at_work }
    }
}

impl<B: Body + Unpin> Body for Tracked<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
