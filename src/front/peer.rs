//! The other end of a client connection, as far as the connection itself tells.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::hops::Hops;
use super::metrics::ListenerMetrics;
use super::shared::Shared;

/// The other end of a client connection.
#[derive(Clone)]
pub struct Peer {
    pub(super) address: Option<IpAddr>,
    /// Rendered once per connection.
    pub(super) value: HeaderValue,
    pub(super) secure: bool,
    pub(super) trusted: bool,
    /// Which of the hops before it are trusted too, and where it names them; none, unless anybody
    /// says so.
    trusts: Option<Trusts>,
    pub(super) certificate: Option<Certificate>,
    server_name: Option<Box<str>>,
    /// The version of TLS, as in `1.3`.
    pub(super) tls_version: Option<&'static str>,
    /// The books of the listener that it came to.
    pub(super) listener: Option<Arc<ListenerMetrics>>,
}

/// Whose word is believed, and in which field.
#[derive(Clone)]
struct Trusts {
    field: HeaderName,
    by: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
}

/// A certificate that the client has shown and that was found good.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub(super) subject: HeaderValue,
    pub(super) fingerprint: HeaderValue,
}

impl Peer {
    /// The client at `address`; `None` over a unix socket. Over a `secure` connection requests are
    /// `https`. What a `trusted` one says of earlier hops is passed on.
    pub fn new(address: Option<IpAddr>, secure: bool, trusted: bool) -> Self {
        let address = address.map(|address| address.to_canonical());
        // An address is always a legal value; `unknown` is RFC 7239's word for none.
        let value = address.and_then(|address| address.to_string().parse().ok());
        let value = value.unwrap_or(HeaderValue::from_static("unknown"));
        Self {
            address,
            value,
            secure,
            trusted,
            trusts: None,
            certificate: None,
            server_name: None,
            tls_version: None,
            listener: None,
        }
    }

    /// It names its client in this `field`, and hops that are `trusted`, too, theirs.
    #[must_use]
    pub fn believing(
        mut self,
        field: HeaderName,
        trusted: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.trusts = Some(Trusts { field, by: Arc::new(trusted) });
        self
    }

    /// It has shown a good certificate of this subject and fingerprint, both fit for a header.
    #[must_use]
    pub fn showing(mut self, subject: &str, fingerprint: &str) -> Self {
        let value = |text: &str| text.parse::<HeaderValue>().ok();
        let both = value(subject).zip(value(fingerprint));
        self.certificate = both.map(|(subject, fingerprint)| Certificate { subject, fingerprint });
        self
    }

    /// It has asked for this name when the connection began.
    #[must_use]
    pub fn asking_for(mut self, server_name: &str) -> Self {
        self.server_name = Some(server_name.into());
        self
    }

    /// It speaks this version of TLS, as in `1.3`.
    #[must_use]
    pub fn speaking(mut self, tls_version: &'static str) -> Self {
        self.tls_version = Some(tls_version);
        self
    }

    /// It came to the listener of that name, whose requests are counted by `door`.
    #[must_use]
    pub fn arriving_at(mut self, listener: &str, door: &Shared) -> Self {
        self.listener = door.metrics.of_listener(listener).cloned();
        self
    }

    /// Where a request with these fields came from, as far as anybody who is trusted knows: the last
    /// address that a trusted proxy names and that is none, or the last before it that can be read.
    pub(super) fn client(&self, client: &HeaderMap) -> Option<IpAddr> {
        self.hops(client).last().or(self.address)
    }

    /// Whom it names, where it is trusted.
    pub(super) fn hops<'a>(&self, client: &'a HeaderMap) -> Hops<'a> {
        let Some(Trusts { field, by }) = self.trusts.as_ref().filter(|_| self.trusted) else {
            return Hops::default();
        };
        Hops::trace(client, field, |address| by(address))
    }

    /// Whether it is believed in that field.
    pub(super) fn names_in(&self, field: &HeaderName) -> bool {
        self.trusts.as_ref().is_some_and(|trusts| trusts.field == *field)
    }

    /// Whether a request with these fields is for somebody else than the connection was made to. A
    /// certificate was asked for in the name of one host, and counts for no other.
    pub(super) fn is_misdirected(&self, client: &HeaderMap) -> bool {
        let (Some(_), Some(name)) = (&self.certificate, &self.server_name) else { return false };
        let host = client.get(header::HOST).and_then(|host| host.to_str().ok());
        let Some(host) = host else { return false };
        let host = host.split_once(':').map_or(host, |(host, _)| host);
        !host.trim_end_matches('.').eq_ignore_ascii_case(name.trim_end_matches('.'))
    }

    pub(super) fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t06_a_certificate_counts_for_the_host_that_asked_for_it() {
        let of = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            headers
        };
        let peer = Peer::new(None, true, false).asking_for("a.example");
        assert!(
            !peer.is_misdirected(&of("b.example")),
            "without a certificate nothing hangs on it"
        );
        let peer = peer.showing("CN=c", "00");
        assert!(peer.is_misdirected(&of("b.example")));
        for same in ["a.example", "A.Example:8443", "a.example."] {
            assert!(!peer.is_misdirected(&of(same)), "{same}");
        }
    }
}
