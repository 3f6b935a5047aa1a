//! Connections to the service that wait for their next request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;

use crate::dial::{Address, DialError, Sender, Stream, handshake};
use crate::telemetry::Stopwatch;

use super::RequestBody;

/// One worker's idle connections. The latest used is taken first, so that the rest may end.
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
    max_idle: usize,
    idle_timeout: Duration,
}

struct Idle {
    sender: Sender<RequestBody>,
    since: Stopwatch,
}

impl Pool {
    pub(super) fn new(max_idle: usize, idle_timeout: Duration) -> Self {
        Self { idle: Mutex::default(), max_idle, idle_timeout }
    }

    /// An idle connection that has not ended as far as we know.
    pub(super) fn take(self: &Arc<Self>) -> Option<Lease> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(Idle { sender, since }) = idle.pop() {
            if since.elapsed() >= self.idle_timeout {
                // All below it are older.
                idle.clear();
                return None;
            }
            if !sender.is_closed() {
                return Some(Lease { sender, pool: Arc::clone(self) });
            }
        }
        None
    }

    /// A new connection over `stream`.
    pub(super) async fn open(
        self: &Arc<Self>,
        stream: Stream,
        address: &Address,
    ) -> Result<Lease, DialError> {
        Ok(Lease { sender: handshake(stream, address).await?, pool: Arc::clone(self) })
    }

    fn put(&self, sender: Sender<RequestBody>) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.max_idle {
            idle.push(Idle { sender, since: Stopwatch::start() });
        }
    }
}

/// A connection in use. Dropping it closes the connection; [`Lease::give_back`] keeps it.
pub(super) struct Lease {
    sender: Sender<RequestBody>,
    pool: Arc<Pool>,
}

impl Lease {
    pub(super) async fn ready(&mut self) -> Result<(), hyper::Error> {
        self.sender.ready().await
    }

    pub(super) fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> impl Future<Output = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>> + use<>
    {
        self.sender.try_send_request(request)
    }

    /// Returns the connection to its pool. Right only when the response has been read to its
    /// end; should the service owe or be owed bytes all the same, the connection reports itself
    /// closed before its next use.
    pub(super) fn give_back(self) {
        self.pool.put(self.sender);
    }
}
