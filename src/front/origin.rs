//! Who the request came from, as the service is told.
//!
//! A client's own word about that is believed from nobody but trusted proxies: whatever it says
//! about earlier hops is removed and replaced by what the socket says.

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::hops::{FOR, REAL_IP};
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

/// What a trusted proxy says of earlier hops. A field that it says twice, or that does not look like
/// what it should be, is as good as unsaid.
fn pass_on(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer) {
    name_the_client(headers, client, peer);
    let scheme = |text: &str| matches!(text, "http" | "https" | "ws" | "wss");
    let host = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        text.bytes().all(plain) && text.parse::<Authority>().is_ok()
    };
    let port =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok();
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
/// it finds the same one. Only what proxies vouch for is written, the client first: what it has
/// written itself before that would be taken for the client by a service that reads from there.
fn name_the_client(headers: &mut HeaderMap, client: &HeaderMap, peer: &Peer) {
    let hops = peer.hops(client);
    if hops.is_empty() {
        return;
    }
    let mut set = |name: HeaderName, list: Vec<Vec<u8>>| {
        if let Ok(value) = HeaderValue::from_bytes(&list.join(&b", "[..])) {
            headers.insert(name, value);
        }
    };
    let own = peer.address.map(|_| peer.value.as_bytes().to_vec());
    // RFC 7239's word; the last proxy's address would make it the client, and one of the house.
    let unknown = hops.is_lost().then(|| b"unknown".to_vec());
    let known = hops.inwards().map(|hop| hop.address.to_string().into_bytes());
    set(FOR, unknown.into_iter().chain(known).chain(own).collect());
    let address = hops.last().filter(|_| !hops.is_lost());
    if let (Some(address), true) = (address, client.contains_key(&REAL_IP)) {
        set(REAL_IP, vec![address.to_string().into_bytes()]);
    }
    if client.contains_key(header::FORWARDED) {
        let as_written = peer.names_in(&header::FORWARDED);
        let unknown = hops.is_lost().then(|| b"for=unknown".to_vec());
        let mut elements: Vec<_> = unknown.into_iter().collect();
        elements.extend(hops.inwards().map(|hop| {
            let as_it_is = as_written && hop.has_plain_parts();
            if as_it_is { hop.element.to_vec() } else { node(hop.address).into_bytes() }
        }));
        elements.push(own_element(headers, peer).into_bytes());
        if let Ok(value) = HeaderValue::from_bytes(&elements.join(&b", "[..])) {
            headers.insert(header::FORWARDED, value);
        }
    }
}

/// Whether a text looks like what it should be.
type Looks<'a> = &'a dyn Fn(&str) -> bool;

/// Our own hop, in the words of RFC 7239.
fn own_element(headers: &HeaderMap, peer: &Peer) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let from = peer.address.map_or_else(|| "for=unknown".to_owned(), node);
    format!("{from};host=\"{host}\";proto={}", peer.scheme())
}

