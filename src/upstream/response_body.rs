//! The service's body on its way to the client: streamed, and at its end the connection is free.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::pool::Lease;

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
        let mut polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_pending()
            && let Some(lease) = &mut self.lease
        {
            lease.line.turn(context);
            polled = Pin::new(&mut self.body).poll_frame(context);
        }
        let frame = ready!(polled);
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
