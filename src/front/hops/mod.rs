//! The hops before us, as trusted proxies tell of them, from us outwards to the client.
//!
//! One field is read, which the operator says these proxies write: what they pass on as it came is
//! the client's own word. It is read from its end, where the nearest hop stands, and no further than
//! to the client: what is written before that, the client has written.

use std::net::{IpAddr, SocketAddr};
use std::str;

use http::{HeaderMap, HeaderName, HeaderValue, header};

pub(super) const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The hops that trusted proxies vouch for, the nearest first; the last of them is the client.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hops<'a> {
    known: Vec<Hop<'a>>,
    /// Somebody is named beyond them who cannot be read, and is the client.
    lost: bool,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hop<'a> {
    pub(super) address: IpAddr,
    /// What was written of it.
    pub(super) element: &'a [u8],
}

impl<'a> Hops<'a> {
    /// Reads the `field` of a request until there is somebody who is not `trusted`, or who cannot be
    /// read.
    pub(super) fn trace(
        fields: &'a HeaderMap,
        field: &HeaderName,
        trusted: impl Fn(IpAddr) -> bool,
    ) -> Self {
        let mut hops = Self::default();
        let lines: Vec<_> = fields.get_all(field).iter().map(HeaderValue::as_bytes).collect();
        let forwarded = *field == header::FORWARDED;
        if lines.iter().all(|line| line.trim_ascii().is_empty()) {
            return hops;
        }
        if *field == REAL_IP && lines.len() > 1 {
            return hops.and_somebody();
        }
        for line in lines.into_iter().rev() {
            // Where a quote is not closed nobody knows who has written what.
            let split = if forwarded {
                parts(line, b',')
            } else {
                Some(line.split(|byte| *byte == b',').collect())
            };
            let Some(elements) = split else { return hops.and_somebody() };
            for element in elements.into_iter().rev() {
                let element = element.trim_ascii();
                let Some(address) = (if forwarded { node(element) } else { address(element) })
                else {
                    return hops.and_somebody();
                };
                hops.known.push(Hop { address, element });
                if !trusted(address) || hops.known.len() == MOST {
                    return hops;
                }
            }
        }
        hops
    }

    fn and_somebody(self) -> Self {
        Self { lost: true, ..self }
    }

    /// Whether nobody is named.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.lost
    }

    /// Whether the client is somebody beyond all that are known.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// The client, or the last one before it that is known.
    pub(super) fn last(&self) -> Option<IpAddr> {
        self.known.last().map(|hop| hop.address)
    }

    /// All that are known, the client first.
    pub(super) fn inwards(&self) -> impl Iterator<Item = &Hop<'a>> {
        self.known.iter().rev()
    }
}

impl Hop<'_> {
    /// Whether an element of a `Forwarded` has the same parts for a reader that knows no quotes, as
    /// some services' is.
    pub(super) fn has_plain_parts(&self) -> bool {
        let in_quotes = self.element.split(|byte| *byte == b'"').skip(1).step_by(2);
        let is_mark = |byte: &u8| b",;=\\".contains(byte);
        !in_quotes.flatten().any(is_mark)
    }
}

/// More proxies than this before us are none.
const MOST: usize = 32;

/// The parts of a `Forwarded` (RFC 7239): in quotes nothing is separated, and a backslash there takes
/// the meaning from what follows. `None` where a quote is not closed.
fn parts(text: &[u8], separator: u8) -> Option<Vec<&[u8]>> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(|byte| {
        let plain = !escaped;
        escaped = quoted && plain && *byte == b'\\';
        quoted ^= plain && *byte == b'"';
        *byte == separator && !quoted
    });
    let parts = parts.collect();
    (!quoted).then_some(parts)
}

/// Whom an element of it is about. One that says it twice says nothing.
fn node(element: &[u8]) -> Option<IpAddr> {
    let mut found = None;
    for pair in parts(element, b';')? {
        let mut halves = pair.trim_ascii().splitn(2, |byte| *byte == b'=');
        let (Some(name), Some(node)) = (halves.next(), halves.next()) else { continue };
        if name.eq_ignore_ascii_case(b"for") && found.replace(node).is_some() {
            return None;
        }
    }
    let node = found?;
    let quoted = node.strip_prefix(b"\"").and_then(|node| node.strip_suffix(b"\""));
    address(quoted.unwrap_or(node))
}

/// An address as proxies write it: by itself or in brackets, with a port or without.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests;
