//! The frames of an HTTP/2 connection, counted as they pass: a client that mostly sends frames
//! that carry nothing is sent away.
//!
//! The HTTP/2 library bounds resets, empty data and header continuations by itself, but takes any
//! number of PING, SETTINGS, PRIORITY, `WINDOW_UPDATE` and unknown frames, each of which costs some
//! work and many of which make it answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::telemetry::Stopwatch;

use super::activity::Activity;

/// Frames are counted over this time.
const PERIOD: Duration = Duration::from_secs(10);

/// How many frames without content one with content excuses: window updates and the probes of
/// clients that measure their line go along with every frame of data.
const EXCUSED: u64 = 2;

/// Bytes of an HTTP/2 connection, both ways.
pub(super) struct Framed<S> {
    stream: S,
    incoming: Frames,
    outgoing: Frames,
    budget: Budget,
    activity: Arc<Activity>,
}

impl<S> Framed<S> {
    /// `stream` begins with the client's preface. More than `most` frames that carry nothing, in
    /// ten seconds and beside those that do, end it with an error. `activity` hears of that, and of
    /// every frame of a response.
    pub(super) fn new(stream: S, most: u32, activity: Arc<Activity>) -> Self {
        Self {
            stream,
            incoming: Frames { skip: PREFACE, ..Frames::default() },
            outgoing: Frames::default(),
            budget: Budget {
                most: most.into(),
                since: Stopwatch::start(),
                empty: 0,
                full: 0,
                resets: 0,
            },
            activity,
        }
    }
}

/// Length of what a client says first.
const PREFACE: usize = 24;

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

/// Types of frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
/// A reason for a connection's end (RFC 9113, section 7).
const ENHANCE_YOUR_CALM: u8 = 0xb;

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Framed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let came = buffer.filled().get(before..).unwrap_or_default();
        let seen = self.incoming.pass(came);
        if !self.budget.takes(seen) {
            return Poll::Ready(Err(self.send_away(context)));
        }
        read
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
            self.budget.full += seen.full;
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

/// What has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Frames that carry a request, a response or a part of one.
    full: u64,
    /// All others.
    empty: u64,
    /// Of those, requests that are taken back.
    resets: u64,
}

/// How far a stream of frames is.
#[derive(Default)]
struct Frames {
    /// Bytes until the next frame's head.
    skip: usize,
    /// What has come of that.
    head: [u8; 9],
    have: usize,
    /// The highest stream that a request has opened.
    last_stream: u32,
}

impl Frames {
    /// Follows `bytes`, and counts the frames that begin in them.
    fn pass(&mut self, mut bytes: &[u8]) -> Seen {
        let mut seen = Seen::default();
        while !bytes.is_empty() {
            let step = self.skip.min(bytes.len());
            self.skip -= step;
            bytes = bytes.get(step..).unwrap_or_default();
            if self.skip > 0 {
                break;
            }
            let Some(missing) = self.head.get_mut(self.have..) else { break };
            let count = missing.len().min(bytes.len());
            let (now, rest) = bytes.split_at(count);
            missing.iter_mut().zip(now).for_each(|(to, from)| *to = *from);
            bytes = rest;
            self.have += count;
            if self.have == self.head.len() {
                self.have = 0;
                self.begin(&mut seen);
            }
        }
        seen
    }

    fn begin(&mut self, seen: &mut Seen) {
        let [a, b, c, kind, _, s1, s2, s3, s4] = self.head;
        let length = u32::from_be_bytes([0, a, b, c]);
        self.skip = length as usize;
        let stream = u32::from_be_bytes([s1 & 0x7f, s2, s3, s4]);
        match kind {
            HEADERS => {
                self.last_stream = self.last_stream.max(stream);
                seen.full += 1;
            }
            DATA if length > 0 => seen.full += 1,
            // Part of a head; the library bounds them.
            CONTINUATION => {}
            RST_STREAM => {
                seen.empty += 1;
                seen.resets += 1;
            }
            _ => seen.empty += 1,
        }
    }

    fn is_between(&self) -> bool {
        self.skip == 0 && self.have == 0
    }
}

/// How many frames of which kind have passed in this period.
struct Budget {
    most: u64,
    since: Stopwatch,
    empty: u64,
    full: u64,
    resets: u64,
}

impl Budget {
    /// Whether `seen` is within it. Requests do not excuse that they are taken back: each has cost
    /// the service one by then.
    fn takes(&mut self, seen: Seen) -> bool {
        self.full += seen.full;
        self.empty += seen.empty;
        self.resets += seen.resets;
        if self.is_kept() {
            return true;
        }
        if self.since.elapsed() < PERIOD {
            return false;
        }
        let Seen { full, empty, resets } = seen;
        *self = Self { most: self.most, since: Stopwatch::start(), empty, full, resets };
        self.is_kept()
    }

    fn is_kept(&self) -> bool {
        self.empty <= self.most + EXCUSED * self.full && self.resets <= self.most
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(kind: u8, stream: u8, length: usize) -> Vec<u8> {
        let mut bytes = u32::try_from(length).unwrap().to_be_bytes()[1..].to_vec();
        bytes.extend([kind, 0, 0, 0, 0, stream]);
        bytes.extend(vec![0; length]);
        bytes
    }

    proptest! {
        #[test]
        fn frames_are_counted_alike_however_they_are_cut(
            frames in prop::collection::vec((0..12_u8, 0..40_usize), 1..20),
            cuts in prop::collection::vec(1..30_usize, 1..60),
        ) {
            let bytes: Vec<u8> =
                frames.iter().flat_map(|(kind, length)| frame(*kind, 1, *length)).collect();
            let whole = Frames::default().pass(&bytes);
            let (mut frames, mut rest, mut seen) = (Frames::default(), &bytes[..], Seen::default());
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                let part = frames.pass(now);
                seen.full += part.full;
                seen.empty += part.empty;
                seen.resets += part.resets;
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(seen, whole);
            prop_assert!(frames.is_between());
        }
    }

    #[test]
    fn frames_with_content_excuse_those_without() {
        let mut budget =
            Budget { most: 10, since: Stopwatch::start(), empty: 0, full: 0, resets: 0 };
        assert!(budget.takes(Seen { full: 0, empty: 10, resets: 0 }));
        assert!(budget.takes(Seen { full: 5, empty: 10, resets: 0 }));
        assert!(!budget.takes(Seen { full: 0, empty: 1, resets: 0 }));
        let mut budget =
            Budget { most: 10, since: Stopwatch::start(), empty: 0, full: 0, resets: 0 };
        assert!(budget.takes(Seen { full: 100, empty: 10, resets: 10 }));
        assert!(!budget.takes(Seen { full: 100, empty: 1, resets: 1 }));
    }

    #[test]
    fn requests_and_data_count_as_content_and_nothing_else_does() {
        for kind in 0..=0x20_u8 {
            let seen = Frames::default().pass(&frame(kind, 1, 8));
            let full = u64::from(kind == DATA || kind == HEADERS);
            let empty = u64::from(full == 0 && kind != CONTINUATION);
            let resets = u64::from(kind == RST_STREAM);
            assert_eq!(seen, Seen { full, empty, resets }, "{kind}");
        }
        assert_eq!(
            Frames::default().pass(&frame(DATA, 1, 0)),
            Seen { full: 0, empty: 1, resets: 0 }
        );
    }
}
