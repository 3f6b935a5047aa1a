//! How the application behind us is, asked for whoever watches the pod: a kubelet cannot reach an
//! application that listens on loopback or on a unix socket.
//!
//! Nothing of the request that asks is passed on, and nothing of the answer but its status. What is
//! asked is what the configuration says, and nothing else can be.

mod error;
mod grpc;
mod health;
mod http1;
mod target;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::dial::{Dialer, Multiplexing, Protocol, Stream, TrustError, multiplex};

use error::Unwell;
use target::Question;

pub use target::Target;

/// What may be asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// By the names under which it is asked.
    pub targets: BTreeMap<String, Target>,
    /// Bound on one answer, from connecting on.
    pub timeout: Duration,
}

/// Asks.
pub struct Probes {
    all: BTreeMap<String, Probe>,
    timeout: Duration,
}

/// What came of asking; each text is one line for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The application is well.
    Well(String),
    /// It is not, or nobody knows.
    Unwell(String),
    /// There is no probe of that name.
    Unknown,
}

/// One of them.
struct Probe {
    target: Target,
    dialer: Dialer,
    room: Semaphore,
    /// What came of it last, for the log: only a change is news.
    last: AtomicU8,
}

/// How often one may be asked at once. A kubelet asks one thing at a time; more is somebody else,
/// and must not take the application's connections.
const AT_ONCE: usize = 4;

impl Probes {
    /// Prepares to ask. Nothing is opened yet.
    ///
    /// # Errors
    /// When TLS cannot be set up at all.
    pub fn new(settings: &Settings) -> Result<Self, TrustError> {
        let Settings { targets, timeout } = settings;
        let mut all = BTreeMap::new();
        for (name, target) in targets {
            all.insert(name.clone(), Probe::new(target.clone(), *timeout)?);
        }
        Ok(Self { all, timeout: *timeout })
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// Asks the one of that name, over a connection of its own, within the timeout. Cancelling it
    /// closes that connection.
    pub async fn ask(&self, name: &str) -> Verdict {
        let Some(probe) = self.all.get(name) else { return Verdict::Unknown };
        let Ok(_place) = probe.room.try_acquire() else {
            return Verdict::Unwell(error::told(&Unwell::Busy { limit: AT_ONCE }));
        };
        let asked = timeout(self.timeout, Box::pin(probe.ask())).await;
        let asked = asked.unwrap_or(Err(Unwell::Deadline { limit: self.timeout }));
        probe.note(name, &asked);
        match asked {
            Ok(said) => Verdict::Well(said),
            Err(unwell) => Verdict::Unwell(error::told(&unwell)),
        }
    }
}

impl Probe {
    fn new(target: Target, timeout: Duration) -> Result<Self, TrustError> {
        let protocol = match target.question() {
            Question::Health { .. } => Protocol::Http2,
            Question::Connection | Question::Http { .. } => Protocol::Http1,
        };
        let dialer = Dialer::speaking(protocol, target.endpoint().clone(), timeout)?;
        let (room, last) = (Semaphore::new(AT_ONCE), AtomicU8::new(NEVER));
        Ok(Self { target, dialer, room, last })
    }

    async fn ask(&self) -> Result<String, Unwell> {
        let stream = self.dialer.connect().await?;
        match self.target.question() {
            Question::Connection => Ok("the application takes connections".to_owned()),
            Question::Http { path, headers } => {
                let endpoint = self.target.endpoint();
                http1::ask(stream, endpoint, path, headers).await
            }
            Question::Health { service } => self.health(stream, service).await,
        }
    }

    async fn health(&self, stream: Stream, service: &str) -> Result<String, Unwell> {
        let endpoint = self.target.endpoint();
        let once = Multiplexing { max_streams: 1, ping_interval: None };
        let sender = multiplex(stream, &endpoint.address, once).await?;
        grpc::ask(sender, endpoint, service).await
    }

    /// Says in the log when it turns from well to unwell, and back.
    fn note(&self, name: &str, asked: &Result<String, Unwell>) {
        let now = if asked.is_ok() { WELL } else { UNWELL };
        let before = self.last.swap(now, Ordering::Relaxed);
        match asked {
            Err(unwell) if before != UNWELL => {
                let reason = error::told(unwell);
                tracing::warn!(probe = name, reason, "the application fails its probe");
            }
            Ok(_) if before == UNWELL => {
                tracing::info!(probe = name, "the application passes its probe again");
            }
            Ok(_) | Err(_) => {}
        }
    }
}

const NEVER: u8 = 0;
const WELL: u8 = 1;
const UNWELL: u8 = 2;
