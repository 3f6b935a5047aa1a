//! The service's socket, of whichever kind, and the connections that come to it.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Call, Sever, Shared};
use crate::support::wire::Wire;

/// A socket that listens.
pub(super) enum Door {
    Tcp(TcpListener),
    Tls(TcpListener, Arc<ServerConfig>),
    Unix(UnixListener),
}

impl Door {
    /// Serves every connection on a thread of its own, until the service is dropped.
    pub(super) fn serve(self, shared: &Arc<Shared>) {
        loop {
            let Ok((wire, sever)) = self.accept() else { continue };
            if shared.leaving.load(Ordering::SeqCst) {
                return;
            }
            let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
            shared.severs.lock().unwrap().insert(number, sever);
            let shared = Arc::clone(shared);
            std::thread::spawn(move || converse(&shared, wire, number));
        }
    }

    fn accept(&self) -> io::Result<(Wire, Sever)> {
        Ok(match self {
            Self::Tcp(listener) => {
                let (stream, sever) = accept_tcp(listener)?;
                (Wire::new(stream), sever)
            }
            Self::Tls(listener, config) => {
                let (stream, sever) = accept_tcp(listener)?;
                let session = ServerConnection::new(Arc::clone(config));
                let session = session.map_err(io::Error::other)?;
                (Wire::new(StreamOwned::new(session, stream)), sever)
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept()?;
                let other = stream.try_clone()?;
                (Wire::new(stream), Box::new(move || drop(other.shutdown(Shutdown::Write))))
            }
        })
    }
}

fn accept_tcp(listener: &TcpListener) -> io::Result<(TcpStream, Sever)> {
    let (stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    let other = stream.try_clone()?;
    Ok((stream, Box::new(move || drop(other.shutdown(Shutdown::Write)))))
}

/// Answers one connection until it ends.
fn converse(shared: &Shared, mut wire: Wire, number: usize) {
    // A proxy that leaves, and a test that says so, are both the expected end.
    while let Ok(Some(head)) = wire.head() {
        let answer = Arc::clone(&shared.answer.lock().unwrap());
        let mut call = Call::new(shared, &mut wire, head, number);
        if answer(&mut call).is_err() || !call.can_go_on() {
            break;
        }
    }
    let sever = shared.severs.lock().unwrap().remove(&number);
    if let Some(sever) = sever {
        sever();
    }
}
