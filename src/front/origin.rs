//! Who the request came from, as the service is told.
//!
//! A client's own word about that is believed from nobody but trusted proxies: whatever it says
//! about earlier hops is removed and replaced by what the socket says.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::hops::{FOR, Hops, REAL_IP};
use super::peer::{Certificate, Peer};

const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

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
    if let Some(hops) = Hops::named(client) {
        name_the_client(headers, client, peer, &hops);
    }
    let scheme = |text: &str| matches!(text, "http" | "https" | "ws" | "wss");
    let host = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        !text.is_empty() && text.bytes().all(plain)
    };
    let port = |text: &str| text.parse::<u16>().is_ok();
    let looks: [(_, Looks<'_>); 3] = [(PROTO, &scheme), (HOST, &host), (PORT, &port)];
    for (name, looks_right) in looks {
        let mut said = client.get_all(&name).iter();
        if let (Some(value), None) = (said.next(), said.next())
            && value.to_str().is_ok_and(looks_right)
        {
            headers.insert(name, value.clone());
        }
    }
}

/// Says who the client is, in each field in which the proxy did: whichever of them a service reads,
/// it finds the same one. Only one of them is believed; what the others say may be the client's own.
fn name_the_client(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer, hops: &Hops) {
    let own = peer.address.map(|_| &peer.value);
    if let Some(line) = joined(client, &FOR, own).or_else(|| hops.line(own)) {
        headers.insert(FOR, line);
    }
    let found = peer.among(hops);
    if Hops::forwarded(client).is_some_and(|said| peer.among(&said) == found) {
        let element = forwarded_element(headers, peer);
        if let Some(hops) = joined(client, &header::FORWARDED, element.as_ref()) {
            headers.insert(header::FORWARDED, hops);
        }
    }
    if let Some(address) = found.filter(|_| client.contains_key(&REAL_IP))
        && let Ok(value) = address.to_string().parse()
    {
        headers.insert(REAL_IP, value);
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

    /// 10.0.0.1, which is trusted as its neighbours are.
    fn balancer() -> Peer {
        let peer = Peer::new(Some("10.0.0.1".parse().unwrap()), false, true);
        peer.believing(|address| address.to_string().starts_with("198.51.100."))
    }

    #[test]
    fn c19_trusted_proxies_are_believed_and_our_hop_is_added() {
        let headers = told(&CLAIMS, &balancer());
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
        assert_eq!(told(&[], &balancer())[FOR], "10.0.0.1");
    }

    #[test]
    fn c19_all_fields_name_the_same_client() {
        let lies = ("forwarded", "for=203.0.113.6");
        for (said, list, real) in [
            (
                &[("x-forwarded-for", "192.0.2.1"), ("x-real-ip", "203.0.113.6"), lies][..],
                "192.0.2.1, 10.0.0.1",
                "192.0.2.1",
            ),
            (&[("x-real-ip", "192.0.2.1")], "192.0.2.1, 10.0.0.1", "192.0.2.1"),
            (
                &[("x-real-ip", "192.0.2.1"), ("x-forwarded-for", "192.0.2.1, nobody")],
                "192.0.2.1, nobody, 10.0.0.1",
                "10.0.0.1",
            ),
        ] {
            let headers = told(said, &balancer());
            assert_eq!(headers[FOR], list, "{said:?}");
            assert_eq!(headers[REAL_IP], real, "{said:?}");
            assert!(!headers.contains_key(header::FORWARDED), "it named another: {said:?}");
        }
        let headers = told(&[("forwarded", "for=192.0.2.1;proto=https, for=_x")], &balancer());
        assert_eq!(headers[FOR], "192.0.2.1, unknown, 10.0.0.1");
        assert!(!headers.contains_key(REAL_IP), "nobody has asked for it");
        let ours = "for=10.0.0.1;host=\"api.example\";proto=http";
        assert_eq!(
            headers[header::FORWARDED],
            format!("for=192.0.2.1;proto=https, for=_x, {ours}")[..]
        );
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
}
