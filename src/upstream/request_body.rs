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
pub struct RequestBody(Inner);

enum Inner {
    Empty,
    Live(Live),
    Whole(Option<Bytes>),
}

struct Live {
    /// What was read of it already.
    first: Option<Bytes>,
    body: Incoming,
    progress: Progress,
    /// How much may still come.
    left: Option<u64>,
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The client broke off, or framed it wrongly.
    #[error(transparent)]
    Client(#[from] hyper::Error),
    /// It is longer than allowed.
    #[error("the body is longer than this route takes")]
    TooLong,
}

impl RequestBody {
    /// Passes `body` on, up to `most` bytes. A body that is over already costs nothing.
    pub fn new(body: Incoming, most: Option<u64>) -> Self {
        if body.is_end_stream() {
            return Self::empty();
        }
        Self(Inner::Live(Live { first: None, body, progress: Progress::default(), left: most }))
    }

    /// The same for a body of which `first` was read already; `most` counts it.
    pub fn begun(first: Bytes, body: Incoming, most: Option<u64>) -> Self {
        let first = Some(first).filter(|first| !first.is_empty());
        Self(Inner::Live(Live { first, body, progress: Progress::default(), left: most }))
    }

    /// No body at all.
    pub fn empty() -> Self {
        Self(Inner::Empty)
    }

    /// A body that was read already.
    pub fn whole(body: Bytes) -> Self {
        Self(if body.is_empty() { Inner::Empty } else { Inner::Whole(Some(body)) })
    }

    /// How many bytes there are, where that is known from having read them.
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Inner::Whole(Some(body)) => Some(body.len() as u64),
            Inner::Empty | Inner::Live(_) | Inner::Whole(None) => None,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Inner::Empty)
    }

    pub(super) fn progress(&self) -> Option<Progress> {
        match &self.0 {
            Inner::Live(live) => Some(live.progress.clone()),
            Inner::Empty | Inner::Whole(_) => None,
        }
    }
}

impl Live {
    fn size_hint(&self) -> SizeHint {
        let (first, rest) = (self.first.as_ref().map_or(0, Bytes::len), self.body.size_hint());
        let mut hint = SizeHint::new();
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + first as u64);
        }
        hint.set_lower(rest.lower() + first as u64);
        hint
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let frame = match self.first.take() {
                Some(first) => Some(Ok(Frame::data(first))),
                None => ready!(Pin::new(&mut self.body).poll_frame(context)),
            };
            if matches!(&frame, Some(Ok(frame)) if frame.is_trailers()) {
                continue;
            }
            self.progress.moved();
            let length = match &frame {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len) as u64,
                _ => 0,
            };
            if let Some(left) = &mut self.left {
                match left.checked_sub(length) {
                    Some(rest) => *left = rest,
                    None => return Poll::Ready(Some(Err(BodyError::TooLong))),
                }
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.0 {
            Inner::Empty => Poll::Ready(None),
            Inner::Live(live) => live.poll(context),
            Inner::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Empty | Inner::Whole(None) => true,
            Inner::Live(live) => live.first.is_none() && live.body.is_end_stream(),
            Inner::Whole(Some(_)) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Empty | Inner::Whole(None) => SizeHint::with_exact(0),
            Inner::Live(live) => live.size_hint(),
            Inner::Whole(Some(body)) => SizeHint::with_exact(body.len() as u64),
        }
    }
}
