//! Where clients come in: several places, unix sockets, balancers that say who their clients are.

mod clients;
mod crowd;
mod named;
mod proxy_header;
mod refused;
mod reload;
mod trust;
mod unix;

use std::path::Path;

use crate::support::{Framing, Head, Keystone, Scene, Sidecar, Upstream, Wire, request};

/// The usual cast, with these lines in the file besides. A place `unix:HERE/...` is in a directory
/// of the test's own.
#[track_caller]
fn scene(yaml: &str, here: &Path) -> Scene {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = yaml.replace("HERE", &here.display().to_string());
    let sidecar = Sidecar::before(&upstream, &keystone).and(&yaml).start();
    Scene { sidecar, keystone, upstream }
}

/// Asks over a unix socket, and returns the head of the answer.
#[track_caller]
fn ask_over_unix(path: &Path, fields: &[(&str, &str)]) -> Head {
    let stream = std::os::unix::net::UnixStream::connect(path).expect("a connection");
    stream.set_read_timeout(Some(crate::support::DEADLINE)).unwrap();
    let mut wire = Wire::new(stream);
    wire.send(&request("GET", "/", fields, b"")).unwrap();
    let head = wire.head().unwrap().expect("an answer");
    wire.body(head.framing(Framing::Empty)).unwrap();
    head
}
