//! The reverse proxy: decide, rewrite, forward, relay.

use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header};
use http_body::Body as _;
use hyper::body::Incoming;

use crate::admission::{AccessRequest, Admission, Grant};
use crate::identity::strip_client_headers;
use crate::telemetry::{ACCESS_TARGET, Access, Stopwatch};
use crate::upstream::{RequestBody, Upstream, UpstreamError, remove_hop_by_hop};

use super::body::Body;
use super::metrics::{Metrics, Reason, Rejected};
use super::origin::{Peer, set_forwarded};
use super::record::Record;
use super::reply::{Gateway, Refusal, Reply, challenge, reply};
use super::request_id::{self, REQUEST_ID};
use super::{Settings, credentials};

/// What all workers' doors have in common.
pub struct Shared {
    admission: Admission,
    challenge: HeaderValue,
    pub(super) access: Access,
    pub(super) metrics: Metrics,
}

impl Shared {
    /// Puts a door's parts together. `None` when the identity service's public address cannot
    /// stand in a header.
    pub fn new(
        settings: &Settings,
        admission: Admission,
        access: Access,
        metrics: Metrics,
    ) -> Option<Self> {
        let challenge = challenge(&settings.www_authenticate_uri)?;
        Some(Self { admission, challenge, access, metrics })
    }

    pub(super) fn logs_access(&self) -> bool {
        self.access != Access::Off && tracing::enabled!(target: ACCESS_TARGET, tracing::Level::INFO)
    }
}

/// The door of one worker.
pub struct ReverseProxy {
    shared: Arc<Shared>,
    upstream: Upstream,
}

impl ReverseProxy {
    /// A door to `upstream`.
    pub fn new(shared: Arc<Shared>, upstream: Upstream) -> Self {
        Self { shared, upstream }
    }

    /// Answers one request: by the service, if Keystone vouches for its token, or by a refusal.
    ///
    /// Cancelling it, as a client does by leaving, closes the connection to the service but never
    /// the question to Keystone that others wait for.
    pub async fn handle(&self, request: Request<Incoming>, peer: &Peer) -> Response<Body> {
        let id = request_id::of(request.headers());
        let mut record = Record::open(&self.shared, &request, peer, &id);
        let answer = match self.pass(request, peer, &id, &mut record).await {
            Ok(response) => {
                record.answered(response.status());
                response.map(|body| Body::relayed(body, record))
            }
            Err(refusal) => {
                let Reply { status, headers, body } = reply(refusal, &self.shared.challenge);
                record.answered(status);
                let mut response = Response::new(Body::whole(body, record));
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                response
            }
        };
        identified(answer, id)
    }

    async fn pass(
        &self,
        request: Request<Incoming>,
        peer: &Peer,
        id: &HeaderValue,
        record: &mut Record,
    ) -> Result<Response<crate::upstream::ResponseBody>, Refusal> {
        let target = self.target(&request)?;
        let grant = self.decide(request.headers(), id, record).await?;
        let request = self.rewrite(request, target, &grant, peer, id)?;
        let watch = Stopwatch::start();
        let forwarded = self.upstream.forward(request).await;
        record.upstream(watch.elapsed());
        let mut response = forwarded.map_err(|error| {
            complain(&error, id);
            Refusal::Upstream(Gateway::from(&error))
        })?;
        if !remove_hop_by_hop(response.headers_mut()) {
            return Err(Refusal::Upstream(Gateway::Bad));
        }
        Ok(response)
    }

    /// The path to forward. Whatever host a target names, the service is always the configured
    /// one.
    fn target(&self, request: &Request<Incoming>) -> Result<Uri, Refusal> {
        if matches!(*request.method(), Method::CONNECT | Method::TRACE) {
            self.shared.metrics.rejected.count(Rejected::Method);
            return Err(Refusal::Method);
        }
        let path = request.uri().path_and_query().cloned();
        let path = path.unwrap_or(PathAndQuery::from_static("/"));
        if !path.as_str().starts_with('/') && path.as_str() != "*" {
            self.shared.metrics.rejected.count(Rejected::Target);
            return Err(Refusal::BadRequest);
        }
        Ok(Uri::from(path))
    }

    async fn decide(
        &self,
        headers: &HeaderMap,
        id: &HeaderValue,
        record: &mut Record,
    ) -> Result<Grant, Refusal> {
        let access = AccessRequest { user: credentials::user_token(headers), request_id: Some(id) };
        let watch = Stopwatch::start();
        let decision = self.shared.admission.admit(&access).await;
        let waited = watch.elapsed();
        match decision {
            Ok(grant) => {
                record.decided(Reason::Confirmed, Some(Arc::clone(&grant.user)), waited);
                Ok(grant)
            }
            Err(rejection) => {
                record.decided(Reason::of(&rejection), None, waited);
                Err(Refusal::Rejected(rejection))
            }
        }
    }

    /// Makes the client's request ours. The order matters: what the client may nominate for
    /// removal is removed before anything of ours is set, and nothing of the client's that poses
    /// as identity is left when ours is added.
    fn rewrite(
        &self,
        request: Request<Incoming>,
        target: Uri,
        grant: &Grant,
        peer: &Peer,
        id: &HeaderValue,
    ) -> Result<Request<RequestBody>, Refusal> {
        let (head, body) = request.into_parts();
        let mut headers = head.headers;
        if !remove_hop_by_hop(&mut headers) {
            self.shared.metrics.rejected.count(Rejected::Connection);
            return Err(Refusal::BadRequest);
        }
        // The handshake about the body is between the client and us.
        headers.remove(header::EXPECT);
        reframe(&mut headers, &body);
        let stripped = strip_client_headers(&mut headers);
        if stripped > 0 {
            self.shared.metrics.stripped.inc_by(stripped as u64);
        }
        credentials::drop_unvalidated(&mut headers);
        grant.user.apply_to(&mut headers).map_err(|_| Refusal::Internal)?;
        set_forwarded(&mut headers, peer);
        headers.insert(REQUEST_ID, id.clone());
        let mut request = Request::new(RequestBody::new(body));
        *request.method_mut() = head.method;
        *request.uri_mut() = target;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// States the body's length once, as the parser understood it. `Transfer-Encoding` is gone; the
/// client half of hyper writes its own where the length is not known.
fn reframe(headers: &mut HeaderMap, body: &Incoming) {
    if headers.remove(header::CONTENT_LENGTH).is_some()
        && let Some(length) = body.size_hint().exact()
    {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// Gives the response the request's id, unless the service named its own.
fn identified(mut response: Response<Body>, id: HeaderValue) -> Response<Body> {
    response.headers_mut().entry(REQUEST_ID).or_insert(id);
    response
}

fn complain(error: &UpstreamError, id: &HeaderValue) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(
        request_id = id.to_str().unwrap_or_default(),
        %error,
        cause,
        "the service gave no answer"
    );
}

/// A decision is made in a few microseconds; what is kept across its waits should be small too.
const _: () = assert!(size_of::<Record>() <= 512 && size_of::<Duration>() == 16);
