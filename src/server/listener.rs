//! Listener sockets: one for each worker, all on one address.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1024;

/// Opens `count` sockets on `address`; the kernel spreads connections over them. Port 0 picks a
/// free port, the same for all.
///
/// # Errors
/// When the address is taken, by another instance of this program included.
pub fn bind(address: SocketAddr, count: usize) -> io::Result<Vec<TcpListener>> {
    // The first socket claims the address for itself. Had it asked to share from the start, a
    // second instance started by mistake would silently take half of the connections.
    let first = open(address)?;
    first.bind(&address.into())?;
    first.set_reuse_port(true)?;
    first.listen(BACKLOG)?;
    let first = TcpListener::from(first);
    let address = first.local_addr()?;
    let mut sockets = vec![first];
    for _ in 1..count {
        let socket = open(address)?;
        socket.set_reuse_port(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        sockets.push(socket.into());
    }
    Ok(sockets)
}

fn open(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for the old connections' last minutes.
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` means all addresses, of both families, whatever the system's default.
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpStream;

    use super::*;

    const ANY: &str = "127.0.0.1:0";

    #[test]
    fn all_sockets_share_one_address_and_all_take_connections() {
        let sockets = bind(ANY.parse().unwrap(), 3).unwrap();
        let address = sockets[0].local_addr().unwrap();
        assert!(sockets.iter().all(|socket| socket.local_addr().unwrap() == address));
        let clients: Vec<_> = (0..60).map(|_| TcpStream::connect(address).unwrap()).collect();
        let taken: Vec<usize> = sockets
            .iter()
            .map(|socket| std::iter::from_fn(|| socket.accept().ok()).count())
            .collect();
        assert_eq!(taken.iter().sum::<usize>(), 60);
        assert!(taken.iter().all(|count| *count > 0), "{taken:?}");
        drop(clients);
    }

    #[test]
    fn a_second_instance_on_the_same_address_is_refused() {
        let sockets = bind(ANY.parse().unwrap(), 2).unwrap();
        let address = sockets[0].local_addr().unwrap();
        let error = bind(address, 2).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        TcpStream::connect(address).unwrap().write_all(b"x").unwrap();
    }
}
