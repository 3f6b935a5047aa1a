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
pub(super) struct Hops<'a>(Vec<Hop<'a>>);

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
        let mut hops = Vec::new();
        let lines: Vec<_> = fields.get_all(field).iter().map(HeaderValue::as_bytes).collect();
        let forwarded = *field == header::FORWARDED;
        if *field == REAL_IP && lines.len() > 1 {
            return Self::default();
        }
        for line in lines.into_iter().rev() {
            // Where a quote is not closed nobody knows who has written what.
            let split = if forwarded {
                parts(line, b',')
            } else {
                Some(line.split(|byte| *byte == b',').collect())
            };
            let Some(elements) = split else { return Self(hops) };
            for element in elements.into_iter().rev() {
                let element = element.trim_ascii();
                let Some(address) = (if forwarded { node(element) } else { address(element) })
                else {
                    return Self(hops);
                };
                hops.push(Hop { address, element });
                if !trusted(address) || hops.len() == MOST {
                    return Self(hops);
                }
            }
        }
        Self(hops)
    }

    /// The client, if anybody is named.
    pub(super) fn client(&self) -> Option<IpAddr> {
        self.0.last().map(|hop| hop.address)
    }

    /// All of them, the client first.
    pub(super) fn inwards(&self) -> impl Iterator<Item = &Hop<'a>> {
        self.0.iter().rev()
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
