//! A service that records every request to the byte, and answers as it is told.

mod call;
mod listener;
mod request;

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Certificate, eventually};
use listener::Door;

pub use call::Call;
pub use request::Request;

/// The guarded service.
pub struct Upstream {
    place: Place,
    shared: Arc<Shared>,
}

enum Place {
    Tcp(SocketAddr),
    Tls(SocketAddr),
    Unix(PathBuf),
}

type Answer = Arc<dyn Fn(&mut Call<'_>) -> io::Result<()> + Send + Sync>;
type Sever = Box<dyn Fn() + Send>;

/// What all connections share.
struct Shared {
    answer: Mutex<Answer>,
    seen: Mutex<Vec<Request>>,
    severs: Mutex<HashMap<usize, Sever>>,
    connections: AtomicUsize,
    leaving: AtomicBool,
}

impl Upstream {
    /// One on loopback.
    #[track_caller]
    pub fn start() -> Self {
        Self::at("127.0.0.1:0")
    }

    /// One on this address.
    #[track_caller]
    pub fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().unwrap();
        Self::behind(Place::Tcp(address), Door::Tcp(listener))
    }

    /// One that speaks TLS.
    #[track_caller]
    pub fn over_tls(certificate: &Certificate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().unwrap();
        Self::behind(Place::Tls(address), Door::Tls(listener, certificate.server()))
    }

    /// One on a unix socket.
    #[track_caller]
    pub fn on_unix_socket(path: &Path) -> Self {
        let listener = UnixListener::bind(path).expect("a socket");
        Self::behind(Place::Unix(path.to_owned()), Door::Unix(listener))
    }

    fn behind(place: Place, door: Door) -> Self {
        let shared = Arc::new(Shared {
            answer: Mutex::new(Arc::new(|call: &mut Call<'_>| {
                call.receive()?;
                call.respond(200, &[("Content-Type", "application/json")], b"{\"here\": true}\n")
            })),
            seen: Mutex::default(),
            severs: Mutex::default(),
            connections: AtomicUsize::new(0),
            leaving: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || door.serve(&serving));
        Self { place, shared }
    }

    /// What to write as `upstream.url`.
    pub fn url(&self) -> String {
        match &self.place {
            Place::Tcp(address) => format!("http://{address}"),
            Place::Tls(address) => format!("https://{address}"),
            Place::Unix(path) => format!("unix:{}", path.display()),
        }
    }

    /// Answers from now on by `answer`. An error closes the connection.
    pub fn answer(&self, answer: impl Fn(&mut Call<'_>) -> io::Result<()> + Send + Sync + 'static) {
        *self.shared.answer.lock().unwrap() = Arc::new(answer);
    }

    /// Answers from now on with this.
    pub fn respond(&self, status: u16, fields: &[(&str, &str)], body: &[u8]) {
        let body = body.to_vec();
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        self.answer(move |call| {
            call.receive()?;
            let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            call.respond(status, &fields, &body)
        });
    }

    /// Answers from now on with exactly these bytes and closes.
    pub fn respond_raw(&self, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.answer(move |call| {
            call.receive()?;
            call.wire.send(&bytes)?;
            call.close();
            Ok(())
        });
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen().clone()
    }

    /// How many requests came.
    pub fn count(&self) -> usize {
        self.seen().len()
    }

    /// The latest request.
    #[track_caller]
    pub fn last(&self) -> Request {
        self.seen().last().cloned().expect("no request has reached the service")
    }

    /// Forgets the requests, not the connections.
    pub fn forget(&self) {
        self.seen().clear();
    }

    /// Waits for the `count`-th request's head.
    #[track_caller]
    pub fn wait_for(&self, count: usize) {
        eventually("a request reaches the service", || self.count() >= count);
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many of them are open.
    pub fn open_connections(&self) -> usize {
        self.shared.severs.lock().unwrap().len()
    }

    /// Says on every connection that no more will come, and closes it when the proxy does.
    pub fn sever(&self) {
        for sever in self.shared.severs.lock().unwrap().values() {
            sever();
        }
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Request>> {
        self.shared.seen.lock().unwrap()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.leaving.store(true, Ordering::SeqCst);
        self.sever();
        // One more connection, so that whoever waits for the next one sees that it is over.
        match &self.place {
            Place::Tcp(address) | Place::Tls(address) => {
                drop(std::net::TcpStream::connect(address));
            }
            Place::Unix(path) => drop(std::os::unix::net::UnixStream::connect(path)),
        }
    }
}
