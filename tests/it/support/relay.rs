//! What may lie between the proxy and a service: it passes bytes on, and can forget connections.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A relay on loopback.
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    accepted: AtomicUsize,
    /// Connections up to this number are forgotten.
    forgotten: AtomicUsize,
    leaving: AtomicBool,
}

impl Relay {
    /// One before `target`.
    #[track_caller]
    pub fn before(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || serve(&listener, target, &serving));
        Self { address, shared }
    }

    /// What to write as the service's URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections were made through it.
    pub fn connections(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// From now on passes on nothing of the connections that exist, and tells neither end, as a
    /// firewall does that has lost its table. New connections work.
    pub fn forget(&self) {
        self.shared.forgotten.store(self.connections(), Ordering::SeqCst);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.leaving.store(true, Ordering::SeqCst);
        // One more connection, so that whoever waits for the next one sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(listener: &TcpListener, target: SocketAddr, shared: &Arc<Shared>) {
    loop {
        let Ok((client, _)) = listener.accept() else { continue };
        if shared.leaving.load(Ordering::SeqCst) {
            return;
        }
        let Ok(service) = TcpStream::connect(target) else { continue };
        let number = shared.accepted.fetch_add(1, Ordering::SeqCst) + 1;
        for (from, to) in [(&client, &service), (&service, &client)] {
            let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            let shared = Arc::clone(shared);
            std::thread::spawn(move || pass(from, to, &shared, number));
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, shared: &Shared, number: usize) {
    let mut piece = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut piece) {
        let forgotten = number <= shared.forgotten.load(Ordering::SeqCst);
        if !forgotten && to.write_all(&piece[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
