//! Bodies on their way through: streamed, never held, and with nothing smuggled in behind.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::sleep;

use super::pool::Lease;

/// How far a request's body has come, shared with whoever waits for the answer.
pub(super) type Progress = Arc<AtomicU64>;

/// Set in a [`Progress`] when the whole body has been handed on.
const ENDED: u64 = 1 << 63;

/// A client's body on its way to the service. Its trailers are dropped: some servers merge them
/// into the headers, which would make them headers that nobody checked.
pub struct RequestBody(Option<Live>);

struct Live {
    body: Incoming,
    progress: Progress,
}

impl RequestBody {
    /// Passes `body` on. A body that is over already costs nothing.
    pub fn new(body: Incoming) -> Self {
        if body.is_end_stream() {
            return Self(None);
        }
        Self(Some(Live { body, progress: Progress::default() }))
    }

    /// No body at all.
    pub fn empty() -> Self {
        Self(None)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        self.0.as_ref().map(|live| Arc::clone(&live.progress))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(live) = &mut self.0 else { return Poll::Ready(None) };
        loop {
            match ready!(Pin::new(&mut live.body).poll_frame(context)) {
                Some(Ok(frame)) if frame.is_trailers() => {}
                Some(frame) => {
                    live.progress.fetch_add(1, Ordering::Relaxed);
                    return Poll::Ready(Some(frame));
                }
                None => {
                    live.progress.fetch_or(ENDED, Ordering::Relaxed);
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(|live| live.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), |live| live.body.size_hint())
    }
}

/// Waits for `answer` as long as it, or the request's body, moves at least once per `limit`.
/// `None` when nothing moved: an upload may take hours, a silence may not.
pub(super) async fn within<T>(
    limit: Duration,
    progress: Option<Progress>,
    answer: impl Future<Output = T>,
) -> Option<T> {
    let mut answer = pin!(answer);
    let mut seen = 0;
    loop {
        tokio::select! {
            biased;
            answer = &mut answer => return Some(answer),
            () = sleep(limit) => {}
        }
        let now = progress.as_ref().map_or(0, |progress| progress.load(Ordering::Relaxed));
        if now == seen {
            return None;
        }
        seen = now;
    }
}

/// The service's body on its way to the client. When it has been read to its end, the connection
/// is ready for the next request; dropped before, it is closed.
pub struct ResponseBody {
    body: Incoming,
    lease: Option<Lease>,
}

impl ResponseBody {
    pub(super) fn new(body: Incoming, lease: Lease) -> Self {
        let mut whole = Self { body, lease: Some(lease) };
        if whole.body.is_end_stream() {
            whole.finish();
        }
        whole
    }

    fn finish(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.give_back();
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Err(_)) => self.lease = None,
            Some(Ok(_)) if self.body.is_end_stream() => self.finish(),
            Some(Ok(_)) => {}
            None => self.finish(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
