//! How to reach the guarded service, and whom to trust.

use std::net::IpAddr;

use super::reader::Reader;
use crate::dial::{Address, Endpoint, Trust};
use crate::upstream;

/// The guarded service; `None` when its address is missing or wrong.
pub(super) fn upstream(reader: &mut Reader<'_>) -> Option<upstream::Settings> {
    let trust = trust(reader, "upstream.ca_file", "upstream.insecure");
    let connect_timeout = reader.duration("upstream.connect_timeout");
    let response_timeout = reader.duration("upstream.response_timeout");
    let idle_timeout = reader.duration("upstream.idle_timeout");
    let max_idle = reader.count("upstream.max_idle");
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
    warn_of_insecure(reader, "upstream.insecure", &endpoint, "the service");
    Some(upstream::Settings { endpoint, connect_timeout, response_timeout, idle_timeout, max_idle })
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

/// Warns when nobody checks who the peer is.
pub(super) fn warn_of_insecure(
    reader: &mut Reader<'_>,
    insecure: &str,
    endpoint: &Endpoint,
    peer: &str,
) {
    if endpoint.tls.as_ref().is_some_and(|tls| matches!(tls.trust, Trust::Insecure)) {
        let address = &endpoint.address;
        reader.warnings.push(format!(
            "{insecure} is on: anybody on the network path to {address} can pose as {peer}; give \
             its CA in ca_file instead"
        ));
    }
}

/// Whether what is sent there stays on this host.
pub(super) fn is_local(address: &Address) -> bool {
    match address {
        Address::Unix(_) => true,
        Address::Tcp { host, .. } => {
            let ip = host.parse::<IpAddr>().map(|ip| ip.to_canonical());
            host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
        }
    }
}
