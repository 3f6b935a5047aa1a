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

/// Says where the request came from. The client's own fields about that have been left behind.
pub(super) fn set_forwarded(headers: &mut HeaderMap, peer: &Peer) {
    headers.insert(FOR, peer.value.clone());
    headers.insert(PROTO, HeaderValue::from_static("http"));
    if let Some(host) = headers.get(header::HOST).cloned() {
        headers.insert(HOST, host);
    }
}

#[cfg(test)]
mod tests {
    use crate::identity::{Class, classify};

    use super::*;

    #[test]
    fn the_service_is_told_what_the_socket_says() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("api.example"));
        set_forwarded(&mut headers, &Peer::new("::ffff:192.0.2.7".parse().unwrap()));
        assert_eq!(headers[FOR], "192.0.2.7");
        assert_eq!(headers[HOST], "api.example");
        assert_eq!(headers[PROTO], "http");
        for name in [&FOR, &HOST, &PROTO] {
            assert_eq!(classify(name), Some(Class::Origin), "what we set, we strip");
        }
    }
}
