//! The thread on which a client and its service live, and the service's beginning.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};

use crate::support::{Certificate, DEADLINE};

use super::service::{Notes, Peer};

/// A thread that does whatever it is asked to wait for, so that a test is one step after another.
pub(super) struct Driver {
    pub(super) handle: Handle,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Driver {
    pub(super) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            // What is still to be done by then nobody waits for.
            let _ = runtime.block_on(stopped);
        });
        Self { handle, stop: Mutex::new(Some(stop)), thread: Mutex::new(Some(thread)) }
    }

    /// Ends everything on it at once, as the end of a process would.
    pub(super) fn stop(&self) {
        drop(self.stop.lock().unwrap().take());
        if let Some(thread) = self.thread.lock().unwrap().take() {
            let _ = thread.join();
        }
    }

    #[track_caller]
    pub(super) fn wait<F: Future>(&self, what: F) -> F::Output {
        let waited = self.handle.block_on(async { tokio::time::timeout(DEADLINE, what).await });
        waited.expect("it does not take that long")
    }

    /// Serves until the end of the thread, over TLS where there is a certificate to show. Returns
    /// where, and what the service notes.
    #[track_caller]
    pub(super) fn serve(&self, certificate: Option<&Certificate>) -> (SocketAddr, Arc<Notes>) {
        let listener = self.wait(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let peer = Peer::default();
        let notes = Arc::clone(&peer.0);
        let mut server = Server::builder();
        if let Some(certificate) = certificate {
            let read = |path| std::fs::read(path).unwrap();
            let identity =
                Identity::from_pem(read(certificate.ca_file()), read(certificate.key_file()));
            server = server.tls_config(ServerTlsConfig::new().identity(identity)).unwrap();
        }
        self.handle.spawn(async move {
            let ends = server.serve_with_incoming(peer, TcpIncoming::from(listener));
            ends.await.expect("the service does not fail");
        });
        (address, notes)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stop();
    }
}
