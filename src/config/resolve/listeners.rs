//! The addresses we listen on, and how clients are served there.

use std::net::SocketAddr;

use super::reader::Reader;
use crate::config::model::Process;
use crate::upstream::Pace;
use crate::{front, server};

/// Threads, side doors and the end of the process.
pub(super) fn process(reader: &mut Reader<'_>) -> Process {
    let workers = match reader.count("server.workers") {
        // Zero is not a legal value: it stands for `auto`.
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let admin = reader.address("admin.listen");
    if admin.is_some_and(|address| !address.ip().to_canonical().is_loopback()) {
        let message = "is not a loopback address, and this listener asks nobody who they are; \
                       write one as in 127.0.0.1:9181, or off";
        reader.refuse_value("admin.listen", message);
    }
    Process {
        workers,
        telemetry: reader.address("telemetry.listen"),
        admin,
        drain_delay: reader.duration("server.drain_delay"),
        drain_timeout: reader.duration("server.drain_timeout"),
    }
}

/// The public listener.
pub(super) fn server(reader: &mut Reader<'_>) -> server::Settings {
    server::Settings {
        listen: reader.address("listen").unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))),
        header_timeout: reader.duration("server.header_timeout"),
        keepalive_timeout: reader.duration("server.keepalive_timeout"),
        max_header_bytes: reader.count("server.max_header_bytes"),
        max_connections: reader.count("server.max_connections"),
    }
}

/// Two listeners on one address would take turns: both set `SO_REUSEPORT`, so the kernel does not
/// refuse it.
pub(super) fn refuse_shared_addresses(reader: &mut Reader<'_>) {
    let keys = ["listen", "telemetry.listen", "admin.listen"];
    let addresses = keys.map(|key| reader.address(key).filter(|address| address.port() != 0));
    let mut seen: Vec<(&str, SocketAddr)> = Vec::new();
    for (key, address) in keys.into_iter().zip(addresses) {
        let Some(address) = address else {
            continue;
        };
        if let Some((earlier, _)) = seen.iter().find(|(_, other)| *other == address) {
            reader.refuse_value(key, &format!("is also the address of {earlier}; choose another"));
        }
        seen.push((key, address));
    }
}

/// The longest token; it must leave room for the rest of the head.
pub(super) fn max_token_bytes(reader: &mut Reader<'_>, max_header_bytes: usize) -> usize {
    let max_token_bytes = reader.count("server.max_token");
    if max_token_bytes >= max_header_bytes && !reader.was_refused("server.max_header_bytes") {
        let message = "leaves no room in server.max_header_bytes for anything but the token; \
                       lower this or raise that";
        reader.refuse_value("server.max_token", message);
    }
    max_token_bytes
}

/// The door; `None` when the address to tell clients is not known.
pub(super) fn front(
    reader: &mut Reader<'_>,
    www_authenticate_uri: Option<String>,
) -> Option<front::Settings> {
    let deprecated = reader.boolean("headers.deprecated");
    let pace = Pace {
        idle: reader.limit("server.body_timeout"),
        min_rate: reader.integer("server.body_min_rate"),
    };
    Some(front::Settings { www_authenticate_uri: www_authenticate_uri?, deprecated, pace })
}
