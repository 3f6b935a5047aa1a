//! Getting one question to the identity service and one answer back: connections, deadlines,
//! bounded retries. Knows HTTP, not Keystone.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header, request};
use http_body_util::{BodyExt, Full, Limited};

use crate::dial::{DialError, Dialer, Endpoint, Security, Sender, TrustError, handshake};
use crate::telemetry::Stopwatch;

use super::USER_AGENT;
use super::error::Fault;
use super::metrics::{Metrics, Operation};

/// The longest answer that is read. A project token with a large catalogue is some 100 KiB.
const MAX_ANSWER: usize = 1024 * 1024;

/// Idle connections kept; more questions at once open more connections and drop them after.
const MAX_IDLE: usize = 16;

/// The first pause before a connection failure is tried again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Older than this, an idle connection is not trusted: what lies between may have forgotten it
/// without a word, and finding out would cost a whole deadline.
const MAX_IDLE_AGE: Duration = Duration::from_secs(30);

type Exchange = Sender<Full<Bytes>>;

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// How connections to one place are made.
pub(super) struct Way {
    dialer: Dialer,
    security: Arc<Security>,
    connect_timeout: Duration,
}

impl Way {
    /// To `endpoint`, where both sides prove who they are by `security`.
    pub(super) fn new(
        endpoint: Endpoint,
        security: Arc<Security>,
        connect_timeout: Duration,
    ) -> Result<Self, TrustError> {
        let dialer = Dialer::new(endpoint.secured_by(&security), connect_timeout)?;
        Ok(Self { dialer, security, connect_timeout })
    }

    fn secured_by(&self, security: Arc<Security>) -> Result<Self, TrustError> {
        Self::new(self.dialer.endpoint().clone(), security, self.connect_timeout)
    }
}

/// Questions to one identity service.
pub(super) struct Transport {
    way: ArcSwap<Way>,
    /// What is in force; the way follows it when it is gone next. Connections that are kept stay.
    security: Arc<ArcSwap<Security>>,
    idle: Mutex<Vec<(Exchange, Stopwatch)>>,
    retries: u32,
    metrics: Metrics,
}

impl Transport {
    pub(super) fn new(
        way: Way,
        security: Arc<ArcSwap<Security>>,
        retries: u32,
        metrics: Metrics,
    ) -> Self {
        let way = ArcSwap::from_pointee(way);
        Self { way, security, idle: Mutex::default(), retries, metrics }
    }

    /// The head that every question begins with.
    pub(super) fn request(&self, method: Method, path: &str) -> request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.way.load().dialer.endpoint().authority)
            .header(header::ACCEPT, "application/json")
            .header(header::USER_AGENT, USER_AGENT)
    }

    /// Asks once, and again while no answer came because the connection failed. Redirects are
    /// not followed. The caller sets the deadline; cancelling closes the connection in use, so
    /// no later question can read this one's answer.
    pub(super) async fn ask(
        &self,
        operation: Operation,
        question: &(dyn Fn() -> Request<Full<Bytes>> + Sync),
    ) -> Result<Answer, Fault> {
        let asking = self.metrics.begin(operation);
        let result = self.try_until_spent(question).await;
        asking.end(result.as_ref().map(|answer| answer.status).ok());
        result
    }

    async fn try_until_spent(
        &self,
        question: &(dyn Fn() -> Request<Full<Bytes>> + Sync),
    ) -> Result<Answer, Fault> {
        // A connection that sat idle may have been closed meanwhile; that costs nothing but a
        // fresh one. All three questions we ask may be repeated.
        while let Some(mut exchange) = self.reuse() {
            match self.send(&mut exchange, question()).await {
                Ok(answer) => return Ok(self.keep(exchange, answer)),
                Err(Fault::Connect) => self.metrics.retries.inc(),
                Err(fault) => return Err(fault),
            }
        }
        let mut pause = FIRST_PAUSE;
        for _ in 0..self.retries {
            match self.fresh(question()).await {
                Err(Fault::Connect) => {}
                settled => return settled,
            }
            // Half of the pause is random, so that many proxies do not knock together.
            tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
            pause *= 2;
            self.metrics.retries.inc();
        }
        self.fresh(question()).await
    }

    async fn fresh(&self, request: Request<Full<Bytes>>) -> Result<Answer, Fault> {
        let way = self.way()?;
        let stream = way.dialer.connect().await.map_err(|error| fault_of(&error))?;
        let mut exchange = handshake(stream, &way.dialer.endpoint().address)
            .await
            .map_err(|error| fault_of(&error))?;
        let answer = self.send(&mut exchange, request).await?;
        Ok(self.keep(exchange, answer))
    }

    /// The way by what is in force now.
    fn way(&self) -> Result<Arc<Way>, Fault> {
        let (way, security) = (self.way.load_full(), self.security.load_full());
        if Arc::ptr_eq(&way.security, &security) {
            return Ok(way);
        }
        let way = way.secured_by(security).map_err(|error| {
            tracing::warn!(%error, "the identity service's certificate cannot be checked");
            Fault::Tls
        })?;
        let way = Arc::new(way);
        self.way.store(Arc::clone(&way));
        Ok(way)
    }

    async fn send(
        &self,
        exchange: &mut Exchange,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, Fault> {
        let unanswered = |error: hyper::Error| {
            tracing::debug!(%error, "no answer from the identity service");
            if error.is_parse() { Fault::Malformed } else { Fault::Connect }
        };
        exchange.ready().await.map_err(unanswered)?;
        let response = exchange.send_request(request).await.map_err(unanswered)?;
        let (head, body) = response.into_parts();
        // From here on an answer exists: what goes wrong with it is no reason to ask again.
        let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| {
            tracing::debug!(%error, "the identity service's answer is cut short or too long");
            Fault::Malformed
        })?;
        Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
    }

    /// Drops every idle connection: one just went silent, and the others may have too.
    pub(super) fn distrust_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn reuse(&self) -> Option<Exchange> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((exchange, since)) = idle.pop() {
            if !exchange.is_closed() && since.elapsed() < MAX_IDLE_AGE {
                return Some(exchange);
            }
        }
        None
    }

    fn keep(&self, exchange: Exchange, answer: Answer) -> Answer {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE && !exchange.is_closed() {
            idle.push((exchange, Stopwatch::start()));
        }
        answer
    }
}

fn fault_of(error: &DialError) -> Fault {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::debug!(%error, cause, "no connection to the identity service");
    match error {
        DialError::Connect { .. } | DialError::Http { .. } => Fault::Connect,
        DialError::Deadline { .. } => Fault::Deadline,
        DialError::Protocol { .. } | DialError::Tls { .. } => Fault::Tls,
    }
}
