//! Threads, side doors and the end of the process.

use std::net::SocketAddr;

use super::reader::Reader;
use crate::config::model::Process;

/// All that concerns the process itself.
pub(super) fn process(reader: &mut Reader<'_>) -> Process {
    let workers = match reader.count("server.workers") {
        // Zero is not a legal value: it stands for `auto`.
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        workers => workers,
    };
    let admin = reader.address("admin.listen");
    if let Some(message) = admin.and_then(open) {
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

/// What is wrong with an address of the admin listener, if others than this host reach it.
pub(in crate::config) fn open(admin: SocketAddr) -> Option<&'static str> {
    (!admin.ip().to_canonical().is_loopback()).then_some(
        "is not a loopback address, and this listener asks nobody who they are; write one as in \
         127.0.0.1:9181, or off",
    )
}
