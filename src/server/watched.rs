//! A client's socket, as everything above it sees it: it tells of what moves, lets the first bytes
//! be looked at before they are read, and is closed with patience.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::activity::Activity;
use super::socket::Socket;

/// A client's socket that notes each write it takes.
pub(super) struct Watched {
    socket: Socket,
    activity: Arc<Activity>,
    /// Read, and not handed on yet.
    ahead: BytesMut,
    /// Set when the end has come and the client is still sending.
    lingers: Option<Pin<Box<Sleep>>>,
}

/// How long a client may go on sending after our last word.
const LINGER: Duration = Duration::from_secs(2);

/// How much is read at a time while it is only looked at: most heads whole.
const LOOK: usize = 4096;

impl Watched {
    pub(super) fn new(socket: Socket, activity: Arc<Activity>) -> Self {
        Self { socket, activity, ahead: BytesMut::new(), lingers: None }
    }

    /// Waits until `judge` can tell something from the first bytes; they stay to be read. Not
    /// cancel-safe in one respect only: bytes that came are kept.
    ///
    /// # Errors
    /// When the client ends first.
    pub(super) async fn look<T>(&mut self, judge: impl Fn(&[u8]) -> Option<T>) -> io::Result<T> {
        loop {
            if let Some(verdict) = judge(&self.ahead) {
                return Ok(verdict);
            }
            self.ahead.reserve(LOOK);
            if self.socket.read_buf(&mut self.ahead).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.activity.read();
        }
    }

    /// Passes over bytes that were looked at.
    pub(super) fn skip(&mut self, count: usize) {
        self.ahead.advance(count.min(self.ahead.len()));
    }

    /// Has the connection end in a reset instead of in good order, once it is dropped.
    pub(super) fn spoil(&self) {
        // A socket that cannot be told so ends as it can.
        let _ = SockRef::from(&self.socket).set_linger(Some(Duration::ZERO));
    }

    /// Reads and forgets. Whether there was something; `None` when nothing is there yet.
    fn discard(&mut self, context: &mut Context<'_>) -> Option<bool> {
        let mut room = [0; 16 * 1024];
        let mut buffer = ReadBuf::new(&mut room);
        match Pin::new(&mut self.socket).poll_read(context, &mut buffer) {
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
        if !self.ahead.is_empty() {
            let count = buffer.remaining().min(self.ahead.len());
            buffer.put_slice(&self.ahead.split_to(count));
            if self.ahead.is_empty() {
                self.ahead = BytesMut::new();
            }
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
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
        let mut written = Pin::new(&mut self.socket).poll_write(context, bytes);
        if written.is_pending()
            && self.activity.insists()
            && let Ok(count) = SockRef::from(&self.socket).send(bytes)
        {
            written = Poll::Ready(Ok(count));
        }
        if written.is_ready() {
            self.activity.wrote();
        } else {
            self.activity.refused();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    /// Ends our side, and then takes what the client still sends, for a while. A socket that is
    /// closed with bytes unread resets the connection, and the client may lose the very answer
    /// that told it to stop.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingers.is_none() {
            ready!(Pin::new(&mut self.socket).poll_shutdown(context))?;
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
