//! A client's body on its way to the service: streamed, never held, and with nothing smuggled in
//! behind.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderName;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::trailers;
use super::upload::{Fault, Pace, Upload};

/// A client's body on its way to the service. Its trailers are dropped unless they are allowed by
/// name: some servers merge them into the headers, which would make them headers that nobody
/// checked.
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
    upload: Arc<Upload>,
    /// How much may still come.
    left: Option<u64>,
    /// The trailers that may pass; `None` for none.
    trailers: Option<Arc<[HeaderName]>>,
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The client broke off, or framed it wrongly.
    #[error(transparent)]
    Client(#[from] hyper::Error),
    /// Nobody wants the rest.
    #[error("nobody wants the rest of the body")]
    Cut(#[source] h2::Error),
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
        Self::live(None, body, most)
    }

    /// The same for a body of which `first` was read already; `most` counts it.
    pub fn begun(first: Bytes, body: Incoming, most: Option<u64>) -> Self {
        Self::live(Some(first).filter(|first| !first.is_empty()), body, most)
    }

    fn live(first: Option<Bytes>, body: Incoming, left: Option<u64>) -> Self {
        let upload = Arc::new(Upload::default());
        Self(Inner::Live(Live { first, body, upload, left, trailers: None }))
    }

    /// No body at all.
    pub fn empty() -> Self {
        Self(Inner::Empty)
    }

    /// A body that was read already.
    pub fn whole(body: Bytes) -> Self {
        Self(if body.is_empty() { Inner::Empty } else { Inner::Whole(Some(body)) })
    }

    /// Asks the client for a pace; without it, the client may take for ever.
    #[must_use]
    pub fn paced(mut self, pace: Pace) -> Self {
        if let Inner::Live(live) = &mut self.0
            && let Some(upload) = Arc::get_mut(&mut live.upload)
        {
            upload.set_pace(pace);
        }
        self
    }

    /// Lets trailers of these names pass.
    #[must_use]
    pub fn with_trailers(mut self, allowed: &Arc<[HeaderName]>) -> Self {
        if let Inner::Live(live) = &mut self.0
            && !allowed.is_empty()
        {
            live.trailers = Some(Arc::clone(allowed));
        }
        self
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

    /// The same body once more; `None` for one that streams.
    pub(super) fn again(&self) -> Option<Self> {
        match &self.0 {
            Inner::Empty => Some(Self::empty()),
            Inner::Whole(Some(body)) => Some(Self::whole(body.clone())),
            Inner::Live(_) | Inner::Whole(None) => None,
        }
    }

    /// How far it has come, for whoever waits for the answer; `None` for a body that is there.
    pub(super) fn upload(&self) -> Option<Arc<Upload>> {
        match &self.0 {
            Inner::Live(live) => Some(Arc::clone(&live.upload)),
            Inner::Empty | Inner::Whole(_) => None,
        }
    }

    /// The trailers that may pass.
    pub(super) fn trailers(&self) -> &[HeaderName] {
        match &self.0 {
            Inner::Live(live) => live.trailers.as_deref().unwrap_or_default(),
            Inner::Empty | Inner::Whole(_) => &[],
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
                None => ready!(self.poll_client(context)),
            };
            let Some(frame) = frame.transpose().inspect_err(|_| self.upload.fail(Fault::Broken))?
            else {
                self.upload.moved(0);
                return Poll::Ready(None);
            };
            let data = match frame.into_data() {
                Ok(data) => data,
                Err(rest) => match self.permitted(rest) {
                    Some(trailers) => return Poll::Ready(Some(Ok(trailers))),
                    None => continue,
                },
            };
            self.upload.moved(data.len());
            if let Some(left) = &mut self.left {
                let Some(rest) = left.checked_sub(data.len() as u64) else {
                    self.upload.fail(Fault::TooLong);
                    return Poll::Ready(Some(Err(BodyError::TooLong)));
                };
                *left = rest;
            }
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
    }

    /// The next piece from the client, and whether it keeps us waiting for it.
    fn poll_client(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        if self.upload.is_cut(context.waker()) {
            return Poll::Ready(Some(Err(BodyError::Cut(h2::Reason::CANCEL.into()))));
        }
        self.upload.waits();
        Poll::Pending
    }

    /// The trailers that may pass, if `frame` holds any.
    fn permitted(&self, frame: Frame<Bytes>) -> Option<Frame<Bytes>> {
        let allowed = self.trailers.as_ref()?;
        let trailers = trailers::of_request(frame.into_trailers().ok()?, allowed)?;
        Some(Frame::trailers(trailers))
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
