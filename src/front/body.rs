//! The body of a response: one of ours, or the service's on its way through.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::Full;

use crate::upstream::{ResponseBody, ResponseError};

use super::record::Record;

/// A response's body. It carries the request's record, which is written when the body ends or is
/// dropped, so that nothing of the request is left out and nobody waits for it.
pub struct Body {
    kind: Kind,
    record: Option<Record>,
}

#[expect(clippy::large_enum_variant, reason = "most are relayed, and a box is an allocation each")]
enum Kind {
    Relayed(ResponseBody),
    Whole(Full<Bytes>),
}

impl Body {
    pub(super) fn relayed(body: ResponseBody, record: Record) -> Self {
        Self { kind: Kind::Relayed(body), record: Some(record) }.settled()
    }

    pub(super) fn whole(body: Bytes, record: Record) -> Self {
        Self { kind: Kind::Whole(Full::new(body)), record: Some(record) }.settled()
    }

    /// A body that is over before it began will not be polled.
    fn settled(mut self) -> Self {
        if self.is_end_stream() {
            self.close(true);
        }
        self
    }

    fn close(&mut self, complete: bool) {
        if let Some(record) = self.record.take() {
            record.close(complete);
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = ResponseError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ResponseError>>> {
        let frame = ready!(match &mut self.kind {
            Kind::Relayed(body) => Pin::new(body).poll_frame(context),
            Kind::Whole(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
        });
        match &frame {
            Some(Ok(frame)) => {
                if let Some(record) = &mut self.record {
                    if let Some(data) = frame.data_ref() {
                        record.sent(data.len());
                    }
                    if let Some(trailers) = frame.trailers_ref() {
                        record.told(trailers);
                    }
                }
                if self.is_end_stream() {
                    self.close(true);
                }
            }
            Some(Err(_)) => self.close(false),
            None => self.close(true),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Relayed(body) => body.is_end_stream(),
            Kind::Whole(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Relayed(body) => body.size_hint(),
            Kind::Whole(body) => body.size_hint(),
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.close(false);
    }
}
