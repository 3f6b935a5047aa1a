//! The reverse proxy: decide, rewrite, forward, relay.

use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{HeaderValue, Request, Response, Uri, Version, header};
use http_body::Body as _;
use hyper::body::Incoming;

use crate::admission::{AccessRequest, Admission, Grant, Rejection};
use crate::identity::Unrenderable;
use crate::policy::{Access, Answers, Facts, Forbidden, Protocol, Way};
use crate::upstream::{Exchanged, Pace, RequestBody, ResponseBody, UpstreamError, Wish};

use super::body::Body;
use super::credentials;
use super::gates::{asked, asker, hides_a_fact, is_too_long, may_speak, wanted};
use super::grpc::in_grpc;
use super::json_body::{self, Left, Unfit};
use super::metrics::Rejected;
use super::peer::Peer;
use super::protocol::{has_blank_ends, is_grpc, name_host, protocol};
use super::record::Record;
use super::reply::{Refusal, Reply, challenged, explain, reply};
use super::request_id::{self, REQUEST_ID};
use super::rewrite::Draft;
use super::shared::{Rules, Shared};
use super::target::{nominated, target};
use super::upstreams::Connections;
use super::websocket::{Attempt, Handshake, Tunnel, settle};

/// The door of one worker.
pub struct ReverseProxy {
    shared: Arc<Shared>,
    connections: Connections,
}

/// How often connections that nobody uses are looked after.
const TEND_EVERY: Duration = Duration::from_secs(1);

/// What came of a request.
pub struct Handled {
    /// The answer.
    pub response: Response<Body>,
    /// What its connection is for after that, when the answer switches protocols.
    pub tunnel: Option<Tunnel>,
}

/// What the service makes of a request.
struct Passed {
    response: Response<ResponseBody>,
    tunnel: Option<Tunnel>,
}

impl ReverseProxy {
    /// A door with connections of its own.
    pub fn new(shared: Arc<Shared>) -> Self {
        let connections = Connections::to(Arc::clone(&shared.rules().upstreams));
        Self { shared, connections }
    }

    /// Looks after the connections to the service; runs until cancelled.
    pub async fn tend(&self) {
        loop {
            tokio::time::sleep(TEND_EVERY).await;
            self.connections.sweep();
        }
    }

    /// Answers one request: by the service, if Keystone vouches for its token and the policy lets
    /// it pass, or by a refusal.
    ///
    /// Cancelling it, as a client does by leaving, closes the connection to the service but never
    /// the question to Keystone that others wait for.
    pub async fn handle(&self, request: Request<Incoming>, peer: &Peer) -> Handled {
        let id = request_id::of(request.headers());
        let rules = self.shared.rules();
        let http2 = request.version() == Version::HTTP_2;
        let grpc = http2 && is_grpc(request.headers());
        let mut record = Record::open(&self.shared, &rules, &request, peer, &id);
        if grpc {
            record.speaks(Protocol::Grpc);
        }
        let passed = self.pass(request, peer, &id, &rules, &mut record).await;
        let reason = rules.policy.settings().reason_header.then(|| record.reason());
        let mut opened = None;
        let mut answer = match passed {
            Ok(Passed { response, tunnel }) => {
                opened = tunnel;
                record.answered(response.status());
                record.told(response.headers());
                let mut response = response.map(|body| Body::relayed(body, record));
                challenged(&mut response, &rules.challenge);
                response
            }
            Err(refusal) => {
                let mut reply = reply(&refusal, &rules.challenge);
                if grpc {
                    reply = in_grpc(reply);
                }
                if http2 {
                    // Another request's affair: streams end alone.
                    reply.headers.remove(header::CONNECTION);
                }
                let Reply { status, headers, body } = reply;
                record.answered(status);
                record.told(&headers);
                let mut response = Response::new(Body::whole(body, record));
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                response
            }
        };
        if let Some(reason) = reason {
            explain(&mut answer, reason);
        }
        Handled { response: identified(answer, id), tunnel: opened }
    }

