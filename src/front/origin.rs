//! Who the request came from, as the service is told.
//!
//! A client's own word about that is believed from nobody: whatever it says about earlier hops is
//! removed and replaced by what the socket says.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// The other end of a client connection.
#[derive(Clone, Debug)]
pub struct Peer {
    address: IpAddr,
    /// Rendered once per connection.
    value: HeaderValue,
}

impl Peer {
    /// The client at `address`.
    pub fn new(address: IpAddr) -> Self {
        let address = address.to_canonical();
        // An address is always a legal value.
        let value = address.to_string().parse().unwrap_or(HeaderValue::from_static("unknown"));
        Self { address, value }
    }

    /// Its address.
    pub fn address(&self) -> IpAddr {
        self.address
    }
}

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Fields by which a client could pose as another, or make the service believe that the request
/// was for another place.
const UNTRUSTED: [HeaderName; 12] = [
    header::FORWARDED,
    HeaderName::from_static("x-client-ip"),
    HeaderName::from_static("x-cluster-client-ip"),
    HeaderName::from_static("x-forwarded-method"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-forwarded-prefix"),
    HeaderName::from_static("x-forwarded-server"),
    HeaderName::from_static("x-forwarded-uri"),
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("x-rewrite-url"),
    HeaderName::from_static("true-client-ip"),
];

/// Replaces every forwarding field by the truth.
pub(super) fn set_forwarded(headers: &mut HeaderMap, peer: &Peer) {
    for name in &UNTRUSTED {
        headers.remove(name);
    }
    headers.insert(FOR, peer.value.clone());
    headers.insert(PROTO, HeaderValue::from_static("http"));
    match headers.get(header::HOST).cloned() {
        Some(host) => headers.insert(HOST, host),
        None => headers.remove(HOST),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_word_about_its_origin_is_replaced() {
        let mut headers: HeaderMap = UNTRUSTED
            .iter()
            .chain([&FOR, &PROTO, &HOST])
            .map(|name| (name.clone(), HeaderValue::from_static("evil")))
            .collect();
        headers.append(FOR, HeaderValue::from_static("evil"));
        headers.insert(header::HOST, HeaderValue::from_static("api.example"));
        set_forwarded(&mut headers, &Peer::new("::ffff:192.0.2.7".parse().unwrap()));
        assert!(headers.values().all(|value| value != "evil"), "{headers:?}");
        assert_eq!(headers.get_all(FOR).iter().collect::<Vec<_>>(), ["192.0.2.7"]);
        assert_eq!(headers[HOST], "api.example");
        assert_eq!(headers[PROTO], "http");
    }
}
