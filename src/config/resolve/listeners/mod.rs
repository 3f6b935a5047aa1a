//! The addresses we listen on, and how connections begin there.

mod named;
mod places;

use std::sync::Arc;

use super::clients::limits;
use super::reader::Reader;
use super::tls;
use crate::config::layers::Layers;
use crate::config::routes::Written;
use crate::server::{self, BadPeers, ClientField, Listener, Manner, Peers, Place};

use named::named;

pub(super) use places::refuse_shared_addresses;

/// Where and how clients are served.
pub(super) fn server(
    reader: &mut Reader<'_>,
    layers: &Layers,
    written: &Written,
) -> server::Settings {
    let first = listener(reader, "public");
    let mut listeners = named(reader, layers, written);
    if listeners.is_empty() || reader.was_written("listen") {
        listeners.splice(..0, first);
    }
    server::Settings {
        listeners,
        max_connections: reader.count("server.max_connections"),
        limits: limits(reader),
    }
}

/// The listener that the options of a reader describe.
fn listener(reader: &mut Reader<'_>, name: &str) -> Option<Listener> {
    let mode = match reader.text("listener.socket_users").as_deref() {
        Some("everybody") => 0o666,
        Some("group") => 0o660,
        _ => 0o600,
    };
    let place = match (reader.address("listen"), reader.text("listen")) {
        (Some(address), _) => Some(Place::Tcp(address)),
        (None, Some(path)) => Some(Place::Unix { path: path.into(), mode }),
        (None, None) => None,
    };
    let wanted = reader.text("listener.tls");
    let tls = tls::tls(reader).filter(|_| wanted.as_deref() != Some("off"));
    if wanted.as_deref() == Some("on") && reader.list("tls.certificate_file").is_empty() {
        let message = "needs a certificate; set tls.certificate_file and tls.key_file";
        reader.refuse("listener.tls", message);
    }
    let trusted = trusted(reader);
    let proxy_protocol = reader.boolean("listener.proxy_protocol");
    if mode == 0o666 && trusted.contain(None) {
        reader.warn_once(vec![
            "listener.socket_users is everybody and trusted_proxies has unix: every user of this \
             host can pose as any client; leave one of them out"
                .to_owned(),
        ]);
    }
    if proxy_protocol && trusted.is_empty() {
        let message = "nobody may connect then: name the balancers in listener.trusted_proxies";
        reader.refuse("listener.proxy_protocol", message);
    }
    let proxy_timeout = reader.duration("listener.proxy_timeout");
    let client_field = match reader.text("listener.client_field").as_deref() {
        Some("forwarded") => ClientField::Forwarded,
        Some("x-real-ip") => ClientField::RealIp,
        _ => ClientField::ForwardedFor,
    };
    let trusted = Arc::new(trusted);
    let manner = Manner { trusted, client_field, proxy_protocol, proxy_timeout, tls };
    Some(Listener { name: name.into(), place: place?, manner })
}

fn trusted(reader: &mut Reader<'_>) -> Peers {
    const KEY: &str = "listener.trusted_proxies";
    let mut peers = Peers::default();
    for text in reader.list(KEY) {
        let message = match peers.add(&text) {
            Ok(()) => continue,
            Err(BadPeers::NotANetwork) => {
                format!("{text:?} is no network; write one as in 10.0.0.0/8, an address, or unix")
            }
            Err(BadPeers::Everybody) => {
                format!("{text:?} is everybody, who could pose as anybody; name your proxies")
            }
            Err(BadPeers::Either(network)) => {
                let address = text.split('/').next().unwrap_or_default();
                format!(
                    "{text:?} is an address and a network at once; write {network} for all of it, \
                     or {address}"
                )
            }
        };
        reader.refuse(KEY, &message);
    }
    peers
}
