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
    /// Rendered once per connection, as all that follows.
    value: HeaderValue,
    scheme: &'static str,
    /// What it showed of itself.
    certificate: Option<Certificate>,
}

/// The certificate of a client, as the service is told.
#[derive(Clone, Debug)]
struct Certificate {
    /// `None` when it is empty.
    subject: Option<HeaderValue>,
    fingerprint: HeaderValue,
}

impl Peer {
    /// The client at `address`.
    pub fn new(address: IpAddr) -> Self {
        let address = address.to_canonical();
        // An address is always a legal value.
        let value = address.to_string().parse().unwrap_or(HeaderValue::from_static("unknown"));
        Self { address, value, scheme: "http", certificate: None }
    }

    /// The same over TLS, with the subject and the fingerprint of the certificate that it showed,
    /// both in printable ASCII.
    pub fn over_tls(address: IpAddr, certificate: Option<(&str, &str)>) -> Self {
        let certificate = certificate.and_then(|(subject, fingerprint)| {
            let subject = match subject {
                "" => None,
                subject => Some(HeaderValue::from_str(subject).ok()?),
            };
            Some(Certificate { subject, fingerprint: HeaderValue::from_str(fingerprint).ok()? })
        });
        Self { scheme: "https", certificate, ..Self::new(address) }
    }

    /// Its address.
    pub fn address(&self) -> IpAddr {
        self.address
    }
}

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const SUBJECT: HeaderName = HeaderName::from_static("x-client-certificate-subject");
const FINGERPRINT: HeaderName = HeaderName::from_static("x-client-certificate-fingerprint");

/// Says where the request came from. The client's own fields about that have been left behind.
pub(super) fn set_forwarded(headers: &mut HeaderMap, peer: &Peer) {
    headers.insert(FOR, peer.value.clone());
    headers.insert(PROTO, HeaderValue::from_static(peer.scheme));
    if let Some(Certificate { subject, fingerprint }) = &peer.certificate {
        headers.insert(FINGERPRINT, fingerprint.clone());
        if let Some(subject) = subject {
            headers.insert(SUBJECT, subject.clone());
        }
    }
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
        assert!(!headers.contains_key(FINGERPRINT));
        for name in [&FOR, &HOST, &PROTO] {
            assert_eq!(classify(name), Some(Class::Origin), "what we set, we strip");
        }
    }

    #[test]
    fn the_service_is_told_what_the_client_has_shown() {
        let told = |certificate| {
            let mut headers = HeaderMap::new();
            let peer = Peer::over_tls("192.0.2.7".parse().unwrap(), certificate);
            set_forwarded(&mut headers, &peer);
            assert_eq!(headers[PROTO], "https");
            let text = |name| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            (text(SUBJECT), text(FINGERPRINT))
        };
        assert_eq!(told(None), (None, None));
        assert_eq!(told(Some(("CN=a", "0f"))), (Some("CN=a".into()), Some("0f".into())));
        assert_eq!(told(Some(("", "0f"))), (None, Some("0f".into())));
        for name in [&SUBJECT, &FINGERPRINT] {
            assert_eq!(classify(name), Some(Class::Certificate), "what we set, we strip");
        }
    }
}
