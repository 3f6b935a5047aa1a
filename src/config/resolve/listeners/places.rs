//! Places that two listeners would share.

use std::net::{IpAddr, SocketAddr};

use crate::config::resolve::reader::Reader;
use crate::server::{Listener, Place, Settings};

/// Two listeners on one address would take turns: both set `SO_REUSEPORT`, so the kernel does not
/// refuse it.
pub(in crate::config::resolve) fn refuse_shared_addresses(
    reader: &mut Reader<'_>,
    server: &Settings,
) {
    let mut seen: Vec<(String, SocketAddr)> = Vec::new();
    let mut paths = Vec::new();
    for Listener { name, place, .. } in &server.listeners {
        let key = if **name == *"public" { "listen".into() } else { format!("listeners.{name}") };
        match place {
            Place::Tcp(address) => refuse_taken(reader, key, *address, &mut seen),
            Place::Unix { path, .. } if paths.contains(&path) => {
                let message = "is also the socket of another listener; choose another";
                reader.complain(&key, &format!("{} {message}", path.display()));
            }
            Place::Unix { path, .. } => paths.push(path),
        }
    }
    for key in ["telemetry.listen", "admin.listen"] {
        if let Some(address) = reader.address(key) {
            refuse_taken(reader, key.into(), address, &mut seen);
        }
    }
}

fn refuse_taken(
    reader: &mut Reader<'_>,
    key: String,
    address: SocketAddr,
    seen: &mut Vec<(String, SocketAddr)>,
) {
    if address.port() == 0 {
        return;
    }
    let taken = |other: &SocketAddr| {
        other.port() == address.port()
            && (includes(other.ip(), address.ip()) || includes(address.ip(), other.ip()))
    };
    if let Some((earlier, _)) = seen.iter().find(|(_, other)| taken(other)) {
        let message = format!("is taken by the address of {earlier}; choose another");
        if key.starts_with("listeners.") {
            reader.complain(&key, &format!("{address} {message}"));
        } else {
            reader.refuse_value(&key, &message);
        }
    }
    seen.push((key, address));
}

/// Whether a listener on all of `these` takes the port of `that`, too. `[::]` is both families.
fn includes(these: IpAddr, that: IpAddr) -> bool {
    let that = that.to_canonical();
    match these.to_canonical() {
        IpAddr::V6(these) if these.is_unspecified() => true,
        IpAddr::V4(these) if these.is_unspecified() => that.is_ipv4(),
        this => this == that,
    }
}
