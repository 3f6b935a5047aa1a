//! A connection that stops being HTTP: whoever answered its last request has it from then on.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

use super::Phase;
use super::stream::Stream;

/// What a service makes of a request.
pub struct Answer<B> {
    /// The response.
    pub response: http::Response<B>,
    /// Who has the connection after it. Looked at only when the response switches protocols.
    pub takeover: Option<Takeover>,
}

/// What becomes of a connection that has left HTTP. It ends when the future does; cancelling that
/// closes it.
pub struct Takeover(Box<Run>);

type Run = dyn FnOnce(Taken, Leaving) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send;

impl Takeover {
    /// Runs `take` once the client has the response.
    pub fn new<F, R>(take: F) -> Self
    where
        F: FnOnce(Taken, Leaving) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        Self(Box::new(move |taken, leaving| Box::pin(take(taken, leaving))))
    }

    pub(super) async fn run(self, taken: Taken, leaving: Leaving) {
        (self.0)(taken, leaving).await;
    }
}

impl fmt::Debug for Takeover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Takeover")
    }
}

/// Says when connections are to end because the process does.
pub struct Leaving(watch::Receiver<Phase>);

impl Leaving {
    pub(super) fn new(phase: watch::Receiver<Phase>) -> Self {
        Self(phase)
    }

    /// Waits for that. Cancel-safe.
    pub async fn leaving(&mut self) {
        // An error means that nobody is left to say anything: leave.
        let _ = self.0.wait_for(|phase| *phase == Phase::Closing).await;
    }
}

/// A client's bytes from where HTTP has ended.
pub struct Taken {
    stream: Stream,
    first: Bytes,
}

impl Taken {
    /// `first` was read together with the last request.
    pub(super) fn new(stream: Stream, first: Bytes) -> Self {
        Self { stream, first }
    }
}

impl AsyncRead for Taken {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let count = buffer.remaining().min(self.first.len());
        buffer.put_slice(self.first.get(..count).unwrap_or_default());
        self.first.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Taken {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
