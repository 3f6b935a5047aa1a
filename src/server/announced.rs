//! The PROXY protocol, versions 1 and 2: a balancer in front says who the client is, before the
//! client's own bytes.
//!
//! Where a listener asks for it, a connection without it is refused: a client that could leave it
//! out could also come from anywhere. What it says is believed from trusted peers alone.

use std::net::{IpAddr, SocketAddr};

use ppp::{v1, v2};

/// What a PROXY header says of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// It is the peer itself, which looks whether we are well.
    Peer,
    /// It is somebody else, and the peer cannot say who.
    Unknown,
    /// It connected from there.
    Client(SocketAddr),
}

/// The bytes are no PROXY header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadHeader;

/// How the text form begins.
const TEXT: &[u8] = b"PROXY";

/// No text is longer, its line end included.
const LONGEST_TEXT: usize = 107;

/// How long the binary form is before what its length counts.
const FIXED: usize = 16;

/// Addresses take 232 bytes at most; the rest is additions, which nobody here reads. The protocol
/// allows 64 KiB of them.
const LONGEST_BINARY: usize = 4096;

/// Reads the header at the beginning of `bytes`: what it says, and how long it is. `None` when
/// there is not enough to tell.
pub(super) fn read(bytes: &[u8]) -> Option<Result<(Announced, usize), BadHeader>> {
    if begins(bytes, TEXT) { text(bytes) } else { binary(bytes) }
}

fn text(bytes: &[u8]) -> Option<Result<(Announced, usize), BadHeader>> {
    let Some(end) = bytes.windows(2).take(LONGEST_TEXT - 1).position(|pair| pair == b"\r\n") else {
        return (bytes.len() >= LONGEST_TEXT).then_some(Err(BadHeader));
    };
    let line = bytes.get(..end + 2)?;
    let announced = match v1::Header::try_from(line).map(|header| header.addresses) {
        Ok(v1::Addresses::Tcp4(ip)) => Announced::Client(at(ip.source_address, ip.source_port)),
        Ok(v1::Addresses::Tcp6(ip)) => Announced::Client(at(ip.source_address, ip.source_port)),
        Ok(v1::Addresses::Unknown) => Announced::Unknown,
        Err(_) => return Some(Err(BadHeader)),
    };
    Some(Ok((announced, line.len())))
}

fn binary(bytes: &[u8]) -> Option<Result<(Announced, usize), BadHeader>> {
    if !begins(bytes, v2::PROTOCOL_PREFIX) {
        return Some(Err(BadHeader));
    }
    let length: [u8; 2] = bytes.get(14..16)?.try_into().ok()?;
    let whole = FIXED + usize::from(u16::from_be_bytes(length));
    if whole > LONGEST_BINARY {
        return Some(Err(BadHeader));
    }
    let Ok(header) = v2::Header::try_from(bytes.get(..whole)?) else {
        return Some(Err(BadHeader));
    };
    let announced = match (header.command, header.addresses) {
        // The balancer speaks for itself, to see whether we are well.
        (v2::Command::Local, _) => Announced::Peer,
        (v2::Command::Proxy, v2::Addresses::IPv4(ip)) => {
            Announced::Client(at(ip.source_address, ip.source_port))
        }
        (v2::Command::Proxy, v2::Addresses::IPv6(ip)) => {
            Announced::Client(at(ip.source_address, ip.source_port))
        }
        (v2::Command::Proxy, v2::Addresses::Unspecified | v2::Addresses::Unix(_)) => {
            Announced::Unknown
        }
    };
    Some(Ok((announced, whole)))
}

/// Whether `bytes` begin like `word`, as far as they go.
fn begins(bytes: &[u8], word: &[u8]) -> bool {
    bytes.iter().zip(word).all(|(byte, expected)| byte == expected)
}

fn at(address: impl Into<IpAddr>, port: u16) -> SocketAddr {
    SocketAddr::new(address.into(), port)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn client(text: &str) -> Announced {
        Announced::Client(text.parse().unwrap())
    }

    fn v2_header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = v2::PROTOCOL_PREFIX.to_vec();
        bytes.extend([0x20 | command, family]);
        bytes.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
        bytes.extend(rest);
        bytes
    }

    const V4: [u8; 12] = [192, 0, 2, 7, 198, 51, 100, 1, 0x12, 0x34, 0, 80];

    #[test]
    fn both_versions_name_the_client_and_leave_its_bytes() {
        let mut additions = V4.to_vec();
        additions.extend([0x04, 0, 1, 42]);
        let mut v6 = vec![0; 36];
        v6[15] = 1;
        v6[33] = 9;
        for (header, announced) in [
            (b"PROXY TCP4 192.0.2.7 198.51.100.1 4660 80\r\n".to_vec(), client("192.0.2.7:4660")),
            (b"PROXY TCP6 ::1 ::2 9 80\r\n".to_vec(), client("[::1]:9")),
            (b"PROXY UNKNOWN\r\n".to_vec(), Announced::Unknown),
            (b"PROXY UNKNOWN what ever it says\r\n".to_vec(), Announced::Unknown),
            (v2_header(1, 0x11, &V4), client("192.0.2.7:4660")),
            (v2_header(1, 0x11, &additions), client("192.0.2.7:4660")),
            (v2_header(1, 0x21, &v6), client("[::1]:9")),
            (v2_header(0, 0x11, &V4), Announced::Peer),
            (v2_header(1, 0x00, &[]), Announced::Unknown),
        ] {
            let shown = String::from_utf8_lossy(&header).into_owned();
            for end in 0..header.len() {
                assert_eq!(read(&header[..end]), None, "{shown} to {end}");
            }
            let whole = header.len();
            let with_request = [&header[..], b"GET / HTTP/1.1\r\n"].concat();
            assert_eq!(read(&with_request), Some(Ok((announced, whole))), "{shown}");
        }
    }

    #[test]
    fn what_is_no_header_is_refused_as_soon_as_that_is_known() {
        for bad in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"P\r",
            b"PROXY TCP4 192.0.2.7\r\n",
            b"PROXY TCP4 1.2.3.4 1.2.3.4 1 99999\r\n",
            b"PROXY TCP4 ::1 ::1 1 2\r\n",
            b"PROXYTCP4 1.2.3.4 1.2.3.4 1 2\r\n",
            b"\r\n\r\nGET",
            &[b'P'; 3],
        ] {
            assert_eq!(read(bad), Some(Err(BadHeader)), "{bad:?}");
        }
        let endless = [TEXT, &[b' '; LONGEST_TEXT]].concat();
        assert_eq!(read(&endless), Some(Err(BadHeader)));
        let huge = v2_header(1, 0x11, &[0; 5000]);
        assert_eq!(read(&huge), Some(Err(BadHeader)));
        assert_eq!(read(&v2_header(1, 0x11, &V4[..8])), Some(Err(BadHeader)), "too short");
        assert_eq!(read(&v2_header(7, 0x11, &V4)), Some(Err(BadHeader)), "no such command");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_take_more_than_there_are(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            start in 0..3_usize,
        ) {
            let start: &[u8] = [&b""[..], TEXT, v2::PROTOCOL_PREFIX][start];
            let bytes = [start, &bytes].concat();
            if let Some(Ok((_, length))) = read(&bytes) {
                prop_assert!(length <= bytes.len());
            }
        }
    }
}
