//! Bodies, proper and improper.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// The body of an answer.
pub(crate) enum Body {
    /// All of it, then the end.
    Whole(Bytes),
    /// The part that is sent of an announced length, then the line is cut.
    Truncated { rest: Bytes, announced: u64, flushed: bool },
    /// No end.
    Endless { pause: Duration, timer: Option<Pin<Box<Sleep>>> },
}

impl Body {
    pub(crate) fn whole(body: Bytes) -> Self {
        Self::Whole(body)
    }

    /// Announces all of a body and sends the first half.
    pub(crate) fn truncated(body: &Bytes) -> Self {
        // An empty body could not be cut short.
        let announced = body.len().max(2) as u64;
        Self::Truncated { rest: body.slice(..body.len() / 2), announced, flushed: false }
    }

    /// Never ends.
    pub(crate) fn endless(pause: Duration) -> Self {
        Self::Endless { pause, timer: None }
    }

    /// The same JSON object with one more member, in so many bytes if it is not longer by itself.
    pub(crate) fn padded(body: &Bytes, bytes: usize) -> Self {
        const OPEN: &[u8] = br#"{"padding":""#;
        const CLOSE: &[u8] = br#"","#;
        let members = body.strip_prefix(b"{").unwrap_or(b"\"empty\":true}");
        let fixed = OPEN.len() + CLOSE.len() + members.len();
        let padding = vec![b'x'; bytes.saturating_sub(fixed)];
        Self::Whole([OPEN, &padding, CLOSE, members].concat().into())
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Truncated { rest, flushed, .. } if rest.is_empty() => {
                if *flushed {
                    return Poll::Ready(Some(Err(Cut)));
                }
                // An error throws away what is not written yet; a pause has it written first.
                *flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Truncated { rest, .. } => {
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(rest)))))
            }
            Self::Endless { pause, .. } if pause.is_zero() => {
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(FILLING)))))
            }
            Self::Endless { pause, timer } => {
                let pause = *pause;
                let waiting = timer.get_or_insert_with(|| Box::pin(sleep(pause)));
                ready!(waiting.as_mut().poll(context));
                *timer = None;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Truncated { announced, .. } => SizeHint::with_exact(*announced),
            Self::Endless { .. } => SizeHint::new(),
        }
    }
}

/// The line was cut on purpose.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the connection was cut on purpose")
    }
}

impl std::error::Error for Cut {}

const FILLING: &[u8] = &[b' '; 16 * 1024];
