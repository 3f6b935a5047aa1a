//! The reverse proxy: decide, rewrite, forward, relay.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body::Body as _;
use hyper::body::Incoming;

use crate::admission::{AccessRequest, Grant};
use crate::identity::Unrenderable;
use crate::upstream::{
    BadConnection, Exchanged, RequestBody, ResponseBody, Upstream, UpstreamError, nominated,
};

use super::body::Body;
use super::credentials;
use super::metrics::Rejected;
use super::origin::Peer;
use super::record::Record;
use super::reply::{Refusal, Reply, challenged, reply};
use super::request_id::{self, REQUEST_ID};
use super::rewrite::Draft;
use super::shared::Shared;
use super::target::target;

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

    /// Looks after the connections to the service; runs until cancelled.
    pub async fn tend(&self) {
        self.upstream.tend().await;
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
                let mut response = response.map(|body| Body::relayed(body, record));
                challenged(&mut response, &self.shared.challenge);
                response
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
    ) -> Result<Response<ResponseBody>, Refusal> {
        let (client, body) = request.into_parts();
        let target = target(&client).map_err(|why| self.reject(why))?;
        let nominated = nominated(&client.headers)
            .map_err(|BadConnection| self.reject(Rejected::Connection))?;
        let grant = self.decide(&client, &target, id, record).await?;
        let stated = client.headers.contains_key(header::CONTENT_LENGTH);
        let draft = Draft {
            client: &client,
            target: &target,
            length: body.size_hint().exact().filter(|_| stated),
            nominated: &nominated,
            grant: &grant,
            names: self.shared.names,
            peer,
            id,
        };
        let (request, stripped) =
            draft.make(RequestBody::new(body)).map_err(|Unrenderable| Refusal::Internal)?;
        if stripped > 0 {
            self.shared.metrics.stripped.inc_by(stripped as u64);
        }
        let again = || Some(draft.make(RequestBody::empty()).ok()?.0);
        let Exchanged { result, took } = self.upstream.forward(request, again).await;
        record.upstream(took);
        result.map_err(|error| {
            complain(&error, id);
            Refusal::from(&error)
        })
    }

    fn reject(&self, why: Rejected) -> Refusal {
        self.shared.metrics.rejected.count(why);
        match why {
            Rejected::Method => Refusal::Method,
            Rejected::Connection | Rejected::Framing | Rejected::Host | Rejected::Target => {
                Refusal::BadRequest
            }
        }
    }

    async fn decide(
        &self,
        client: &Parts,
        target: &Uri,
        id: &HeaderValue,
        record: &mut Record,
    ) -> Result<Grant, Refusal> {
        let access = AccessRequest {
            method: &client.method,
            path: target.path(),
            user: credentials::user_token(&client.headers),
            service: credentials::service_token(&client.headers),
            request_id: Some(id),
        };
        let mut waited = Duration::ZERO;
        match self.shared.admission.admit(&access, &mut waited).await {
            Ok(grant) => {
                record.granted(&grant, waited);
                Ok(grant)
            }
            Err(rejection) => {
                record.rejected(&rejection, waited);
                Err(Refusal::Rejected(rejection))
            }
        }
    }
}

/// Gives the response the request's id, unless the service named its own.
fn identified(mut response: Response<Body>, id: HeaderValue) -> Response<Body> {
    response.headers_mut().entry(REQUEST_ID).or_insert(id);
    response
}

fn complain(error: &UpstreamError, id: &HeaderValue) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    let request_id = id.to_str().unwrap_or_default();
    if matches!(error, UpstreamError::Client(_)) {
        // A client's own doing, as often as it likes.
        tracing::debug!(request_id, %error, cause, "a request broke off");
    } else {
        tracing::warn!(request_id, %error, cause, "the service gave no answer");
    }
}

/// A decision is made in a few microseconds; what is kept across its waits should be small too.
const _: () = assert!(size_of::<Record>() <= 512 && size_of::<Duration>() == 16);
