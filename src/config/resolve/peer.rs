//! How to reach the guarded service, and whom to trust.

use std::net::IpAddr;

use super::reader::Reader;
use crate::config::settings::warn_of_readers;
use crate::dial::{Address, ClientCertificate, Endpoint, Multiplexing, Protocol, Security, Trust};
use crate::identity::Clock;
use crate::server::{Listener, Place};
use crate::upstream::{self, Deadlines};

/// The guarded service; `None` when its address is missing or wrong.
pub(super) fn upstream(
    reader: &mut Reader<'_>,
    listeners: &[Listener],
) -> Option<upstream::Settings> {
    let security = Security {
        trust: trust(reader, "upstream.ca_file", "upstream.insecure"),
        certificate: certificate(reader, "upstream.certificate_file", "upstream.key_file"),
    };
    let server_name = reader.text(SERVER_NAME);
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
    let max_age = reader.limit("upstream.max_age");
    let max_idle = reader.count("upstream.max_idle");
    let max_pending = u32::try_from(reader.integer("upstream.max_pending")).unwrap_or(u32::MAX);
    let per_client = u32::try_from(reader.integer(PER_CLIENT)).unwrap_or(u32::MAX);
    let max_pending_per_client = Some(per_client).filter(|most| *most > 0);
    if max_pending_per_client.is_some_and(|most| most > max_pending) {
        let message = "has no effect beyond upstream.max_pending; lower this or raise that";
        reader.refuse_value(PER_CLIENT, message);
    }
    let Some(url) = reader.text("upstream.url") else {
        reader.require("upstream.url");
        return None;
    };
    let (mut endpoint, path) = Endpoint::parse(&url, security)
        .map_err(|error| reader.refuse_value("upstream.url", &format!(": {error}")))
        .ok()?;
    if !matches!(path.as_str(), "" | "/") {
        let message = format!("has the path {path:?}; remove it, requests keep their own path");
        reader.refuse_value("upstream.url", &message);
    }
    expect(reader, SERVER_NAME, server_name.as_deref(), &mut endpoint);
    if endpoint.tls.is_none() && reader.was_written("upstream.certificate_file") {
        let message = "has no effect, because upstream.url is not https; write that or remove this";
        reader.refuse("upstream.certificate_file", message);
    }
    if listeners.iter().any(|listener| leads_to(&endpoint.address, &listener.place)) {
        reader.refuse_value("upstream.url", "leads back to this proxy; name the service's address");
    }
    warn_of_insecure(reader, "upstream.insecure", &endpoint, "the service");
    Some(upstream::Settings {
        endpoint,
        protocol,
        connect_timeout,
        deadlines,
        idle_timeout,
        max_age,
        max_idle,
        multiplexing,
        max_pending,
        max_pending_per_client,
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
    match Trust::from_ca_file(&file) {
        Ok(trust) => {
            warn(reader, ca_file, trust.trouble(&file, now()));
            trust
        }
        Err(error) => {
            reader.refuse(ca_file, &error);
            Trust::System
        }
    }
}

/// The certificate that we show, if two options of a section name one.
pub(super) fn certificate(
    reader: &mut Reader<'_>,
    cert_file: &'static str,
    key_file: &'static str,
) -> Option<ClientCertificate> {
    match (reader.path(cert_file), reader.path(key_file)) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            warn_of_readers(&key, &mut reader.warnings);
            let own = ClientCertificate::from_files(&certificate, &key)
                .map_err(|error| reader.refuse(cert_file, &error))
                .ok()?;
            warn(reader, cert_file, own.trouble(&certificate, now()));
            Some(own)
        }
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

fn warn(reader: &mut Reader<'_>, key: &str, trouble: Option<String>) {
    reader.warnings.extend(trouble.map(|trouble| format!("{key}: {trouble}")));
}

/// In seconds since 1970.
fn now() -> i64 {
    Clock::system().now().as_millis() / 1000
}

/// Has `endpoint` expected under the name that `key` says, if it says one.
pub(super) fn expect(
    reader: &mut Reader<'_>,
    key: &'static str,
    name: Option<&str>,
    endpoint: &mut Endpoint,
) {
    if let Some(Err(message)) = name.map(|name| endpoint.expect(name)) {
        reader.refuse_value(key, &message);
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

const PER_CLIENT: &str = "upstream.max_pending_per_client";
const SERVER_NAME: &str = "upstream.server_name";

/// Whether what is sent to `address` arrives at our own `listener`.
fn leads_to(address: &Address, listener: &Place) -> bool {
    let (host, port, listener) = match (address, listener) {
        (Address::Tcp { host, port }, Place::Tcp(listener)) => (host, port, listener),
        (Address::Unix(path), Place::Unix { path: ours, .. }) => return path == ours,
        _ => return false,
    };
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
            let place = Place::Tcp(listener.parse().unwrap());
            leads_to(&Address::Tcp { host: host.into(), port }, &place)
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
