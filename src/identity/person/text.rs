//! All text of an identity in one buffer, and the pieces of it.

use bytes::Bytes;

use crate::identity::name::{encode_name, encode_role};

/// A piece of an identity's text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn range(self) -> std::ops::Range<usize> {
        // u32 to usize: lossless on every platform that has an async runtime.
        self.start as usize..self.end as usize
    }
}

/// Ordinary identities take some hundreds of bytes.
const WORTH_SEARCHING: usize = 4096;

/// The buffer under construction.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    /// The whole of it.
    pub(super) fn into_bytes(self) -> Bytes {
        Bytes::from(self.0.into_boxed_str().into_boxed_bytes())
    }

    /// Finds `piece` in what is there already, or appends it. A text that has grown large is not
    /// searched any more: an answer with very many roles must not cost the square of their number.
    pub(super) fn keep(&mut self, piece: &str) -> Span {
        let known = if self.0.len() < WORTH_SEARCHING { self.0.find(piece) } else { None };
        match known {
            Some(start) => span(start, piece.len()),
            None => self.append(piece),
        }
    }

    /// Appends `piece` without looking for it.
    pub(super) fn append(&mut self, piece: &str) -> Span {
        self.0.push_str(piece);
        span(self.0.len() - piece.len(), piece.len())
    }

    pub(super) fn keep_name(&mut self, name: &str) -> Span {
        let mut encoded = String::new();
        encode_name(name, &mut encoded);
        self.keep(&encoded)
    }

    pub(super) fn keep_roles(&mut self, roles: &[String]) -> Span {
        let mut joined = String::new();
        for (at, role) in roles.iter().enumerate() {
            if at > 0 {
                joined.push(',');
            }
            encode_role(role, &mut joined);
        }
        self.keep(&joined)
    }
}

fn span(start: usize, length: usize) -> Span {
    // Keystone answers are capped far below 4 GiB.
    let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: position(start), end: position(start + length) }
}
