//! A request, and what becomes of it by a few small changes, the same ones for the same seed.

use fastrand::Rng;

use super::seeds::Seeds;

/// Pieces that parsers disagree about, and words that decide something.
#[rustfmt::skip]
const PIECES: &[&[u8]] = &[
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\r\n ", b"\0", b"\t", b" ", b":", b",", b";", b"\x0b", b"\x7f",
    b"\x80", b"\xa0", b"\xff", b"\xc3\xa9", b"_", b".", b"-", b"~", b"'", b"+", b"%00", b"%0d%0a", b"%2e",
    b"..", b"/", b"\\", b"#", b"?", b"*", b"0", b"1", b"ffffffffffffffff", b"99999999999999999999",
    b"0\r\n\r\n", b"HTTP/1.1", b"HTTP/1.0", b"GET / HTTP/1.1\r\nHost: s\r\n", b"Host: s\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n", b"Connection: x-auth-token\r\n", b"Expect: 100-continue\r\n",
    b"X-Auth-Token: good-alice\r\n", b"X-Auth-Token: good-bob\r\n", b"X-Storage-Token: good-bob\r\n",
    b"X-Service-Token: good-nova\r\n", b"X-Service-Token: good-alice\r\n", b"X-Roles: admin\r\n",
    b"X-Identity-Status: Confirmed\r\n", b"X-Service-Roles: EVIL\r\n", b"OpenStack-System-Scope: all\r\n",
    b"Upgrade: websocket\r\n", b"Trailer: X-Roles\r\n", b"TE: trailers\r\n", b"good-carol", b"narrow",
];

/// One of `seeds`, changed: every other one is well formed and changed once, so that many get far.
pub(crate) fn mutated(seeds: &Seeds, random: &mut Rng) -> Vec<u8> {
    let gentle = random.bool();
    let from = if gentle { &seeds.well_formed } else { &seeds.all };
    let mut bytes = random.choice(from).cloned().unwrap_or_default();
    for _ in 0..if gentle { 1 } else { random.usize(1..=4) } {
        change(&mut bytes, from, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Rng) {
    let at = random.usize(..=bytes.len());
    let end = (at + random.usize(1..=8)).min(bytes.len());
    match random.u8(..10) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.u8(..8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = random.u8(..);
            }
        }
        2 => drop(bytes.drain(at..end)),
        3 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        4..=5 => {
            let piece = random.choice(PIECES).copied().unwrap_or_default();
            bytes.splice(at..at, piece.iter().copied());
        }
        6 => {
            // A mark for another mark: most protected names hold a few.
            let marks: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at] == b'-').collect();
            if let Some(at) = random.choice(marks) {
                bytes[at] = *random.choice(b"_.!#$%&'*+^`|~ :").unwrap_or(&b'_');
            }
        }
        7 => move_line(bytes, random, false),
        8 => move_line(bytes, random, true),
        _ => {
            // A line of another request.
            let other = random.choice(seeds).map_or(&[][..], Vec::as_slice);
            let line = random.choice(lines(other)).map(|range| other[range].to_vec());
            let at = random.choice(lines(bytes)).map_or(bytes.len(), |range| range.start);
            bytes.splice(at..at, line.unwrap_or_default());
        }
    }
}

/// Puts a line before another one, and perhaps leaves it where it was as well.
fn move_line(bytes: &mut Vec<u8>, random: &mut Rng, copy: bool) {
    let Some(from) = random.choice(lines(bytes)) else { return };
    let line = bytes[from.clone()].to_vec();
    if !copy {
        bytes.drain(from);
    }
    let to = random.choice(lines(bytes)).map_or(0, |range| range.start);
    bytes.splice(to..to, line);
}

/// Where lines are, each with its end.
fn lines(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut start = 0;
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    ends.map(|end| std::mem::replace(&mut start, end)..end).collect()
}