    async fn pass(
        &self,
        request: Request<Incoming>,
        peer: &Peer,
        id: &HeaderValue,
        rules: &Rules,
        record: &mut Record,
    ) -> Result<Passed, Refusal> {
        let (mut client, body) = request.into_parts();
        if self.shared.is_overloaded(rules) {
            return Err(reject(record, Rejected::Overload));
        }
        if client.headers.len() > rules.max_fields {
            return Err(reject(record, Rejected::Fields));
        }
        if has_blank_ends(&client) {
            return Err(reject(record, Rejected::Framing));
        }
        name_host(&mut client);
        if peer.is_misdirected(&client.headers) {
            return Err(reject(record, Rejected::Misdirected));
        }
        let target = target(&client, rules.policy.paths()).map_err(|why| reject(record, why))?;
        let nominated = nominated(&client.headers).map_err(|why| reject(record, why))?;
        let way = Admission::receive(&rules.policy, asked(&client, &target))
            .map_err(|rejection| refuse(record, rules, None, rejection, Duration::ZERO))?;
        record.routed(rules.books(way.route));
        if hides_a_fact(&way, &nominated) {
            return Err(reject(record, Rejected::Connection));
        }
        let handshake = Handshake::of(&client);
        let protocol = protocol(&client, handshake.as_ref());
        record.speaks(protocol);
        let unwanted = may_speak(&rules.policy, &way, protocol)
            .map_err(|rejection| refuse(record, rules, Some(&way), rejection, Duration::ZERO))?;
        if handshake.is_some() && !body.is_end_stream() {
            // Two readers would disagree on where the tunnel begins.
            return Err(reject(record, Rejected::Framing));
        }
        let stated = client.headers.contains_key(header::CONTENT_LENGTH);
        let length = body.size_hint().exact().filter(|_| stated);
        if is_too_long(&way, length) {
            return Err(Refusal::BodyTooLarge);
        }
        // Whoever ends tunnels from here on means this one too, perhaps.
        let asked_for = handshake.map(|handshake| (handshake, self.shared.tunnels.moment()));
        let (grant, body) =
            self.decide(&client, body, &target, id, (&way, unwanted), rules, record).await?;
        let draft = Draft {
            client: &client,
            target: &target,
            length: length.or_else(|| body.length()),
            nominated: &nominated,
            grant: &grant,
            names: rules.names,
            peer,
            id,
        };
        let upstreams = self.connections.of(&rules.upstreams);
        let (name, upstream) = upstreams.get(&way.route.upstream).ok_or(Refusal::Internal)?;
        record.sent_to(name);
        // A stream of messages is not an upload: it may be silent for as long as both sides like.
        let streams = protocol == Protocol::Grpc && upstream.speaks_http2();
        let pace = if streams { Pace::ANY } else { rules.pace };
        let body = body.paced(pace).with_trailers(&way.route.trailers);
        let (request, stripped) = draft.make(body).map_err(|Unrenderable| Refusal::Internal)?;
        if stripped > 0 {
            self.shared.metrics.stripped.inc_by(stripped as u64);
        }
        let again = |body| Some(draft.make(body).ok()?.0);
        let attempt = asked_for.map(|asked_for| {
            let user = grant.user().cloned();
            Attempt::new(asked_for, &self.shared.tunnels, user, rules.websockets, record.story())
        });
        let wish = if attempt.is_some() { Wish::Tunnel } else { Wish::Response };
        let asker = asker(&grant, peer, &client.headers);
        let Exchanged { result, took } = upstream.forward(request, wish, asker, again).await;
        record.upstream(took);
        let settled = result.and_then(|response| settle(attempt, response));
        let (response, tunnel) = settled.map_err(|error| {
            complain(&error, name, id);
            Refusal::from(&error)
        })?;
        Ok(Passed { response, tunnel })
    }

