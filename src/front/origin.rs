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
/// was for another place. Ours are among them.
const SPOKEN: [HeaderName; 15] = [
    header::FORWARDED,
    FOR,
    HOST,
    PROTO,
    HeaderName::from_static("true-client-ip"),
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
];

/// Whether `name` speaks of where the request came from or where it was going.
pub(super) fn is_spoken(name: &HeaderName) -> bool {
    // All of them begin with one of these, and few others do.
    matches!(name.as_str().as_bytes().first(), Some(b'f' | b't' | b'x')) && SPOKEN.contains(name)
}

/// Says the truth in their place.
pub(super) fn set_forwarded(headers: &mut HeaderMap, peer: &Peer) {
    headers.insert(FOR, peer.value.clone());
    headers.insert(PROTO, HeaderValue::from_static("http"));
    if let Some(host) = headers.get(header::HOST).cloned() {
        headers.insert(HOST, host);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_told_what_the_socket_says() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("api.example"));
        set_forwarded(&mut headers, &Peer::new("::ffff:192.0.2.7".parse().unwrap()));
        assert_eq!(headers[FOR], "192.0.2.7");
        assert_eq!(headers[HOST], "api.example");
        assert_eq!(headers[PROTO], "http");
        assert!(SPOKEN.iter().all(is_spoken));
    }
}
