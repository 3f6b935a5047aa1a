//! What the service is told of where a request came from.

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
        let headers = told(&[("x-forwarded-for", "")], &balancer(FOR));
        assert_eq!(headers[FOR], "10.0.0.1", "nor by an empty field");
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
    let said = [("x-forwarded-for", "192.0.2.1, nobody, 198.51.100.4"), ("x-real-ip", "6.6.6.6")];
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
        let headers = told(&[("x-forwarded-for", line), ("forwarded", "for=a")], &balancer(FOR));
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
