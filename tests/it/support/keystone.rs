//! An identity service on a port of its own, which can go away and come back.

use std::net::{SocketAddr, TcpListener};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use keystone_double::{Calls, Double, Profile, Seen, World};
use rustls::ServerConfig;
use socket2::{Domain, Socket, Type};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::{Certificate, DEADLINE, eventually};

/// A running double. Everything that a double can do, it can.
pub struct Keystone {
    double: Double,
    address: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    state: Mutex<State>,
}

enum State {
    Running {
        stop: oneshot::Sender<()>,
        thread: JoinHandle<()>,
    },
    /// The socket holds the port without listening, so that connections are refused and nobody
    /// else gets it meanwhile.
    Stopped(Socket),
    Gone,
}

impl Keystone {
    /// Upstream Keystone with the sample world.
    #[track_caller]
    pub fn start() -> Self {
        Self::at("127.0.0.1:0")
    }

    /// The same on this address.
    #[track_caller]
    pub fn at(address: &str) -> Self {
        Self::of(Double::new(World::sample()), address, None)
    }

    /// Another cloud's, with the sample world.
    #[track_caller]
    pub fn with_profile(profile: Profile) -> Self {
        Self::of(Double::with_profile(World::sample(), profile), "127.0.0.1:0", None)
    }

    /// Any double, over TLS with a certificate.
    #[track_caller]
    pub fn over_tls(double: Double, certificate: &Certificate) -> Self {
        Self::of(double, "127.0.0.1:0", Some(certificate.server()))
    }

    /// The same for those alone who show the certificate `client`.
    #[track_caller]
    pub fn over_mutual_tls(certificate: &Certificate, client: &Certificate) -> Self {
        let double = Double::new(World::sample());
        Self::of(double, "127.0.0.1:0", Some(certificate.server_for(client)))
    }

    #[track_caller]
    fn of(double: Double, address: &str, tls: Option<Arc<ServerConfig>>) -> Self {
        let socket = bind(address.parse().unwrap());
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        let state = Mutex::new(State::Stopped(socket));
        let keystone = Self { double, address, tls, state };
        keystone.restart();
        keystone
    }

    /// What to write as `keystone.auth_url`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes everything; connections are refused from now on.
    #[track_caller]
    pub fn stop(&self) {
        let mut state = self.state.lock().unwrap();
        *state = match std::mem::replace(&mut *state, State::Gone) {
            State::Running { stop, thread } => {
                let _ = stop.send(());
                thread.join().expect("the identity service ends well");
                State::Stopped(bind(self.address))
            }
            stopped => stopped,
        }
    }

    /// Comes back on the same port.
    #[track_caller]
    pub fn restart(&self) {
        self.stop();
        let mut state = self.state.lock().unwrap();
        let State::Stopped(socket) = std::mem::replace(&mut *state, State::Gone) else {
            panic!("the identity service has no port");
        };
        socket.listen(1024).expect("the port is still ours");
        socket.set_nonblocking(true).unwrap();
        let (stop, stopped) = oneshot::channel();
        let (double, tls) = (self.double.clone(), self.tls.clone());
        let thread = std::thread::spawn(move || serve(&double, socket.into(), tls, stopped));
        *state = State::Running { stop, thread };
    }

    /// Waits until the counts fulfil a condition.
    #[track_caller]
    pub fn wait(&self, what: &str, condition: impl Fn(&Calls) -> bool) {
        eventually(what, || condition(&self.double.calls()));
    }

    /// How many validations it was asked for.
    pub fn validations(&self) -> u64 {
        self.double.calls().validations
    }

    /// The validations it was asked for, oldest first.
    pub fn questions(&self) -> Vec<Seen> {
        let all = self.double.requests().into_iter();
        all.filter(|seen| seen.method == "GET" && seen.path == "/v3/auth/tokens").collect()
    }
}

impl Deref for Keystone {
    type Target = Double;

    fn deref(&self) -> &Double {
        &self.double
    }
}

impl Drop for Keystone {
    fn drop(&mut self) {
        let Ok(state) = self.state.get_mut() else { return };
        if let State::Running { stop, thread } = std::mem::replace(state, State::Gone) {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

#[track_caller]
fn bind(address: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.bind(&address.into()).expect("a port");
    socket
}

fn serve(
    double: &Double,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let serving = async {
            match tls {
                None => double.serve(listener).await,
                Some(config) => serve_tls(double, &listener, TlsAcceptor::from(config)).await,
            }
        };
        tokio::select! {
            () = serving => {}
            _ = stopped => {}
        }
    });
    runtime.shutdown_timeout(DEADLINE);
}

async fn serve_tls(double: &Double, listener: &tokio::net::TcpListener, tls: TlsAcceptor) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (tls, double) = (tls.clone(), double.clone());
        connections.spawn(async move {
            // A client that does not trust us leaves here.
            if let Ok(stream) = tls.accept(stream).await {
                double.serve_stream(stream).await;
            }
        });
    }
}
