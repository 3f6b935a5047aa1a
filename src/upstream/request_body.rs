//! A client's body on its way to the service: streamed, never held, and with nothing smuggled in
//! behind.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

/// How far a request's body has come, shared with whoever waits for the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Something changed.
    fn moved(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something has changed.
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

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

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        self.0.as_ref().map(|live| live.progress.clone())
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
                    live.progress.moved();
                    return Poll::Ready(Some(frame));
                }
                None => {
                    live.progress.moved();
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
