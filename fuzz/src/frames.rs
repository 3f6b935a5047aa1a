//! Changes to a stream of HTTP/2 frames that leave it one, so that more than its first frame is
//! read.

use libfuzzer_sys::fuzzer_mutate;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Type, flags and stream, then the payload; the length is made when it is written.
type Frame = (Vec<u8>, Vec<u8>);

/// A custom mutator of libFuzzer's: changes `data[..size]` and returns the new size, at most
/// `max_size`.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    // One in eight changes heed no frame.
    let Some(rest) = data[..size].strip_prefix(PREFACE).filter(|_| seed % 8 > 0) else {
        return fuzzer_mutate(data, size, max_size);
    };
    let mut frames = read(rest);
    let at = seed as usize / 64 % frames.len().max(1);
    match (seed / 8 % 8, frames.is_empty()) {
        (_, true) => frames.push((vec![4, 0, 0, 0, 0, 0], Vec::new())),
        (0, _) => frames.insert(at, frames[at].clone()),
        (1, _) => drop(frames.remove(at)),
        (2, _) => {
            let last = frames.len() - 1;
            frames.swap(at, last);
        }
        (3, _) => change(&mut frames[at].0, seed),
        (4, _) => {
            let field = FIELDS[seed as usize / 512 % FIELDS.len()];
            frames[at].1.extend(literal(field.0, field.1));
        }
        _ => change(&mut frames[at].1, seed),
    }
    let written = write(&frames);
    let size = written.len().min(max_size);
    data[..size].copy_from_slice(&written[..size]);
    size
}

fn read(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let [a, b, c, rest @ ..] = bytes
        && let Some((head, rest)) = rest.split_at_checked(6)
    {
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        let (payload, rest) = rest.split_at(length.min(rest.len()));
        frames.push((head.to_vec(), payload.to_vec()));
        bytes = rest;
    }
    frames
}

fn write(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = PREFACE.to_vec();
    for (head, payload) in frames {
        let length = u32::try_from(payload.len()).unwrap_or_default().to_be_bytes();
        bytes.extend([&length[1..], head, payload].concat());
    }
    bytes
}

/// Lets libFuzzer change some bytes, with room for a few more in a payload but none in a head.
fn change(bytes: &mut Vec<u8>, seed: u32) {
    let (size, room) = (bytes.len(), if bytes.len() == 6 { 0 } else { 32 });
    bytes.resize(size + room, seed.to_le_bytes()[0]);
    let whole = bytes.len();
    let size = fuzzer_mutate(bytes, size, whole);
    if room > 0 {
        bytes.truncate(size);
    } else {
        bytes.resize(6, 0);
    }
}

/// A field in HPACK, neither indexed nor compressed.
fn literal(name: &str, value: &str) -> Vec<u8> {
    let string = |text: &str| {
        let length = u8::try_from(text.len()).unwrap_or_default();
        [&[length], text.as_bytes()].concat()
    };
    [vec![0], string(name), string(value)].concat()
}

const FIELDS: [(&str, &str); 20] = [
    (":authority", "s"),
    (":method", "POST"),
    (":path", "/public/x"),
    (":path", "/admin/x"),
    (":protocol", "websocket"),
    (":scheme", "http"),
    ("host", "t"),
    ("X-Roles", "admin"),
    ("x-roles", "admin"),
    ("x_roles", "admin"),
    ("x-identity-status", "Confirmed"),
    ("x-auth-token", "good-alice"),
    ("x-auth-token", "good-bob"),
    ("x-service-token", "good-nova"),
    ("x-storage-token", "good-bob"),
    ("connection", "x-auth-token"),
    ("transfer-encoding", "chunked"),
    ("content-length", "5"),
    ("te", "trailers"),
    ("expect", "100-continue"),
];
