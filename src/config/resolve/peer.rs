//! How to reach the guarded service, and whom to trust.

use std::net::{IpAddr, SocketAddr};

use super::reader::Reader;
use crate::dial::{Address, ClientCertificate, Endpoint, Multiplexing, Protocol, Trust};
use crate::upstream::{self, Deadlines};

/// The guarded service; `None` when its address is missing or wrong.
pub(super) fn upstream(reader: &mut Reader<'_>) -> Option<upstream::Settings> {
    let trust = trust(reader, "upstream.ca_file", "upstream.insecure");
    let connect_timeout = reader.duration("upstream.connect_timeout");
    let protocol = match reader.text("upstream.protocol").as_deref() {
        Some("http2") => Protocol::Http2,
        _ => Protocol::Http1,
    };
    let deadlines = Deadlines {
        response: reader.duration("upstream.response_timeout"),
        body: reader.limit("upstream.body_timeout"),
        total: reader.limit("upstream.total_timeout"),
    };
    let multiplexing = Multiplexing {
        max_streams: u32::try_from(reader.integer("upstream.max_streams")).unwrap_or(u32::MAX),
        ping_interval: reader.limit("upstream.ping_interval"),
    };
    let idle_timeout = reader.duration("upstream.idle_timeout");
    let max_idle = reader.count("upstream.max_idle");
    let max_pending = u32::try_from(reader.integer("upstream.max_pending")).unwrap_or(u32::MAX);
    let Some(url) = reader.text("upstream.url") else {
        reader.require("upstream.url");
        return None;
    };
    let (endpoint, path) = Endpoint::parse(&url, trust)
        .map_err(|error| reader.refuse_value("upstream.url", &format!(": {error}")))
        .ok()?;
    if !matches!(path.as_str(), "" | "/") {
        let message = format!("has the path {path:?}; remove it, requests keep their own path");
        reader.refuse_value("upstream.url", &message);
    }
    let listen = reader.address("listen");
    if listen.is_some_and(|listen| leads_to(&endpoint.address, listen)) {
        reader.refuse_value("upstream.url", "leads back to this proxy; name the service's address");
    }
    warn_of_insecure(reader, "upstream.insecure", &endpoint, "the service");
    Some(upstream::Settings {
        endpoint,
        protocol,
        connect_timeout,
        deadlines,
        idle_timeout,
        max_idle,
        multiplexing,
        max_pending,
    })
}

/// Whom to trust by two options of a section.
pub(super) fn trust(
    reader: &mut Reader<'_>,
    ca_file: &'static str,
    insecure: &'static str,
) -> Trust {
    let file = reader.path(ca_file);
    if reader.boolean(insecure) {
        if file.is_some() {
            reader.refuse(ca_file, &format!("has no effect with {insecure}; remove one of them"));
        }
        return Trust::Insecure;
    }
    let Some(file) = file else {
        return Trust::System;
    };
    Trust::from_ca_file(&file).unwrap_or_else(|error| {
        reader.refuse(ca_file, &error);
        Trust::System
    })
}

/// The certificate that we show, if two options of a section name one.
pub(super) fn certificate(
    reader: &mut Reader<'_>,
    cert_file: &'static str,
    key_file: &'static str,
) -> Option<ClientCertificate> {
    match (reader.path(cert_file), reader.path(key_file)) {
        (None, None) => None,
        (Some(certificate), Some(key)) => ClientCertificate::from_files(&certificate, &key)
            .map_err(|error| reader.refuse(cert_file, &error))
            .ok(),
        (Some(_), None) => {
            reader.refuse(cert_file, &format!("a certificate needs its key: set {key_file}"));
            None
        }
        (None, Some(_)) => {
            reader.refuse(key_file, &format!("a key needs its certificate: set {cert_file}"));
            None
        }
    }
}

/// Warns when nobody checks who the peer is.
pub(super) fn warn_of_insecure(
    reader: &mut Reader<'_>,
    insecure: &str,
    endpoint: &Endpoint,
    peer: &str,
) {
    if endpoint.tls.as_ref().is_some_and(|tls| matches!(tls.security.trust, Trust::Insecure)) {
        let address = &endpoint.address;
        reader.warnings.push(format!(
            "{insecure} is on: anybody on the network path to {address} can pose as {peer}; give \
             its CA in ca_file instead"
        ));
    }
}

/// Whether what is sent to `address` arrives at our own `listener`.
fn leads_to(address: &Address, listener: SocketAddr) -> bool {
    let Address::Tcp { host, port } = address else { return false };
    let ours = listener.ip().to_canonical();
    let same_host = host.parse::<IpAddr>().map_or_else(
        |_| host.eq_ignore_ascii_case("localhost") && (ours.is_loopback() || ours.is_unspecified()),
        |ip| {
            let ip = ip.to_canonical();
            ip == ours || (ours.is_unspecified() && ip.is_loopback())
        },
    );
    *port == listener.port() && same_host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_leads_back_to_the_listener_is_recognised() {
        let back = |host: &str, port, listener: &str| {
            leads_to(&Address::Tcp { host: host.into(), port }, listener.parse().unwrap())
        };
        assert!(back("127.0.0.1", 8080, "127.0.0.1:8080"));
        assert!(back("localhost", 8080, "127.0.0.1:8080"));
        assert!(back("127.0.0.1", 8080, "0.0.0.0:8080"));
        assert!(back("::1", 8080, "[::]:8080"));
        assert!(!back("127.0.0.1", 9000, "127.0.0.1:8080"));
        assert!(!back("app", 8080, "0.0.0.0:8080"));
        assert!(!back("127.0.0.2", 8080, "127.0.0.1:8080"));
    }
}
