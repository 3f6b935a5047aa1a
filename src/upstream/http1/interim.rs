//! Interim responses, counted as they are read.
//!
//! They are skipped by the parser, however many there are; a service that sends nothing else
//! would keep a worker busy for as long as it likes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::dial::Stream;

/// How many may come before a response.
const MOST: u8 = 10;

/// What the reader of a connection and its user tell each other.
#[derive(Debug, Default)]
pub(super) struct Watched {
    state: AtomicU8,
    /// Something has come since the latest request was sent.
    answered: AtomicBool,
}

/// A response's own head has begun, or none is expected.
const PASSED: u8 = 0;
/// A request was sent: what comes next is a head.
const AWAITED: u8 = 1;
/// Too many interim responses came.
const FLOODED: u8 = 2;

impl Watched {
    /// A request is about to be sent.
    pub(super) fn expect(&self) {
        self.state.store(AWAITED, Ordering::Relaxed);
        self.answered.store(false, Ordering::Relaxed);
    }

    /// Whether too many came.
    pub(super) fn was_flooded(&self) -> bool {
        self.state.load(Ordering::Relaxed) == FLOODED
    }

    /// Whether so much as a byte has come in answer to the latest request.
    pub(super) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }
}

/// A stream on which interim responses are counted.
pub(super) struct Counted {
    stream: Stream,
    watched: Arc<Watched>,
    scan: Scan,
}

impl Counted {
    pub(super) fn new(stream: Stream, watched: Arc<Watched>) -> Self {
        Self { stream, watched, scan: Scan::default() }
    }

    pub(super) fn into_inner(self) -> Stream {
        self.stream
    }

    fn look(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self.scan.feed(bytes) {
            Seen::Interim => Ok(()),
            Seen::Final => {
                self.scan = Scan::default();
                self.watched.state.store(PASSED, Ordering::Relaxed);
                Ok(())
            }
            Seen::TooMany => {
                self.watched.state.store(FLOODED, Ordering::Relaxed);
                Err(io::Error::other("too many interim responses"))
            }
        }
    }
}

/// Where in a head the bytes are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Scan {
    place: Place,
    interim: u8,
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// So many bytes into `HTTP/1.1 200`, empty lines before it skipped.
    Version(u8),
    /// Within a head, so many line ends after a line.
    Fields(u8),
}

impl Default for Place {
    fn default() -> Self {
        Self::Version(0)
    }
}

/// Where the first digit of the status is.
const STATUS: u8 = 9;

enum Seen {
    Interim,
    Final,
    TooMany,
}

impl Scan {
    fn feed(&mut self, bytes: &[u8]) -> Seen {
        for byte in bytes {
            self.place = match (&self.place, byte) {
                (Place::Version(0), b'\r' | b'\n') | (Place::Fields(1), b'\n') => Place::Version(0),
                (Place::Version(STATUS), b'1') => {
                    self.interim += 1;
                    if self.interim > MOST {
                        return Seen::TooMany;
                    }
                    Place::Fields(0)
                }
                (Place::Version(STATUS), _) => return Seen::Final,
                (Place::Version(at), _) => Place::Version(at + 1),
                (Place::Fields(_), b'\n') => Place::Fields(1),
                (Place::Fields(ends), b'\r') => Place::Fields(*ends),
                (Place::Fields(_), _) => Place::Fields(0),
            };
        }
        Seen::Interim
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if self.watched.state.load(Ordering::Relaxed) == AWAITED {
            let came = buffer.filled().get(before..).unwrap_or_default();
            if !came.is_empty() {
                self.watched.answered.store(true, Ordering::Relaxed);
            }
            self.look(came)?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    const HINTS: &[u8] = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nX: 1\r\n\r\n";
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    /// How many bytes are looked at before anything is decided, and what that is.
    fn by_the_byte(bytes: &[u8]) -> (usize, Seen) {
        let mut scan = Scan::default();
        for (at, byte) in bytes.iter().enumerate() {
            match scan.feed(std::slice::from_ref(byte)) {
                Seen::Interim => {}
                seen => return (at, seen),
            }
        }
        (bytes.len(), Seen::Interim)
    }

    #[test]
    fn a_response_is_known_by_its_first_digit() {
        assert!(matches!(by_the_byte(OK), (9, Seen::Final)));
        assert!(matches!(Scan::default().feed(&[b"\r\n\r\n", OK].concat()), Seen::Final));
    }

    #[test]
    fn as_many_interim_responses_as_allowed_may_come_first() {
        for interim in [CONTINUE, HINTS, b"HTTP/1.1 100\n\n", b"HTTP/1.0 199 A\nB: c\r\n\r\n"] {
            let most = interim.repeat(MOST.into());
            let (at, seen) = by_the_byte(&[&most, OK].concat());
            assert!(matches!(seen, Seen::Final), "{interim:?}");
            assert_eq!(at, most.len() + 9);
            assert!(matches!(by_the_byte(&[&most, interim, OK].concat()).1, Seen::TooMany));
        }
    }
}
