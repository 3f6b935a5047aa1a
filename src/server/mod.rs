//! Client connections: where they come in, their deadlines and their end. Knows HTTP framing, and no
//! door.

mod activity;
mod announced;
mod client;
mod connection;
mod crowd;
mod frames;
mod http1;
mod http2;
mod life;
mod listener;
mod metrics;
mod peers;
mod pieces;
mod settings;
mod socket;
mod stream;
mod streams;
mod takeover;
pub mod tls;
mod tracked;
mod watched;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use http::Request;
use http_body::Body;
use hyper::body::Incoming;
use prometheus::IntGauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::telemetry::{MetricError, Quiet, Registry};

use connection::Accepted;
use crowd::Crowd;
use metrics::{Ended, Metrics, Named};
use socket::{Acceptor, Socket};
use tls::Terminator;

pub use client::Client;
pub use listener::{Bound, address_for, bind};
pub use peers::{BadPeers, Peers};
pub use settings::{ClientField, Http2, Limits, Listener, Manner, Place, Settings};
pub use takeover::{Answer, Leaving, Taken, Takeover};

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
    room: Arc<Semaphore>,
    limits: ArcSwap<Limits>,
    crowd: Arc<Crowd>,
    entrances: Vec<Arc<Entrance>>,
    metrics: Arc<Metrics>,
    accept_trouble: Quiet,
}

/// What all workers share of one listener.
struct Entrance {
    name: Arc<str>,
    place: Place,
    manner: ArcSwap<Manner>,
    terminator: Option<Terminator>,
    metrics: Named,
}

impl Shared {
    /// Prepares to serve within `settings`.
    ///
    /// # Errors
    /// When its metrics are declared already.
    pub fn new(settings: &Settings, registry: &Registry) -> Result<Self, MetricError> {
        let metrics = Arc::new(Metrics::register(registry)?);
        let tls_metrics = tls::Metrics::register(registry)?;
        let terminator = |listener: &Listener| {
            let tls = listener.manner.tls.clone()?;
            Some(Terminator::new(&listener.name, tls, &tls_metrics))
        };
        let entrance = |listener: &Listener| {
            Arc::new(Entrance {
                terminator: terminator(listener),
                name: Arc::clone(&listener.name),
                place: listener.place.clone(),
                manner: ArcSwap::from_pointee(listener.manner.clone()),
                metrics: metrics.of(&listener.name),
            })
        };
        Ok(Self {
            room: Arc::new(Semaphore::new(settings.max_connections.min(Semaphore::MAX_PERMITS))),
            limits: ArcSwap::from_pointee(settings.limits.clone()),
            crowd: Arc::default(),
            entrances: settings.listeners.iter().map(entrance).collect(),
            metrics,
            accept_trouble: Quiet::new(Duration::from_secs(10)),
        })
    }

    /// What stands in the way of following `settings`, one sentence each. Clients of a port speak
    /// TLS or do not, and a file that was cut short must not make them send their tokens in clear.
    pub fn cannot_follow(&self, settings: &Settings) -> Vec<String> {
        let turned = settings.listeners.iter().filter_map(|listener| {
            let known = self.known(listener)?;
            let turned = known.terminator.is_some() != listener.manner.tls.is_some();
            let word = if listener.manner.tls.is_some() { "on" } else { "off" };
            turned.then(|| {
                format!(
                    "listener {:?}: TLS cannot be turned {word} while the process runs; restart it",
                    listener.name
                )
            })
        });
        turned.collect()
    }

    /// Serves new connections by other settings. Where listeners are, and how many connections
    /// there may be, stays.
    pub fn follow(&self, settings: &Settings) {
        self.limits.store(Arc::new(settings.limits.clone()));
        for listener in &settings.listeners {
            if let Some(entrance) = self.known(listener) {
                entrance.manner.store(Arc::new(listener.manner.clone()));
                if let (Some(terminator), Some(tls)) = (&entrance.terminator, &listener.manner.tls)
                {
                    terminator.follow(tls.clone());
                }
            }
        }
    }

    /// The one that is served under that name and in that place. What is said of a listener that
    /// has moved is about a place where nobody listens yet.
    fn known(&self, listener: &Listener) -> Option<&Arc<Entrance>> {
        let same =
            |known: &&Arc<Entrance>| known.name == listener.name && known.place == listener.place;
        self.entrances.iter().find(same)
    }