    /// Whether the request may go on, and with which body: its own as it streams, or what was
    /// read of it because rules ask for its members.
    #[expect(clippy::too_many_arguments, reason = "everything that a decision can depend on")]
    async fn decide(
        &self,
        client: &Parts,
        body: Incoming,
        target: &Uri,
        id: &HeaderValue,
        (way, unwanted): (&Way<'_, '_>, Option<Forbidden>),
        rules: &Rules,
        record: &mut Record,
    ) -> Result<(Grant, RequestBody), Refusal> {
        let access = AccessRequest {
            method: &client.method,
            path: target.path(),
            way,
            user: credentials::user_token(&client.headers),
            service: credentials::service_token(&client.headers),
            request_id: Some(id),
        };
        let mut waited = Duration::ZERO;
        let identified = rules.admission.identify(&access, &mut waited).await;
        let standing =
            identified.map_err(|rejection| refuse(record, rules, Some(way), rejection, waited))?;
        let (body, members) = match wanted(way, &standing, body.is_end_stream()) {
            Some(how) => match Box::pin(json_body::read(&client.headers, body, how)).await {
                Ok(read) => (RequestBody::whole(read.bytes), Some(Ok(read.members))),
                // A route that is only watched refuses nothing.
                Err(Unfit { left: Some(left), refusal }) if way.route.shadow => {
                    (passed_on(left, way.route.max_body), Some(Err(refusal)))
                }
                Err(unfit) => return Err(unfit.refusal),
            },
            None => (RequestBody::new(body, way.route.max_body), None),
        };
        let said = json_body::said(members.as_ref());
        let facts = Facts { query: target.query(), headers: &client.headers, body: said };
        let grant = rules
            .admission
            .permit(&rules.policy, way, &facts, standing, &mut Answers::new())
            .await
            .map_err(|rejection| refuse(record, rules, Some(way), rejection, waited))?;
        let grant = grant.watched(unwanted);
        record.granted(&grant, waited);
        Ok((grant, body))
    }
}

/// A body of which rules learned nothing, as it came.
fn passed_on(left: Left<Incoming>, most: Option<u64>) -> RequestBody {
    match left.rest {
        Some(rest) => RequestBody::begun(left.first, rest, most),
        None => RequestBody::whole(left.first),
    }
}

fn reject(record: &mut Record, why: Rejected) -> Refusal {
    record.turned_away(why);
    why.into()
}

fn refuse(
    record: &mut Record,
    rules: &Rules,
    way: Option<&Way<'_, '_>>,
    rejection: Rejection,
    waited: Duration,
) -> Refusal {
    record.rejected(&rejection, waited);
    let rule = match (rejection, way.map(|way| &way.route.access)) {
        (Rejection::Forbidden(Forbidden::Rule), Some(Access::Rule(rule))) => Some(rule),
        _ => None,
    };
    match rule {
        Some(rule) if rules.policy.settings().disclose => Refusal::Forbidden(rule.clone()),
        _ => Refusal::Rejected(rejection),
    }
}

/// Gives the response the request's id, unless the service named its own.
fn identified(mut response: Response<Body>, id: HeaderValue) -> Response<Body> {
    response.headers_mut().entry(REQUEST_ID).or_insert(id);
    response
}

fn complain(error: &UpstreamError, upstream: &str, id: &HeaderValue) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    let request_id = id.to_str().unwrap_or_default();
    if matches!(error, UpstreamError::Client(_) | UpstreamError::Share | UpstreamError::Stalled) {
        // A client's own doing, as often as it likes.
        tracing::debug!(request_id, upstream, %error, cause, "a request broke off");
    } else {
        tracing::warn!(request_id, upstream, %error, cause, "the service gave no answer");
    }
}

/// A decision is made in a few microseconds; what is kept across its waits should be small too.
const _: () = assert!(size_of::<Record>() <= 512 && size_of::<Duration>() == 16);
