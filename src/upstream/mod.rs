//! The service we guard: connections to it, and what may cross them.
//!
//! One of these belongs to one worker, so that a request and its response stay on one thread.
//! It knows nothing of tokens or decisions.

mod hop;
mod line;
mod metrics;
mod pool;
mod request_body;
mod response_body;
mod settings;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;

use crate::dial::{DialError, Dialer, TrustError};
use crate::telemetry::Stopwatch;

use metrics::Named;
use pool::{Lease, Pool};

pub use hop::{BadConnection, is_hop_by_hop, nominated};
pub use metrics::Metrics;
pub use request_body::{BodyError, RequestBody};
pub use response_body::ResponseBody;
pub use settings::Settings;

/// How often idle connections are looked after. Nobody else notices that one has ended.
const TEND_EVERY: Duration = Duration::from_secs(1);

/// Why the guarded service did not answer.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// It answered with something that is not HTTP, or closed the connection first.
    #[error("the service broke off")]
    Broken(#[source] hyper::Error),
    /// The client broke off its own request, or framed it wrongly on the way.
    #[error("the client broke off its request")]
    Client(#[source] hyper::Error),
    /// It could not be reached.
    #[error(transparent)]
    Connect(#[from] DialError),
    /// The client's body is longer than allowed.
    #[error("the body is longer than this route takes")]
    BodyTooLong,
    /// It took too long.
    #[error("the service did not answer within {0:?}")]
    Deadline(Duration),
    /// It switched protocols unasked, framed its body in two ways, or sent a `Connection` field
    /// that is no list of names.
    #[error("the service's response cannot be passed on")]
    Unusable,
}

/// The guarded service, as one worker reaches it.
pub struct Upstream {
    dialer: Arc<Dialer>,
    pool: Arc<Pool>,
    authority: HeaderValue,
    response_timeout: Duration,
    metrics: Named,
}

/// The service's address could never be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is no legal `Host`.
    #[error("upstream: the address is no legal Host value")]
    Authority,
    /// Its certificate could never be checked.
    #[error("upstream: {0}")]
    Trust(#[from] TrustError),
}

impl Upstream {
    /// Prepares to reach the service that `settings` name, called `name` in metrics. Nothing is
    /// opened yet.
    ///
    /// # Errors
    /// When its certificate could never be checked.
    pub fn new(name: &str, settings: &Settings, metrics: &Metrics) -> Result<Self, SetupError> {
        let endpoint = settings.endpoint.clone();
        let authority = endpoint.authority.parse().map_err(|_| SetupError::Authority)?;
        Ok(Self {
            dialer: Arc::new(Dialer::new(endpoint, settings.connect_timeout)?),
            pool: Arc::new(Pool::new(settings.max_idle, settings.idle_timeout)),
            authority,
            response_timeout: settings.response_timeout,
            metrics: metrics.of(name),
        })
    }

    /// The same service as another worker reaches it: over connections of its own.
    #[must_use]
    pub fn for_another_worker(&self) -> Self {
        Self {
            dialer: Arc::clone(&self.dialer),
            pool: Arc::new(self.pool.empty()),
            authority: self.authority.clone(),
            response_timeout: self.response_timeout,
            metrics: self.metrics.clone(),
        }
    }

    /// Lets go of connections that nobody uses any more. Runs until cancelled, on the worker that
    /// this belongs to.
    pub async fn tend(&self) {
        loop {
            tokio::time::sleep(TEND_EVERY).await;
            self.pool.sweep();
        }
    }

    /// Sends `request`, whose target is a path, and returns the head of the response as soon as
    /// it arrives; its body streams. Fields that concern one connection are gone from it.
    ///
    /// A request that was certainly never sent is sent again on a fresh connection; a safe one
    /// without a body also when an old connection died under it, made anew by `again`. Anything
    /// else reaches the service at most once. Cancelling closes the connection.
    ///
    /// The result holds an error at the latest when neither the request's body has moved nor an
    /// answer has come for the response timeout.
    pub async fn forward(
        &self,
        mut request: Request<RequestBody>,
        again: impl Fn() -> Option<Request<RequestBody>>,
    ) -> Exchanged {
        let watch = Stopwatch::start();
        self.name_host(&mut request);
        let result = self.send(request, again).await.and_then(|(mut response, lease)| {
            // No upgrade is ever asked for, so none can be granted; and a body whose length is
            // stated in two ways has two ends.
            let unasked = response.status() == StatusCode::SWITCHING_PROTOCOLS;
            let ambiguous = [header::TRANSFER_ENCODING, header::CONTENT_LENGTH]
                .iter()
                .all(|name| response.headers().contains_key(name));
            if unasked || ambiguous || hop::remove_hop_by_hop(response.headers_mut()).is_err() {
                return Err(UpstreamError::Unusable);
            }
            Ok(response.map(|body| ResponseBody::new(body, lease)))
        });
        let took = watch.elapsed();
        self.metrics.observe(&result, took);
        Exchanged { result, took }
    }

    fn name_host(&self, request: &mut Request<RequestBody>) {
        if !request.headers().contains_key(header::HOST) {
            request.headers_mut().insert(header::HOST, self.authority.clone());
        }
    }

    async fn send(
        &self,
        mut request: Request<RequestBody>,
        again: impl Fn() -> Option<Request<RequestBody>>,
    ) -> Result<(Response<Incoming>, Lease), UpstreamError> {
        // Safe by its method (RFC 9110, section 9.2.1), so sending it twice does no harm.
        let repeatable = request.body().is_empty() && request.method().is_safe();
        while let Some(mut lease) = self.pool.take() {
            let Failed { error, unsent } = match self.exchange(&mut lease, request).await {
                Ok(response) => return Ok((response, lease)),
                Err(failed) => failed,
            };
            if !matches!(error, UpstreamError::Broken(_)) {
                return Err(error);
            }
            request = match unsent {
                Some(unsent) => unsent,
                None if repeatable => again().ok_or(error)?,
                None => return Err(error),
            };
            self.name_host(&mut request);
            self.metrics.retries.inc();
        }
        let mut lease = self.connect().await?;
        match self.exchange(&mut lease, request).await {
            Ok(response) => Ok((response, lease)),
            Err(failed) => Err(failed.error),
        }
    }

    async fn connect(&self) -> Result<Lease, UpstreamError> {
        let watch = Stopwatch::start();
        let stream = self.dialer.connect().await?;
        let lease = self.pool.open(stream, &self.dialer.endpoint().address).await?;
        self.metrics.connects.observe(watch.elapsed().as_secs_f64());
        Ok(lease)
    }

    async fn exchange(
        &self,
        lease: &mut Lease,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, Failed> {
        match lease.line.send(request, self.response_timeout).await {
            Some(Ok(response)) => Ok(response),
            Some(Err(mut failed)) => {
                let unsent = failed.take_message();
                let error = failed.into_error();
                // What hyper calls the user is whoever feeds it the request's body.
                let cause = std::error::Error::source(&error).and_then(|e| e.downcast_ref());
                let error = if matches!(cause, Some(BodyError::TooLong)) {
                    UpstreamError::BodyTooLong
                } else if error.is_user() {
                    UpstreamError::Client(error)
                } else {
                    UpstreamError::Broken(error)
                };
                Err(Failed { error, unsent })
            }
            None => {
                Err(Failed { error: UpstreamError::Deadline(self.response_timeout), unsent: None })
            }
        }
    }
}

/// What came of a request to the service, and how long that took.
pub struct Exchanged {
    /// The response, or why there is none.
    pub result: Result<Response<ResponseBody>, UpstreamError>,
    /// From sending to the head of the response.
    pub took: Duration,
}

/// A failed exchange, and the request if it was certainly never sent.
struct Failed {
    error: UpstreamError,
    unsent: Option<Request<RequestBody>>,
}
