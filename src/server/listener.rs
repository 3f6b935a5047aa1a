//! Listener sockets: one for each worker, all in one place.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use rustix::fs::{Mode, chmod, fchmod};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::settings::Place;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1024;

/// One worker's socket of a listener.
#[derive(Debug)]
pub enum Bound {
    /// On an address.
    Tcp(TcpListener),
    /// In the file system.
    Unix(UnixListener),
}

impl Bound {
    /// The address, with the port filled in; `None` for a unix socket.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<Option<SocketAddr>> {
        match self {
            Self::Tcp(socket) => socket.local_addr().map(Some),
            Self::Unix(_) => Ok(None),
        }
    }
}

/// Opens `count` sockets at `place`; the kernel spreads connections over them. Port 0 picks a free
/// port, the same for all.
///
/// # Errors
/// When the place is taken, by another instance of this program included.
pub fn bind(place: &Place, count: usize) -> io::Result<Vec<Bound>> {
    match place {
        Place::Tcp(address) => {
            Ok(tcp(address_for(*address), count)?.into_iter().map(Bound::Tcp).collect())
        }
        Place::Unix { path, mode } => {
            let first = unix(path, Mode::from_raw_mode(*mode))?;
            // Workers take turns on one socket: a path has no other.
            let more = (1..count).map(|_| first.try_clone()).collect::<io::Result<Vec<_>>>()?;
            Ok(std::iter::once(first).chain(more).map(Bound::Unix).collect())
        }
    }
}

/// Where to listen for an address: itself, but for `[::]` on a system without IPv6, where it can only
/// mean all addresses of the family that there is. Manifests and charts write it for both.
pub fn address_for(address: SocketAddr) -> SocketAddr {
    if address.is_ipv6() && address.ip().is_unspecified() {
        let missing = Socket::new(Domain::IPV6, Type::STREAM, Some(Protocol::TCP)).err();
        return without(address, missing.and_then(|error| error.raw_os_error()));
    }
    address
}

/// The address where a socket of IPv6 could not be made for this reason, if for any.
fn without(address: SocketAddr, reason: Option<i32>) -> SocketAddr {
    if reason == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error()) {
        return (Ipv4Addr::UNSPECIFIED, address.port()).into();
    }
    address
}

fn tcp(address: SocketAddr, count: usize) -> io::Result<Vec<TcpListener>> {
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

fn unix(path: &Path, mode: Mode) -> io::Result<UnixListener> {
    make_room(path)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // Before there is a file that somebody could open: the kernel gives it the socket's own bits,
    // less those of the process's mask.
    fchmod(&socket, mode)?;
    socket.bind(&SockAddr::unix(path)?)?;
    chmod(path, mode)?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Removes what a former process has left. Whatever is not a socket, or is one that somebody
/// listens on, stays.
fn make_room(path: &Path) -> io::Result<()> {
    let Ok(metadata) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !metadata.file_type().is_socket() || UnixStream::connect(path).is_ok() {
        return Err(io::ErrorKind::AddrInUse.into());
    }
    std::fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpStream;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const ANY: &str = "127.0.0.1:0";

    #[test]
    fn all_sockets_share_one_address_and_all_take_connections() {
        let sockets = tcp(ANY.parse().unwrap(), 3).unwrap();
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
        let sockets = tcp(ANY.parse().unwrap(), 2).unwrap();
        let address = sockets[0].local_addr().unwrap();
        let error = tcp(address, 2).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        TcpStream::connect(address).unwrap().write_all(b"x").unwrap();
    }

    #[test]
    fn a_unix_socket_has_its_permissions_and_replaces_only_a_dead_one() {
        let directory =
            std::env::temp_dir().join(format!("portcullis-unix-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("a.sock");
        let place = Place::Unix { path: path.clone(), mode: 0o660 };
        let sockets = bind(&place, 2).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        assert_eq!(bind(&place, 1).unwrap_err().kind(), io::ErrorKind::AddrInUse, "it is alive");
        drop(sockets);
        drop(bind(&place, 1).unwrap());
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "precious").unwrap();
        assert_eq!(bind(&place, 1).unwrap_err().kind(), io::ErrorKind::AddrInUse, "no socket");
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
        std::fs::remove_dir_all(&directory).unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_are_those_of_ipv4_where_there_is_no_ipv6() {
        let all: SocketAddr = "[::]:80".parse().unwrap();
        let missing = rustix::io::Errno::AFNOSUPPORT.raw_os_error();
        assert_eq!(without(all, Some(missing)), "0.0.0.0:80".parse().unwrap());
        for reason in [None, Some(rustix::io::Errno::MFILE.raw_os_error())] {
            assert_eq!(without(all, reason), all);
        }
        let one: SocketAddr = "[::1]:80".parse().unwrap();
        assert_eq!(address_for(one), one);
    }
}
