//! `portcullis health`: asks a running proxy whether it is ready, for images without curl.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, bail};

/// Longer than this is not healthy.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the telemetry listener at `place`, an address or a name with a port, for `path` (`/readyz`,
/// say).
///
/// # Errors
/// When the name is unknown, or when none of its addresses answers 200 within two seconds.
pub fn probe(place: &str, path: &str) -> anyhow::Result<()> {
    let mut stream = connect(place)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer).context("the answer broke off")?;
    let status = answer.split_whitespace().nth(1).unwrap_or_default();
    if status != "200" {
        bail!("{path} answers {status}");
    }
    Ok(())
}

/// A name may have addresses of both families, and only one of them may answer.
fn connect(place: &str) -> anyhow::Result<TcpStream> {
    let addresses = place.to_socket_addrs().with_context(|| {
        format!("{place} is no address, and no name that is known, with a port")
    })?;
    for address in addresses.flat_map(reachable) {
        if let Ok(stream) = TcpStream::connect_timeout(&address, PATIENCE) {
            return Ok(stream);
        }
    }
    bail!("nothing answers on {place}");
}

/// A listener on all addresses is asked on loopback, on that of IPv4 too: one for both families is
/// only of IPv4 where there is no other.
fn reachable(address: SocketAddr) -> impl Iterator<Item = SocketAddr> {
    let (v4, v6) = (IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST));
    let addresses = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => [Some(v4), None],
        IpAddr::V6(ip) if ip.is_unspecified() => [Some(v6), Some(v4)],
        ip => [Some(ip), None],
    };
    addresses.into_iter().flatten().map(move |ip| SocketAddr::new(ip, address.port()))
}
