//! `portcullis health`: asks a running proxy whether it is ready, for images without curl.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, bail};

/// Longer than this is not healthy.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the telemetry listener at `address` for `path` (`/readyz`, say).
///
/// # Errors
/// When it does not answer 200 within two seconds.
pub fn probe(address: SocketAddr, path: &str) -> anyhow::Result<()> {
    let address = reachable(address);
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("nothing answers on {address}"))?;
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

/// A listener on all addresses is asked on loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
