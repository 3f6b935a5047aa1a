//! One direction of a tunnel.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::position::Position;

/// How much is under way in one direction at most.
const ROOM: usize = 16 * 1024;

/// One direction: what was read and not written yet, and where in its frames it is.
pub(super) struct Pipe {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    position: Position,
    passed: u64,
    /// What waits is our own last word.
    saying: bool,
    /// What was written may lie below us: encrypted, and not sent.
    flushing: bool,
    /// What is read from is broken.
    source_broke: bool,
}

impl Pipe {
    pub(super) fn new() -> Self {
        let buffer = vec![0; ROOM].into_boxed_slice();
        Self {
            buffer,
            start: 0,
            end: 0,
            position: Position::default(),
            passed: 0,
            saying: false,
            flushing: false,
            source_broke: false,
        }
    }

    /// How many bytes have passed.
    pub(super) fn passed(&self) -> u64 {
        self.passed
    }

    /// Whether it failed in reading, and not in writing.
    pub(super) fn source_broke(&self) -> bool {
        self.source_broke
    }

    /// Passes on what comes, until its end: ready then, with our side of `to` closed.
    pub(super) fn poll_pass<R, W>(
        &mut self,
        from: &mut R,
        to: &mut W,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            let waiting = self.end - self.start;
            if waiting > 0 {
                ready!(self.poll_write(waiting, to, context))?;
                continue;
            }
            self.poll_flush(to, context)?;
            if ready!(self.poll_fill(from, context))? == 0 {
                return Pin::new(to).poll_shutdown(context);
            }
        }
    }

    /// Passes on the rest of a frame that has begun, and nothing of the next: ready between two.
    fn poll_to_boundary<R, W>(
        &mut self,
        from: &mut R,
        to: &mut W,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        self.poll_flush(to, context)?;
        while !self.position.is_between() {
            let waiting = self.buffer.get(self.start..self.end).unwrap_or_default();
            let due = self.position.rest_of_frame(waiting);
            if due > 0 {
                ready!(self.poll_write(due, to, context))?;
            } else if ready!(self.poll_fill(from, context))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Says `word` in between two frames, and nothing after it. What has come beyond that is
    /// forgotten.
    pub(super) fn poll_say<R, W>(
        &mut self,
        from: &mut R,
        to: &mut W,
        word: &[u8],
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        if !self.saying {
            ready!(self.poll_to_boundary(from, to, context))?;
            if let Some(room) = self.buffer.get_mut(..word.len()) {
                room.copy_from_slice(word);
                (self.start, self.end) = (0, word.len());
            }
            self.saying = true;
        }
        while self.end > self.start {
            ready!(self.poll_write(self.end - self.start, to, context))?;
        }
        Pin::new(to).poll_flush(context)
    }

    fn poll_write<W>(
        &mut self,
        count: usize,
        to: &mut W,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>>
    where
        W: AsyncWrite + Unpin,
    {
        let bytes = self.buffer.get(self.start..self.start + count).unwrap_or_default();
        let written = ready!(Pin::new(&mut *to).poll_write(context, bytes))?;
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        self.position.pass(bytes.get(..written).unwrap_or_default());
        self.start += written;
        self.passed += written as u64;
        self.flushing = true;
        Poll::Ready(Ok(()))
    }

    /// Sends on what lies below us, as far as it goes now. Nobody else would: more may not come.
    fn poll_flush<W>(&mut self, to: &mut W, context: &mut Context<'_>) -> io::Result<()>
    where
        W: AsyncWrite + Unpin,
    {
        if self.flushing {
            self.flushing = match Pin::new(to).poll_flush(context) {
                Poll::Ready(flushed) => {
                    flushed?;
                    false
                }
                Poll::Pending => true,
            };
        }
        Ok(())
    }

    fn poll_fill<R>(&mut self, from: &mut R, context: &mut Context<'_>) -> Poll<io::Result<usize>>
    where
        R: AsyncRead + Unpin,
    {
        let mut buffer = ReadBuf::new(&mut self.buffer);
        let read = ready!(Pin::new(from).poll_read(context, &mut buffer));
        self.source_broke = read.is_err();
        read?;
        (self.start, self.end) = (0, buffer.filled().len());
        Poll::Ready(Ok(self.end))
    }
}
