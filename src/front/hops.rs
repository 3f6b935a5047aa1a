//! The hops before us, as a trusted proxy tells of them, and which of them is the client.
//!
//! One field is believed, the first that is there of `X-Forwarded-For`, `Forwarded` and `X-Real-IP`:
//! most proxies write one of them, and pass on what the client has put into the others.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, header};

pub(super) const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(super) const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// The hops that a proxy names, the farthest first; `None` for one that has no legible address.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hops(Vec<Option<IpAddr>>);

impl Hops {
    /// Those that the fields of a request name; `None` when they name none at all.
    pub(super) fn named(fields: &HeaderMap) -> Option<Self> {
        let by_list =
            || Self::of(fields, &FOR, |line, hops| hops.extend(line.split(',').map(address)));
        let by_itself = || match Self::of(fields, &REAL_IP, |line, hops| hops.push(address(line)))?
        {
            Self(said) if said.len() > 1 => Some(Self(vec![None])),
            said => Some(said),
        };
        by_list().or_else(|| Self::forwarded(fields)).or_else(by_itself)
    }

    /// Those that `Forwarded` names (RFC 7239).
    pub(super) fn forwarded(fields: &HeaderMap) -> Option<Self> {
        Self::of(fields, &header::FORWARDED, |line, hops| hops.extend(parts(line, ',').map(node)))
    }

    /// The client: the last of them that is no trusted proxy, or the first of all. `peer` is the proxy
    /// that told of them. Nobody beyond one that cannot be read is believed in.
    pub(super) fn client(
        &self,
        peer: Option<IpAddr>,
        is_trusted: impl Fn(IpAddr) -> bool,
    ) -> Option<IpAddr> {
        let mut nearest = peer;
        for hop in self.0.iter().rev() {
            let Some(address) = *hop else { break };
            nearest = Some(address);
            if !is_trusted(address) {
                break;
            }
        }
        nearest
    }

    /// All of them and one more, as `X-Forwarded-For` has it.
    pub(super) fn line(&self, own: Option<&HeaderValue>) -> Option<HeaderValue> {
        let word = |hop: &Option<IpAddr>| hop.map_or("unknown".to_owned(), |hop| hop.to_string());
        let own = own.and_then(|own| own.to_str().ok()).map(str::to_owned);
        let words: Vec<_> = self.0.iter().map(word).chain(own).collect();
        words.join(", ").parse().ok()
    }

    fn of(
        fields: &HeaderMap,
        name: &HeaderName,
        read: impl Fn(&str, &mut Vec<Option<IpAddr>>),
    ) -> Option<Self> {
        let mut hops = Vec::new();
        for line in fields.get_all(name) {
            match line.to_str() {
                Ok(text) => read(text, &mut hops),
                // One that is no text at all stands for a hop that cannot be read.
                Err(_) => hops.push(None),
            }
        }
        (!hops.is_empty()).then_some(Self(hops))
    }
}

/// The parts of a `Forwarded`: in quotes nothing is separated.
fn parts(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        character == separator && !quoted
    })
}

/// Whom an element is about.
fn node(element: &str) -> Option<IpAddr> {
    let mut pairs = parts(element, ';').filter_map(|pair| pair.trim().split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    address(node)
}

/// An address as proxies write it: by itself, in quotes or brackets, with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client of a request with these fields, told by 10.0.0.1 where 10.0.0.0/8 is trusted.
    fn client(fields: &[(&'static str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        let ours = |address: IpAddr| matches!(address, IpAddr::V4(v4) if v4.octets()[0] == 10);
        let hops = Hops::named(&headers)?;
        hops.client(Some([10, 0, 0, 1].into()), ours).map(|address| address.to_string())
    }

    #[test]
    fn the_client_is_the_last_hop_that_is_not_trusted() {
        for (line, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
            ("203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
            ("203.0.113.9,192.0.2.1 ,10.0.0.2,\t10.0.0.3", "192.0.2.1"),
            ("192.0.2.1:5, 10.0.0.2:4660", "192.0.2.1"),
            ("[::1]:5", "::1"),
            ("[2001:db8::9], 10.0.0.2", "2001:db8::9"),
            ("2001:db8::9", "2001:db8::9"),
            ("::ffff:192.0.2.1, ::ffff:10.0.0.2", "192.0.2.1"),
            // Everybody is trusted: the farthest.
            ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
            // Nobody beyond what cannot be read.
            ("203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
            ("203.0.113.9, nobody", "10.0.0.1"),
            ("203.0.113.9, ", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(client(&[("x-forwarded-for", line)]).as_deref(), Some(expected), "{line:?}");
        }
        assert_eq!(
            client(&[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "10.0.0.2")]).as_deref(),
            Some("192.0.2.1"),
            "lines are one list"
        );
    }

    #[test]
    fn forwarded_is_read_where_there_is_no_list() {
        for (line, expected) in [
            ("for=192.0.2.1", "192.0.2.1"),
            ("For=\"192.0.2.1:5\";proto=http, for=10.0.0.2", "192.0.2.1"),
            ("for=\"[2001:db8::9]:4711\"", "2001:db8::9"),
            ("by=10.9.9.9;host=\"a,b;for=6.6.6.6\";for=192.0.2.1", "192.0.2.1"),
            ("for=203.0.113.9, for=_hidden", "10.0.0.1"),
            ("for=203.0.113.9, proto=https", "10.0.0.1"),
            ("for=203.0.113.9, for=unknown, for=10.0.0.2", "10.0.0.2"),
        ] {
            assert_eq!(client(&[("forwarded", line)]).as_deref(), Some(expected), "{line:?}");
        }
    }

    #[test]
    fn one_field_is_believed_and_the_others_are_not_asked() {
        let both = [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=203.0.113.6")];
        assert_eq!(client(&both).as_deref(), Some("192.0.2.1"));
        let real = [("forwarded", "for=192.0.2.1"), ("x-real-ip", "203.0.113.6")];
        assert_eq!(client(&real).as_deref(), Some("192.0.2.1"));
        assert_eq!(client(&[("x-real-ip", "192.0.2.1")]).as_deref(), Some("192.0.2.1"));
        let twice = [("x-real-ip", "203.0.113.6"), ("x-real-ip", "192.0.2.1")];
        assert_eq!(client(&twice).as_deref(), Some("10.0.0.1"), "as good as unsaid");
        let illegible = [("x-forwarded-for", "nobody"), ("x-real-ip", "203.0.113.6")];
        assert_eq!(client(&illegible).as_deref(), Some("10.0.0.1"), "it was said, and badly");
        assert_eq!(client(&[]), None);
    }
}
