//! Where in its frames a stream of web socket bytes is: a word of our own fits in between two of
//! them only (RFC 6455, section 5.2). What the frames say is nobody's business here.

/// How far one direction of a tunnel is.
#[derive(Debug, Default)]
pub(super) struct Position {
    /// The head of the frame that is about to pass, as far as it has.
    head: [u8; 14],
    have: usize,
    /// What is left of the frame's content.
    left: u64,
}

impl Position {
    /// Whether nothing of a frame has passed whose rest has not.
    pub(super) fn is_between(&self) -> bool {
        self.have == 0 && self.left == 0
    }

    /// How many of `bytes`, which come next, belong to the frame that has begun. All of them, when
    /// its end is not among them; none between two frames.
    pub(super) fn rest_of_frame(&self, bytes: &[u8]) -> usize {
        let mut ahead = Self { head: self.head, have: self.have, left: self.left };
        let mut passed = 0;
        while !ahead.is_between() && passed < bytes.len() {
            passed += ahead.step(bytes.get(passed..).unwrap_or_default());
        }
        passed
    }

    /// Follows `bytes`.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        let mut passed = 0;
        while passed < bytes.len() {
            passed += self.step(bytes.get(passed..).unwrap_or_default());
        }
    }

    /// Follows some of `bytes`, up to the end of a frame at most, and returns how many.
    fn step(&mut self, bytes: &[u8]) -> usize {
        if self.left > 0 {
            let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            self.left -= count as u64;
            return count;
        }
        let (Some(byte), Some(place)) = (bytes.first(), self.head.get_mut(self.have)) else {
            return bytes.len();
        };
        *place = *byte;
        self.have += 1;
        if let Some(length) = self.length() {
            self.left = length;
            self.have = 0;
        }
        1
    }

    /// The content's length, once the whole head is there.
    fn length(&self) -> Option<u64> {
        let (&[_, second], rest) = self.head.split_first_chunk::<2>()?;
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let (extended, length) = match second & 0x7f {
            126 => (2, u64::from(u16::from_be_bytes(*rest.first_chunk()?))),
            127 => (8, u64::from_be_bytes(*rest.first_chunk()?)),
            short => (0, u64::from(short)),
        };
        (self.have >= 2 && self.have == 2 + extended + mask).then_some(length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(length: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut bytes = vec![0x82];
        match length {
            0..=125 => bytes.push(mask | u8::try_from(length).unwrap()),
            126..=0xffff => {
                bytes.push(mask | 0x7e);
                bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            _ => {
                bytes.push(mask | 0x7f);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(vec![0xaa; length + if masked { 4 } else { 0 }]);
        bytes
    }

    proptest! {
        #[test]
        fn the_ends_of_frames_are_found_however_they_are_cut(
            frames in prop::collection::vec((0..70_000_usize, any::<bool>()), 1..4),
            cut in 1..5000_usize,
        ) {
            let mut ends = Vec::new();
            let mut bytes = Vec::new();
            for (length, masked) in &frames {
                bytes.extend(frame(*length, *masked));
                ends.push(bytes.len());
            }
            let mut position = Position::default();
            let mut at = 0;
            for piece in bytes.chunks(cut) {
                let rest = position.rest_of_frame(piece);
                let end = ends.iter().copied().find(|end| *end > at).unwrap();
                if position.is_between() {
                    prop_assert_eq!(rest, 0);
                } else {
                    prop_assert_eq!(rest, piece.len().min(end - at));
                }
                position.pass(piece);
                at += piece.len();
                prop_assert_eq!(position.is_between(), ends.contains(&at));
            }
        }
    }
}