    /// Whether no client is connected.
    pub fn is_idle(&self) -> bool {
        self.entrances.iter().all(|entrance| entrance.metrics.open.get() == 0)
    }
}

impl Entrance {
    fn manner(&self) -> Arc<Manner> {
        self.manner.load_full()
    }
}

/// Serves one worker's socket of the listener at `place` of the settings until `phase` says to
/// close, then returns when every connection has ended. `service_for` makes the service of each
/// connection from who the client is.
///
/// Cancelling it aborts every connection; do that when patience ends.
///
/// # Errors
/// When the runtime cannot take the socket.
pub async fn serve<F, S, R, B>(
    bound: Bound,
    place: usize,
    shared: Arc<Shared>,
    phase: watch::Receiver<Phase>,
    service_for: F,
) -> io::Result<()>
where
    F: Fn(Client) -> S + Clone + Send + 'static,
    S: Fn(Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Answer<B>> + Send + 'static,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: std::error::Error + Send + Sync,
{
    let acceptor = Acceptor::new(bound)?;
    let Some(entrance) = shared.entrances.get(place).map(Arc::clone) else { return Ok(()) };
    let mut connections = JoinSet::new();
    let start = |connections: &mut JoinSet<()>, arrived: Arrived| {
        let Arrived { socket, address, permit } = arrived;
        let manner = entrance.manner.load();
        let (proxies, client_field) = (Arc::clone(&manner.trusted), manner.client_field);
        let trusted = proxies.contain(address.map(|at| at.ip()));
        let listener = Arc::clone(&entrance.name);
        let accepted = Accepted {
            socket,
            client: Client { listener, address, trusted, proxies, client_field, tls: None },
            entrance: Arc::clone(&entrance),
            limits: shared.limits.load_full(),
            crowd: Arc::clone(&shared.crowd),
            phase: phase.clone(),
            guard: Guard::open(&shared, &entrance, permit),
        };
        // Ends are collected as they come, so that the set holds live connections only.
        connections.spawn(connection::run(accepted, service_for.clone()));
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
            arrived = accept(&acceptor, &shared, &mut held) => start(&mut connections, arrived),
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    // Whoever is in the queue already has connected: closing it now would reset them.
    if let Some((socket, address)) = held.take() {
        start(&mut connections, Arrived { socket, address, permit: None });
    }
    while let Some(arrived) = accept_queued(&acceptor).await {
        start(&mut connections, arrived);
    }
    drop(acceptor);
    while connections.join_next().await.is_some() {}
    Ok(())
}

struct Arrived {
    socket: Socket,
    address: Option<SocketAddr>,
    permit: Option<OwnedSemaphorePermit>,
}

/// The next connection, once there is room for it.
///
/// Room is taken after the connection, so that a worker that waits for clients does not keep
/// another's out. Cancelling this loses no connection: one that waits for room is in `held`.
async fn accept(
    acceptor: &Acceptor,
    shared: &Shared,
    held: &mut Option<(Socket, Option<SocketAddr>)>,
) -> Arrived {
    while held.is_none() {
        match acceptor.accept().await {
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
        if let Some((socket, address)) = held.take() {
            return Arrived { socket, address, permit };
        }
    }
}

/// A connection that waits in the kernel's queue, if any. Whoever is there has connected already
/// and is served beyond the limit rather than reset.
async fn accept_queued(acceptor: &Acceptor) -> Option<Arrived> {
    let accepted = tokio::time::timeout(Duration::from_millis(1), acceptor.accept()).await;
    let (socket, address) = accepted.ok()?.ok()?;
    Some(Arrived { socket, address, permit: None })
}

/// Counts a connection for as long as it lives.
struct Guard {
    open: IntGauge,
    metrics: Arc<Metrics>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Guard {
    fn open(shared: &Shared, entrance: &Entrance, permit: Option<OwnedSemaphorePermit>) -> Self {
        entrance.metrics.accepted.inc();
        let open = entrance.metrics.open.clone();
        open.inc();
        Self { open, metrics: Arc::clone(&shared.metrics), _permit: permit }
    }

    /// We ended it, or cannot say that the client did it well.
    fn count(&self, why: Ended) {
        self.metrics.ended.count(why);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.open.dec();
    }
}
