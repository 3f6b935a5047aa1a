//! The service's body on its way to the client: streamed, and at its end the connection is free.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::error::ResponseError;
use super::http1::Lease;
use super::http2::Stream;
use super::metrics::Abort;
use super::station::Place;
use super::trailers;
use super::tunnel::Tunnel;
use super::vigil::{Lapse, Vigil};

/// The service's body on its way to the client. When it has been read to its end, the connection
/// is ready for the next request; dropped before, its part in the connection is closed.
pub struct ResponseBody {
    body: Incoming,
    source: Source,
    ended: bool,
}

/// What the body comes over.
enum Source {
    /// Nothing any more.
    Gone,
    /// A connection of its own.
    Line(Lease, Vigil),
    /// A part of one.
    Stream(Box<Stream>, Place),
    /// There is no body; the connection is the answer.
    Tunnel(Box<Tunnel>),
}

impl ResponseBody {
    pub(super) fn over_line(body: Incoming, lease: Lease, vigil: Vigil) -> Self {
        Self::new(body, Source::Line(lease, vigil))
    }

    pub(super) fn over_stream(body: Incoming, stream: Stream, place: Place) -> Self {
        Self::new(body, Source::Stream(Box::new(stream), place))
    }

    pub(super) fn tunnel(body: Incoming, tunnel: Tunnel) -> Self {
        Self { body, source: Source::Tunnel(Box::new(tunnel)), ended: true }
    }

    fn new(body: Incoming, source: Source) -> Self {
        Self { body, source, ended: false }
    }

    /// The head is passed on. A body that is over already frees its connection at once, which one
    /// whose head cannot be passed on must not.
    pub(super) fn settle(&mut self) {
        if !self.ended && self.body.is_end_stream() {
            self.finish();
        }
    }

    /// The connection, if it has become a tunnel; once.
    pub fn take_tunnel(&mut self) -> Option<Tunnel> {
        match std::mem::replace(&mut self.source, Source::Gone) {
            Source::Tunnel(tunnel) => Some(*tunnel),
            other => {
                self.source = other;
                None
            }
        }
    }

    fn finish(&mut self) {
        self.ended = true;
        if let Source::Line(lease, _) = std::mem::replace(&mut self.source, Source::Gone) {
            lease.give_back();
        }
    }

    /// Never a clean end: what came so far is not the whole.
    fn abort(&mut self, error: ResponseError) -> ResponseError {
        let cause = match &error {
            ResponseError::Broken(_) => Abort::Broken,
            ResponseError::Idle(_) => Abort::Idle,
            ResponseError::Stalled => Abort::Client,
            ResponseError::Total(_) => Abort::Total,
        };
        match std::mem::replace(&mut self.source, Source::Gone) {
            Source::Line(Lease { place, .. }, _) | Source::Stream(_, place) => {
                place.station().metrics.aborted(cause);
            }
            Source::Gone | Source::Tunnel(_) => {}
        }
        error
    }

    fn poll_source(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &mut self.source {
            Source::Line(lease, _) if polled.is_pending() => {
                lease.line.turn(context);
                Pin::new(&mut self.body).poll_frame(context)
            }
            Source::Gone | Source::Line(..) | Source::Stream(..) | Source::Tunnel(_) => polled,
        }
    }
}

impl Source {
    fn moved(&mut self) {
        match self {
            Self::Line(_, vigil) => vigil.moved(),
            Self::Stream(stream, _) => stream.vigil.moved(),
            Self::Gone | Self::Tunnel(_) => {}
        }
    }

    /// Ready when somebody has kept the client waiting for too long.
    fn poll_lapse(&mut self, context: &mut Context<'_>) -> Poll<Lapse> {
        let (vigil, alarm) = match self {
            Self::Line(lease, vigil) => (vigil, &mut lease.line.alarm),
            Self::Stream(stream, _) => {
                let Stream { vigil, alarm, .. } = &mut **stream;
                (vigil, alarm)
            }
            Self::Gone | Self::Tunnel(_) => return Poll::Pending,
        };
        vigil.waits();
        vigil.poll(alarm, context)
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = ResponseError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ResponseError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let Poll::Ready(frame) = self.poll_source(context) else {
            let lapse = ready!(self.source.poll_lapse(context));
            return Poll::Ready(Some(Err(self.abort(lapse.into()))));
        };
        self.source.moved();
        match frame {
            None => {
                self.finish();
                Poll::Ready(None)
            }
            Some(Err(error)) => Poll::Ready(Some(Err(self.abort(ResponseError::Broken(error))))),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => {
                    if self.body.is_end_stream() {
                        self.finish();
                    }
                    Poll::Ready(Some(Ok(Frame::data(data))))
                }
                Err(last) => {
                    self.finish();
                    let fields = last.into_trailers().ok().and_then(trailers::of_response);
                    Poll::Ready(fields.map(|fields| Ok(Frame::trailers(fields))))
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl From<Lapse> for ResponseError {
    fn from(lapse: Lapse) -> Self {
        match lapse {
            Lapse::Client => Self::Stalled,
            Lapse::Service(limit) => Self::Idle(limit),
            Lapse::Total(limit) => Self::Total(limit),
        }
    }
}