fn node(address: IpAddr) -> String {
    match address {
        IpAddr::V6(address) => format!("for=\"[{address}]\""),
        IpAddr::V4(address) => format!("for={address}"),
    }
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

    /// 10.0.0.1, which is trusted as its neighbours are, and names clients in this field.
    fn balancer(field: HeaderName) -> Peer {
        let peer = Peer::new(Some("10.0.0.1".parse().unwrap()), false, true);
        peer.believing(field, |address| address.to_string().starts_with("198.51.100."))
    }

    #[test]
    fn c19_trusted_proxies_are_believed_and_our_hop_is_added() {
        let headers = told(&CLAIMS, &balancer(FOR));
        assert_eq!(headers[FOR], "203.0.113.9, 198.51.100.3, 198.51.100.4, 10.0.0.1");
        assert_eq!(headers[PROTO], "https");
        assert_eq!(headers[HOST], "public.example");
        assert_eq!(headers[PORT], "443");
        assert_eq!(headers[REAL_IP], "203.0.113.9");
        assert_eq!(
            headers[header::FORWARDED],
            "for=203.0.113.9, for=198.51.100.3, for=198.51.100.4, \
             for=10.0.0.1;host=\"api.example\";proto=http"
        );
        assert_eq!(headers.len(), 7, "the rest is believed from nobody");
        assert_eq!(told(&[], &balancer(FOR))[FOR], "10.0.0.1");
    }

    #[test]
    fn c19_all_fields_name_the_client_of_the_one_that_is_believed() {
        let said = [
            ("x-forwarded-for", "203.0.113.1, 192.0.2.1"),
            ("x-real-ip", "192.0.2.2"),
            ("forwarded", "for=203.0.113.3;host=evil, for=192.0.2.3;proto=https"),
        ];
        let ours = "for=10.0.0.1;host=\"api.example\";proto=http";
        for (field, client, elements) in [
            (FOR, "192.0.2.1", "for=192.0.2.1"),
            (REAL_IP, "192.0.2.2", "for=192.0.2.2"),
            (header::FORWARDED, "192.0.2.3", "for=192.0.2.3;proto=https"),
        ] {
            let headers = told(&said, &balancer(field));
            assert_eq!(headers[FOR], format!("{client}, 10.0.0.1")[..]);
            assert_eq!(headers[REAL_IP], client);
            assert_eq!(headers[header::FORWARDED], format!("{elements}, {ours}")[..]);
        }
    }

    #[test]
    fn c19_somebody_who_cannot_be_read_is_not_the_proxy() {
        let said =
            [("x-forwarded-for", "192.0.2.1, nobody, 198.51.100.4"), ("x-real-ip", "6.6.6.6")];
        let headers = told(&[&said[..], &[("forwarded", "for=6.6.6.6")]].concat(), &balancer(FOR));
        assert_eq!(headers[FOR], "unknown, 198.51.100.4, 10.0.0.1");
        let ours = "for=10.0.0.1;host=\"api.example\";proto=http";
        let expected = format!("for=unknown, for=198.51.100.4, {ours}");
        assert_eq!(headers[header::FORWARDED], expected[..]);
        assert!(!headers.contains_key(REAL_IP));
        let quoted = [("forwarded", "for=6.6.6.6;x=\", for=192.0.2.1")];
        let headers = told(&quoted, &balancer(header::FORWARDED));
        assert_eq!(headers[header::FORWARDED], format!("for=unknown, {ours}")[..]);
        assert_eq!(headers[FOR], "unknown, 10.0.0.1");
    }

    #[test]
    fn c19_an_element_that_has_other_parts_without_its_quotes_is_written_anew() {
        let ours = "for=10.0.0.1;host=\"api.example\";proto=http";
        for (element, passed) in [
            ("for=192.0.2.1;host=\"x:80\";proto=https", "for=192.0.2.1;host=\"x:80\";proto=https"),
            ("for=192.0.2.1;host=\"x;for=6.6.6.6;y=z\"", "for=192.0.2.1"),
            ("for=192.0.2.1;host=\"x, for=6.6.6.6\"", "for=192.0.2.1"),
            ("for=192.0.2.1;host=\"\\\"\"", "for=192.0.2.1"),
        ] {
            let headers = told(&[("forwarded", element)], &balancer(header::FORWARDED));
            assert_eq!(headers[header::FORWARDED], format!("{passed}, {ours}")[..]);
        }
    }

    #[test]
    fn c19_where_nobody_is_named_nothing_is_said_of_a_client() {
        let headers = told(&[("x-real-ip", "6.6.6.6")], &balancer(FOR));
        assert_eq!(headers[FOR], "10.0.0.1", "it may have passed that on");
        assert_eq!(headers.len(), 4);
        assert_eq!(told(&[("x-forwarded-for", "192.0.2.1")], &balancer(FOR)).len(), 4);
    }

    #[test]
    fn no_field_grows_by_more_than_our_hop() {
        let commas = ",".repeat(60_000);
        let many = "198.51.100.7,".repeat(4000) + "198.51.100.7";
        for line in [&commas, &many] {
            let headers =
                told(&[("x-forwarded-for", line), ("forwarded", "for=a")], &balancer(FOR));
            assert!(headers[FOR].len() <= 33 * 20, "{}", headers[FOR].len());
        }
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
                ("x-forwarded-host", "][::.."),
                ("x-forwarded-port", "+443"),
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
