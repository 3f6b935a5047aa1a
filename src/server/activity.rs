//! Whether a connection is at work, and since when it is not.
//!
//! One look at the clock for each write is all it costs; the alarm that ends a silent connection
//! is set anew only when it goes off, not for every request.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame, SizeHint};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::telemetry::Stopwatch;

/// Shared by a connection and the responses on their way through it.
pub(super) struct Activity {
    started: Stopwatch,
    /// Requests that have begun and whose response has not been handed on whole.
    busy: AtomicUsize,
    /// Milliseconds from the start to the latest write that the client took.
    last_write: AtomicU64,
    /// The next write is tried even though the kernel has not said that there is room.
    insist: AtomicBool,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            started: Stopwatch::start(),
            busy: AtomicUsize::new(0),
            last_write: AtomicU64::new(0),
            insist: AtomicBool::new(false),
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
        let last_write = Duration::from_millis(self.last_write.load(Ordering::Relaxed));
        (last_write + limit).saturating_sub(self.started.elapsed())
    }

    /// Has the next write tried whatever the kernel says of room. It says so only when a third of
    /// its buffer is empty, so a slow reader can take bytes all the while and we hear nothing.
    pub(super) fn insist(&self) {
        self.insist.store(true, Ordering::Relaxed);
    }

    fn wrote(&self) {
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

/// A client's socket that notes each write it takes.
pub(super) struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_pending()
            && self.activity.insist.swap(false, Ordering::Relaxed)
            && let Ok(count) = SockRef::from(&self.stream).send(bytes)
        {
            written = Poll::Ready(Ok(count));
        }
        if written.is_ready() {
            self.activity.wrote();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
