//! Whether a connection is at work, and since when it is not.
//!
//! One clock look at each end of a request is all it costs; the alarm that ends a silent
//! connection is set anew only when it goes off, not for every request.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use crate::telemetry::Stopwatch;

/// Shared by a connection and the responses on their way through it.
pub(super) struct Activity {
    started: Stopwatch,
    /// Requests that have begun and whose response has not been handed on whole.
    busy: AtomicUsize,
    /// Milliseconds from the start to the end of the latest response.
    quiet_since: AtomicU64,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Stopwatch::start(),
            busy: AtomicUsize::new(0),
            quiet_since: AtomicU64::new(0),
        })
    }

    /// A request begins; it ends when the returned value is dropped.
    pub(super) fn request(self: &Arc<Self>) -> AtWork {
        self.busy.fetch_add(1, Ordering::Relaxed);
        AtWork(Arc::clone(self))
    }

    /// Ready when the connection has been silent for `limit`. Must be polled once when the
    /// connection begins; after that `alarm` wakes the task by itself.
    pub(super) fn poll_silence(
        &self,
        limit: Duration,
        mut alarm: Pin<&mut Sleep>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        while alarm.as_mut().poll(context).is_ready() {
            let left = self.time_left(limit);
            if left.is_zero() {
                return Poll::Ready(());
            }
            let again = alarm.deadline() + left;
            alarm.as_mut().reset(again);
        }
        Poll::Pending
    }

    fn time_left(&self, limit: Duration) -> Duration {
        if self.busy.load(Ordering::Relaxed) > 0 {
            return limit;
        }
        let quiet_since = Duration::from_millis(self.quiet_since.load(Ordering::Relaxed));
        (quiet_since + limit).saturating_sub(self.started.elapsed())
    }
}

/// A request in progress.
pub(super) struct AtWork(Arc<Activity>);

impl Drop for AtWork {
    fn drop(&mut self) {
        let now = u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.quiet_since.store(now, Ordering::Relaxed);
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
