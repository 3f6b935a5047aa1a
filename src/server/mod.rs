//! Client connections: accepting them, their deadlines and their end. Knows HTTP framing, and no
//! door.

mod activity;
mod connection;
mod listener;
mod settings;
pub mod tls;
mod watched;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::service::Service;
use prometheus::{IntCounter, IntGauge};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::telemetry::{MetricError, Quiet, Registry};

use tls::{Facts, Terminator, Tls};

pub use listener::bind;
pub use settings::Settings;

/// How far the end has come. It only ever moves forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Connections are accepted and kept.
    Serving,
    /// Connections are accepted, and each response asks its client to close.
    Leaving,
    /// No connection is accepted; idle ones are closed, busy ones finish their request.
    Closing,
}

/// What all workers' listeners share.
pub struct Shared {
    settings: Settings,
    tls: Option<Terminator>,
    room: Arc<Semaphore>,
    open: IntGauge,
    accepted: IntCounter,
    accept_trouble: Quiet,
}

impl Shared {
    /// Prepares to serve within `settings`, over TLS if there is any.
    ///
    /// # Errors
    /// When its metrics are declared already.
    pub fn new(
        settings: Settings,
        tls: Option<Tls>,
        registry: &Registry,
    ) -> Result<Self, MetricError> {
        let metrics = tls::Metrics::register(registry)?;
        let public = |vec: prometheus::IntGaugeVec| vec.with_label_values(&["public"]);
        Ok(Self {
            room: Arc::new(Semaphore::new(settings.max_connections.min(Semaphore::MAX_PERMITS))),
            settings,
            tls: tls.map(|tls| Terminator::new("public", tls, &metrics)),
            open: public(registry.gauge_vec(
                "connections",
                "Client connections that are open.",
                &["listener"],
            )?),
            accepted: registry
                .counter_vec(
                    "connections_accepted_total",
                    "Client connections accepted.",
                    &["listener"],
                )?
                .with_label_values(&["public"]),
            accept_trouble: Quiet::new(Duration::from_secs(10)),
        })
    }

    /// The means to serve by other certificates; `None` without TLS.
    pub fn terminator(&self) -> Option<&Terminator> {
        self.tls.as_ref()
    }

    /// Whether no client is connected.
    pub fn is_idle(&self) -> bool {
        self.open.get() == 0
    }
}

/// Serves one worker's listener until `phase` says to close, then returns when every connection
/// has ended. `service_for` makes the service of each connection from the client's address, and
/// from what the handshake has settled where there was one.
///
/// Cancelling it aborts every connection; do that when patience ends.
pub async fn serve<F, S, B>(
    listener: TcpListener,
    shared: Arc<Shared>,
    phase: watch::Receiver<Phase>,
    service_for: F,
) where
    F: Fn(SocketAddr, Option<&Facts>) -> S + Clone + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: std::error::Error + Send + Sync,
{
    let mut connections = JoinSet::new();
    let start = |connections: &mut JoinSet<()>, accepted: Accepted| {
        let Accepted { stream, address, permit } = accepted;
        let service_for = service_for.clone();
        let ended = connection::run(
            stream,
            move |facts| service_for(address, facts),
            Arc::clone(&shared),
            phase.clone(),
            Guard::open(&shared, permit),
        );
        // Ends are collected as they come, so that the set holds live connections only.
        connections.spawn(ended);
        while connections.try_join_next().is_some() {}
    };
    let mut held = None;
    let mut watched = phase.clone();
    let mut closing = pin!(watched.wait_for(|phase| *phase == Phase::Closing));
    loop {
        tokio::select! {
            biased;
            // An error means that nobody is left to say anything: close.
            _ = &mut closing => break,
            accepted = accept(&listener, &shared, &mut held) => start(&mut connections, accepted),
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    // Whoever is in the queue already has connected: closing it now would reset them.
    if let Some((stream, address)) = held.take() {
        start(&mut connections, Accepted { stream, address, permit: None });
    }
    while let Some(accepted) = accept_queued(&listener).await {
        start(&mut connections, accepted);
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

struct Accepted {
    stream: TcpStream,
    address: SocketAddr,
    permit: Option<OwnedSemaphorePermit>,
}

/// The next connection, once there is room for it.
///
/// Room is taken after the connection, so that a worker that waits for clients does not keep
/// another's out. Cancelling this loses no connection: one that waits for room is in `held`.
async fn accept(
    listener: &TcpListener,
    shared: &Shared,
    held: &mut Option<(TcpStream, SocketAddr)>,
) -> Accepted {
    while held.is_none() {
        match listener.accept().await {
            Ok(connection) => *held = Some(connection),
            Err(error) => {
                if let Some(held_back) = shared.accept_trouble.pass() {
                    tracing::error!(%error, held_back, "cannot accept a connection");
                }
                // Out of descriptors, most often: at once again would only spin.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    loop {
        // The semaphore is never closed; were it, connections would be served without bound
        // rather than not at all.
        let permit = Arc::clone(&shared.room).acquire_owned().await.ok();
        if let Some((stream, address)) = held.take() {
            return Accepted { stream, address, permit };
        }
    }
}

/// A connection that waits in the kernel's queue, if any. Whoever is there has connected already
/// and is served beyond the limit rather than reset.
async fn accept_queued(listener: &TcpListener) -> Option<Accepted> {
    let accepted = tokio::time::timeout(Duration::from_millis(1), listener.accept()).await;
    let (stream, address) = accepted.ok()?.ok()?;
    Some(Accepted { stream, address, permit: None })
}

/// Counts a connection for as long as it lives.
struct Guard {
    open: IntGauge,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Guard {
    fn open(shared: &Shared, permit: Option<OwnedSemaphorePermit>) -> Self {
        shared.accepted.inc();
        shared.open.inc();
        Self { open: shared.open.clone(), _permit: permit }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.open.dec();
    }
}
