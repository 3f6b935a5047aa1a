//! A response on its way to the client: while it lasts, its connection is at work, and one that
//! the client does not take is noticed.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};

use super::activity::AtWork;
use super::streams::Taking;

/// A response's body that keeps its connection at work until it has been handed on.
pub(super) struct Tracked<B> {
    body: B,
    /// Over HTTP/2, where one client's streams stall each by itself.
    taking: Option<Arc<Taking>>,
    _at_work: AtWork,
}

impl<B> Tracked<B> {
    pub(super) fn new(body: B, at_work: AtWork, taking: Option<Arc<Taking>>) -> Self {
        Self { body, taking, _at_work: at_work }
    }
}

impl<B: Body + Unpin> Body for Tracked<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Some(taking) = &self.taking {
            // Asked for more, the client has taken what came before; given some, it must take it.
            if frame.is_ready() { taking.given() } else { taking.waits_for_us() }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
