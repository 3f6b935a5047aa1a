//! What a configuration comes to, in a few lines: where clients come in and how, and where their
//! requests go. For whoever wants to see before a rollout that the file says what was meant.

use crate::dial::{Endpoint, Protocol, Trust};
use crate::identity::{UnixTime, write_timestamp};
use crate::keystone::Mode;
use crate::server::tls::{Clients, Tls, Version};
use crate::server::{Listener, Manner};
use crate::upstream;

use super::model::{Config, Process};

/// One line for each listener, for the side doors, and for each service. None holds a secret.
pub fn summary(config: &Config) -> Vec<String> {
    let Config { process, server, keystone, upstream, upstreams, .. } = config;
    let http2 = server.limits.http2.enabled;
    let listeners = server.listeners.iter().map(|one| listener(one, http2));
    let default = ("default".to_owned(), upstream.clone());
    let services = std::iter::once(&default).chain(upstreams).map(service);
    let asks = match keystone.mode {
        Mode::SelfValidation => "tokens ask about themselves",
        Mode::Service(_) => "an account of our own asks",
    };
    let identity =
        format!("keystone: {}, {}; {asks}", keystone.base.url, proof(&keystone.base.endpoint));
    listeners.chain([side_doors(process)]).chain(services).chain([identity]).collect()
}

fn listener(Listener { name, place, manner }: &Listener, http2: bool) -> String {
    let Manner { trusted, proxy_protocol, tls, .. } = manner;
    let spoken = if http2 { "HTTP/1.1 and HTTP/2" } else { "HTTP/1.1" };
    let over = tls.as_ref().map_or_else(|| "in plain text".to_owned(), over_tls);
    let balancers = match (proxy_protocol, trusted.is_empty()) {
        (true, _) => "; trusted proxies alone connect, with a PROXY header",
        (false, true) => "; nobody is believed about earlier hops",
        (false, false) => "; trusted proxies are believed about earlier hops",
    };
    format!("listener {name}: {place}, {spoken} {over}{balancers}")
}

fn over_tls(tls: &Tls) -> String {
    let versions = match tls.settings().oldest {
        Version::Tls12 => "TLS 1.2 and 1.3",
        Version::Tls13 => "TLS 1.3",
    };
    let clients = match tls.settings().clients {
        Clients::Anonymous => "",
        Clients::Optional(_) => ", clients may show a certificate",
        Clients::Required(_) => ", clients must show a certificate",
    };
    let until = |not_after: i64| {
        let day = write_timestamp(UnixTime::from_millis(not_after.saturating_mul(1000)));
        day.chars().take_while(|c| *c != 'T').collect::<String>()
    };
    let files = tls.certificates().iter();
    let files: Vec<_> =
        files.map(|one| format!("{} until {}", one.file.display(), until(one.not_after))).collect();
    format!("over {versions} with {}{clients}", files.join(", "))
}

fn side_doors(Process { telemetry, admin, workers, .. }: &Process) -> String {
    let at = |place: &Option<std::net::SocketAddr>| {
        place.map_or_else(|| "off".to_owned(), |place| place.to_string())
    };
    format!("telemetry: {}; admin: {}; workers: {workers}", at(telemetry), at(admin))
}

fn service((name, settings): &(String, upstream::Settings)) -> String {
    let spoken = match settings.protocol {
        Protocol::Http1 => "HTTP/1.1",
        Protocol::Http2 => "HTTP/2",
    };
    let address = &settings.endpoint.address;
    format!("upstream {name}: {address}, {spoken} {}", proof(&settings.endpoint))
}

/// How a peer shows that it is the right one.
fn proof(endpoint: &Endpoint) -> String {
    let Some(tls) = &endpoint.tls else { return "in plain text".to_owned() };
    let by = match tls.security.trust {
        Trust::Insecure => "which nobody checks",
        Trust::Roots(_) => "checked by its own CA file",
        Trust::System => "checked by the system's roots",
    };
    let ours = tls.security.certificate.as_ref().map_or("", |_| ", and ours is shown");
    format!("over TLS, {by}{ours}")
}
