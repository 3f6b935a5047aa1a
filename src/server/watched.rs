//! A client's socket, as hyper sees it: it tells of what moves, and it is closed with patience.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::activity::Activity;

/// A client's socket that notes each write it takes.
pub(super) struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
    /// Set when the end has come and the client is still sending.
    lingers: Option<Pin<Box<Sleep>>>,
}

/// How long a client may go on sending after our last word.
const LINGER: Duration = Duration::from_secs(2);

impl Watched {
    pub(super) fn new(stream: TcpStream, activity: Arc<Activity>) -> Self {
        Self { stream, activity, lingers: None }
    }

    /// Reads and forgets. Whether there was something; `None` when nothing is there yet.
    fn discard(&mut self, context: &mut Context<'_>) -> Option<bool> {
        let mut room = [0; 16 * 1024];
        let mut buffer = ReadBuf::new(&mut room);
        match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
            Poll::Ready(read) => Some(read.is_ok() && !buffer.filled().is_empty()),
            Poll::Pending => None,
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.read();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_pending()
            && self.activity.insists()
            && let Ok(count) = SockRef::from(&self.stream).send(bytes)
        {
            written = Poll::Ready(Ok(count));
        }
        if written.is_ready() {
            self.activity.wrote();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Ends our side, and then takes what the client still sends, for a while. A socket that is
    /// closed with bytes unread resets the connection, and the client may lose the very answer
    /// that told it to stop.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingers.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            if self.discard(context).is_none_or(|more| !more) {
                return Poll::Ready(Ok(()));
            }
        }
        let alarm = self.lingers.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        if alarm.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        while let Some(more) = self.discard(context) {
            if !more {
                return Poll::Ready(Ok(()));
            }
        }
        Poll::Pending
    }
}
