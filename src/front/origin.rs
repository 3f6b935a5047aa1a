//! Who the request came from, as the service is told.
//!
//! A client's own word about that is believed from nobody but trusted proxies: whatever it says
//! about earlier hops is removed and replaced by what the socket says.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::peer::{Certificate, Peer};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");

/// Says where the request came from. The `client`'s own fields about that are not in `headers`.
pub(super) fn set_forwarded(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer) {
    headers.insert(FOR, peer.value.clone());
    headers.insert(PROTO, HeaderValue::from_static(peer.scheme()));
    if let Some(host) = headers.get(header::HOST).cloned() {
        headers.insert(HOST, host);
    }
    if peer.trusted {
        pass_on(headers, client, peer);
    }
}

/// Says which certificate the client has shown on this connection.
pub(super) fn set_certificate(headers: &mut HeaderMap, peer: &Peer) {
    if let Some(Certificate { subject, fingerprint }) = &peer.certificate {
        headers.insert(SUBJECT, subject.clone());
        headers.insert(FINGERPRINT, fingerprint.clone());
    }
}

const SUBJECT: HeaderName = HeaderName::from_static("x-client-certificate-subject");
const FINGERPRINT: HeaderName = HeaderName::from_static("x-client-certificate-fingerprint");

/// What a trusted proxy says of earlier hops, with ours added. A field that it says twice, or that
/// does not look like what it should be, is as good as unsaid.
fn pass_on(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer) {
    let own = peer.address.map(|_| &peer.value);
    if let Some(hops) = joined(client, &FOR, own) {
        headers.insert(FOR, hops);
    }
    let element = forwarded_element(headers, peer);
    if let Some(hops) = joined(client, &header::FORWARDED, element.as_ref()) {
        headers.insert(header::FORWARDED, hops);
    }
    let scheme = |text: &str| matches!(text, "http" | "https" | "ws" | "wss");
    let host = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        !text.is_empty() && text.bytes().all(plain)
    };
    let port = |text: &str| text.parse::<u16>().is_ok();
    let address = |text: &str| text.parse::<IpAddr>().is_ok();
    let looks: [(_, Looks<'_>); 4] =
        [(PROTO, &scheme), (HOST, &host), (PORT, &port), (REAL_IP, &address)];
    for (name, looks_right) in looks {
        let mut said = client.get_all(&name).iter();
        if let (Some(value), None) = (said.next(), said.next())
            && value.to_str().is_ok_and(looks_right)
        {
            headers.insert(name, value.clone());
        }
    }
}

/// Whether a text looks like what it should be.
type Looks<'a> = &'a dyn Fn(&str) -> bool;

/// All lines of a field in one, and one more. `None` when there are none.
fn joined(client: &HeaderMap, name: &HeaderName, own: Option<&HeaderValue>) -> Option<HeaderValue> {
    let lines: Option<Vec<_>> =
        client.get_all(name).iter().map(|line| line.to_str().ok()).collect();
    let mut lines = lines.filter(|lines| !lines.is_empty())?;
    lines.extend(own.and_then(|own| own.to_str().ok()));
    lines.join(", ").parse().ok()
}

/// Our own hop, in the words of RFC 7239.
fn forwarded_element(headers: &HeaderMap, peer: &Peer) -> Option<HeaderValue> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let from = match peer.address {
        Some(IpAddr::V6(address)) => format!("\"[{address}]\""),
        Some(IpAddr::V4(address)) => address.to_string(),
        None => "unknown".to_owned(),
    };
    format!("for={from};host=\"{host}\";proto={}", peer.scheme()).parse().ok()
}

