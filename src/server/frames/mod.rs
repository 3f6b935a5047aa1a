//! The frames of an HTTP/2 connection, watched as they pass: a client that mostly sends frames that
//! carry nothing is sent away, and one that hears our farewell has a moment for its last word.
//!
//! The HTTP/2 library bounds resets, empty data and header continuations by itself, but takes any
//! number of PING, SETTINGS, PRIORITY, `WINDOW_UPDATE` and unknown frames, each of which costs some
//! work and many of which make it answer.

mod count;
mod farewell;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Activity;
use count::{Budget, Frames};
use farewell::Farewell;

/// Bytes of an HTTP/2 connection, both ways.
pub(super) struct Framed<S> {
    stream: S,
    incoming: Frames,
    outgoing: Frames,
    budget: Budget,
    farewell: Farewell,
    activity: Arc<Activity>,
}

impl<S> Framed<S> {
    /// `stream` begins with the client's preface. More than `most` frames that carry nothing, in
    /// ten seconds and beside those that do, end it with an error. `activity` hears of that, and of
    /// every frame of a response.
    pub(super) fn new(stream: S, most: u32, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            incoming: Frames::of_client(),
            outgoing: Frames::default(),
            budget: Budget::of(most),
            farewell: Farewell::default(),
            activity,
        }
    }
}

/// The type of a GOAWAY (RFC 9113, section 6.8), and a reason to give in it (section 7).
const GOAWAY: u8 = 7;
const ENHANCE_YOUR_CALM: u8 = 0xb;

impl<S: AsyncWrite + Unpin> Framed<S> {
    /// Tells the client why, if that can be said in between.
    fn send_away(&mut self, context: &mut Context<'_>) -> io::Error {
        if self.outgoing.is_between() {
            let last = self.incoming.last_stream.to_be_bytes();
            let mut goaway = [0; 17];
            goaway[2] = 8;
            goaway[3] = GOAWAY;
            goaway[9..13].copy_from_slice(&last);
            goaway[16] = ENHANCE_YOUR_CALM;
            let _ = Pin::new(&mut self.stream).poll_write(context, &goaway);
        }
        // The HTTP/2 library keeps an error's text alone.
        self.activity.flooded();
        io::Error::other("too many frames that carry nothing")
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Framed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            let between = this.incoming.is_between();
            if this.farewell.poll_give_back(context, between, buffer).is_ready() {
                return Poll::Ready(Ok(()));
            }
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
            let seen = this.incoming.pass(buffer.filled().get(before..).unwrap_or_default());
            if !this.budget.takes(seen) {
                return Poll::Ready(Err(this.send_away(context)));
            }
            let Some(payload) = seen.pong else { return Poll::Ready(Ok(())) };
            this.farewell.keep(buffer, before, before + payload);
            // Nothing at all would be the connection's end.
            if buffer.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Framed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(count)) = &written {
            let seen = self.outgoing.pass(bytes.get(..*count).unwrap_or_default());
            self.budget.excuse(seen);
            if seen.full > 0 {
                self.activity.answered();
            }
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
