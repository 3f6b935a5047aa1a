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
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
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
pub struct Probes(BTreeMap<String, Arc<Probe>>);

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
    name: String,
    target: Target,
    dialer: Dialer,
    timeout: Duration,
    /// The question that is being asked. Whoever wants to know meanwhile gets its answer: so others
    /// than a kubelet take none of the application's connections, and none of its chances either.
    under_way: Mutex<Option<WeakShared<Asking>>>,
    /// What came of it last, for the log: only a change is news.
    last: AtomicU8,
}

type Asking = BoxFuture<'static, Verdict>;

impl Probes {
    /// Prepares to ask. Nothing is opened yet.
    ///
    /// # Errors
    /// When TLS cannot be set up at all.
    pub fn new(settings: &Settings) -> Result<Self, TrustError> {
        let Settings { targets, timeout } = settings;
        let mut all = BTreeMap::new();
        for (name, target) in targets {
            let probe = Probe::new(name, target.clone(), *timeout)?;
            all.insert(name.clone(), Arc::new(probe));
        }
        Ok(Self(all))
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Asks the one of that name, over a connection of its own, within the timeout; or waits for the
    /// answer that somebody else is waiting for. When all who wait have cancelled it, the connection
    /// is closed.
    pub async fn ask(&self, name: &str) -> Verdict {
        match self.0.get(name) {
            Some(probe) => probe.joined().await,
            None => Verdict::Unknown,
        }
    }
}

impl Probe {
    fn new(name: &str, target: Target, timeout: Duration) -> Result<Self, TrustError> {
        let protocol = match target.question() {
            Question::Health { .. } => Protocol::Http2,
            Question::Connection | Question::Http { .. } => Protocol::Http1,
        };
        let dialer = Dialer::speaking(protocol, target.endpoint().clone(), timeout)?;
        let (under_way, last) = (Mutex::new(None), AtomicU8::new(NEVER));
        Ok(Self { name: name.to_owned(), target, dialer, timeout, under_way, last })
    }

    /// The answer to the question that is under way, or to a new one.
    fn joined(self: &Arc<Self>) -> Shared<Asking> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = under_way.as_ref().and_then(WeakShared::upgrade);
        if let Some(asked) = asked.filter(|asked| asked.peek().is_none()) {
            return asked;
        }
        let asking = Arc::clone(self).verdict().boxed().shared();
        *under_way = asking.downgrade();
        asking
    }

    async fn verdict(self: Arc<Self>) -> Verdict {
        let asked = timeout(self.timeout, Box::pin(self.ask())).await;
        let asked = asked.unwrap_or(Err(Unwell::Deadline { limit: self.timeout }));
        self.note(&asked);
        match asked {
            Ok(said) => Verdict::Well(said),
            Err(unwell) => Verdict::Unwell(error::told(&unwell)),
        }
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
    fn note(&self, asked: &Result<String, Unwell>) {
        let name = &self.name;
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