pub(super) fn last_named(client: &HeaderMap) -> Option<IpAddr> {
    let line = client.get_all(&FOR).iter().next_back()?.to_str().ok()?;
    let last = line.rsplit(',').next()?.trim();
    // Some gateways add the port.
    let with_port = || last.parse::<SocketAddr>().ok().map(|address| address.ip());
    last.parse::<IpAddr>().ok().or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use crate::identity::{Class, classify};

    use super::*;

    fn told(client: &[(&str, &str)], peer: &Peer) -> HeaderMap {
        let client: HeaderMap = client
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap())
            })
            .collect();
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("api.example"));
        set_forwarded(&mut headers, &client, peer);
        headers
    }

    const CLAIMS: [(&str, &str); 8] = [
        ("x-forwarded-for", "203.0.113.9, 198.51.100.3"),
        ("x-forwarded-for", "198.51.100.4"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "public.example"),
        ("x-forwarded-port", "443"),
        ("x-real-ip", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("x-forwarded-uri", "/public"),
    ];

    #[test]
    fn c19_the_service_is_told_what_the_socket_says() {
        let peer = Peer::new(Some("::ffff:192.0.2.7".parse().unwrap()), false, false);
        for headers in [told(&[], &peer), told(&CLAIMS, &peer)] {
            assert_eq!(headers[FOR], "192.0.2.7");
            assert_eq!(headers[HOST], "api.example");
            assert_eq!(headers[PROTO], "http");
            assert_eq!(headers.len(), 4);
        }
        for name in [&FOR, &HOST, &PROTO, &PORT, &REAL_IP, &header::FORWARDED] {
            assert_eq!(classify(name), Some(Class::Origin), "what we set, we strip");
        }
    }

    #[test]
    fn c19_trusted_proxies_are_believed_and_our_hop_is_added() {
        let peer = Peer::new(Some("10.0.0.1".parse().unwrap()), false, true);
        let headers = told(&CLAIMS, &peer);
        assert_eq!(headers[FOR], "203.0.113.9, 198.51.100.3, 198.51.100.4, 10.0.0.1");
        assert_eq!(headers[PROTO], "https");
        assert_eq!(headers[HOST], "public.example");
        assert_eq!(headers[PORT], "443");
        assert_eq!(headers[REAL_IP], "203.0.113.9");
        assert_eq!(
            headers[header::FORWARDED],
            "for=203.0.113.9, for=10.0.0.1;host=\"api.example\";proto=http"
        );
        assert_eq!(headers.len(), 7, "the rest is believed from nobody");
        assert_eq!(told(&[], &peer)[FOR], "10.0.0.1");
    }

    #[test]
    fn what_is_said_of_certificates_is_protected() {
        let peer = Peer::new(None, true, false).showing("CN=a", "00ff");
        let mut headers = HeaderMap::new();
        set_certificate(&mut headers, &peer);
        assert_eq!(headers[SUBJECT], "CN=a");
        assert_eq!(headers[FINGERPRINT], "00ff");
        for name in headers.keys() {
            assert_eq!(classify(name), Some(Class::Certificate), "what we set, we strip");
        }
    }

    #[test]
    fn what_a_trusted_proxy_says_twice_or_oddly_is_as_good_as_unsaid() {
        let peer = Peer::new(None, true, true);
        let headers = told(
            &[
                ("x-forwarded-proto", "http"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-host", "a;b"),
                ("x-forwarded-port", "99999"),
                ("x-real-ip", "nobody"),
            ],
            &peer,
        );
        assert_eq!(headers[PROTO], "https", "as the client came to us");
        assert_eq!(headers[HOST], "api.example");
        assert_eq!(headers[FOR], "unknown");
        assert_eq!(headers.len(), 4);
    }

    #[test]
    fn the_client_is_the_last_that_somebody_trusted_names() {
        let claims: HeaderMap = CLAIMS[..2]
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        let address = |text: &str| Some(text.parse().unwrap());
        let trusted = Peer::new(address("10.0.0.1"), false, true);
        assert_eq!(trusted.client(&claims), address("198.51.100.4"));
        assert_eq!(trusted.client(&HeaderMap::new()), address("10.0.0.1"));
        let stranger = Peer::new(address("192.0.2.7"), false, false);
        assert_eq!(stranger.client(&claims), address("192.0.2.7"));
    }
}
