//! What passes, counted, and how much of it may carry nothing.

use std::time::Duration;

use crate::telemetry::Stopwatch;

/// Frames are counted over this time.
const PERIOD: Duration = Duration::from_secs(10);

/// How many frames without content one with content excuses: window updates and the probes of
/// clients that measure their line go along with every frame of data.
const EXCUSED: u64 = 2;

/// Types of frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const PING: u8 = 6;
const CONTINUATION: u8 = 9;

/// The flag of an answer to a PING.
const ACK: u8 = 1;

/// Length of what a client says first.
const PREFACE: usize = 24;

/// What has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Frames that carry a request, a response or a part of one.
    pub(super) full: u64,
    /// All others.
    pub(super) empty: u64,
    /// Of those, requests that are taken back.
    pub(super) resets: u64,
    /// Where the payload of the last answer to a PING begins, in bytes of what has passed.
    pub(super) pong: Option<usize>,
}

/// How far a stream of frames is.
#[derive(Default)]
pub(super) struct Frames {
    /// Bytes until the next frame's head.
    skip: usize,
    /// What has come of that.
    head: [u8; 9],
    have: usize,
    /// The highest stream that a request has opened.
    pub(super) last_stream: u32,
}

impl Frames {
    /// Those of a client, behind its preface.
    pub(super) fn of_client() -> Self {
        Self { skip: PREFACE, ..Self::default() }
    }

    /// Follows `bytes`, and counts the frames that begin in them.
    pub(super) fn pass(&mut self, mut bytes: &[u8]) -> Seen {
        let (mut seen, all) = (Seen::default(), bytes.len());
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
                self.begin(&mut seen, all - bytes.len());
            }
        }
        seen
    }

    /// A frame begins, whose payload stands at `payload`.
    fn begin(&mut self, seen: &mut Seen, payload: usize) {
        let [a, b, c, kind, flags, s1, s2, s3, s4] = self.head;
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
            PING if flags & ACK != 0 => {
                seen.empty += 1;
                seen.pong = Some(payload);
            }
            _ => seen.empty += 1,
        }
    }

    /// Whether a frame has ended and no other has begun.
    pub(super) fn is_between(&self) -> bool {
        self.skip == 0 && self.have == 0
    }
}

/// How many frames of which kind have passed in this period.
pub(super) struct Budget {
    most: u64,
    since: Stopwatch,
    empty: u64,
    full: u64,
    resets: u64,
}

impl Budget {
    /// `most` frames may carry nothing beside those that others excuse.
    pub(super) fn of(most: u32) -> Self {
        Self { most: most.into(), since: Stopwatch::start(), empty: 0, full: 0, resets: 0 }
    }

    /// Whether `seen` is within it. Requests do not excuse that they are taken back: each has cost
    /// the service one by then.
    pub(super) fn takes(&mut self, seen: Seen) -> bool {
        self.full += seen.full;
        self.empty += seen.empty;
        self.resets += seen.resets;
        if self.is_kept() {
            return true;
        }
        if self.since.elapsed() < PERIOD {
            return false;
        }
        let Seen { full, empty, resets, pong: _ } = seen;
        *self = Self { most: self.most, since: Stopwatch::start(), empty, full, resets };
        self.is_kept()
    }

    /// What goes the other way excuses too.
    pub(super) fn excuse(&mut self, seen: Seen) {
        self.full += seen.full;
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
        let mut budget = Budget::of(10);
        assert!(budget.takes(Seen { full: 0, empty: 10, resets: 0, pong: None }));
        assert!(budget.takes(Seen { full: 5, empty: 10, resets: 0, pong: None }));
        assert!(!budget.takes(Seen { full: 0, empty: 1, resets: 0, pong: None }));
        let mut budget = Budget::of(10);
        assert!(budget.takes(Seen { full: 100, empty: 10, resets: 10, pong: None }));
        assert!(!budget.takes(Seen { full: 100, empty: 1, resets: 1, pong: None }));
    }

    #[test]
    fn requests_and_data_count_as_content_and_nothing_else_does() {
        for kind in 0..=0x20_u8 {
            let seen = Frames::default().pass(&frame(kind, 1, 8));
            let full = u64::from(kind == DATA || kind == HEADERS);
            let empty = u64::from(full == 0 && kind != CONTINUATION);
            let resets = u64::from(kind == RST_STREAM);
            assert_eq!(seen, Seen { full, empty, resets, pong: None }, "{kind}");
        }
        assert_eq!(
            Frames::default().pass(&frame(DATA, 1, 0)),
            Seen { full: 0, empty: 1, resets: 0, pong: None }
        );
    }
}
