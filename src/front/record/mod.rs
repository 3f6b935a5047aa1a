//! What is remembered of one request until its end: then it is counted and perhaps logged, once.
//!
//! For observation only; nothing is decided by it. It is written however the request ends.

mod line;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};

use crate::admission::{Grant, Party, Rejection};
use crate::identity::Identity;
use crate::policy::Protocol;
use crate::telemetry::{Access, Label, Stopwatch};

use super::metrics::{Decision, GrpcStatus, ListenerMetrics, Reason, Rejected, RouteMetrics, Verb};
use super::peer::Peer;
use super::shared::{Rules, Shared};
use super::websocket::Story;

use line::Line;

/// One request, from its head to the end of its response.
pub(super) struct Record {
    shared: Arc<Shared>,
    listener: Option<Arc<ListenerMetrics>>,
    route: Arc<RouteMetrics>,
    watch: Stopwatch,
    verb: Verb,
    line: Option<Line>,
    verdict: Option<(Decision, Reason)>,
    /// Why it was refused before there could be a verdict.
    turned_away: Option<Rejected>,
    user: Option<Arc<Identity>>,
    service: Option<Arc<Identity>>,
    /// Waits for others: for the identity service and for the guarded service.
    waits: Waits,
    status: StatusCode,
    /// How it ended, so far, if it is a call of gRPC.
    grpc: Option<GrpcStatus>,
    sent: u64,
}

#[derive(Clone, Copy, Default)]
struct Waits {
    identity: Duration,
    upstream: Duration,
}

impl Record {
    /// Begins with the head of a request.
    pub(super) fn open(
        shared: &Arc<Shared>,
        rules: &Rules,
        request: &http::Request<hyper::body::Incoming>,
        peer: &Peer,
        request_id: &HeaderValue,
    ) -> Self {
        if let Some(listener) = &peer.listener {
            listener.begin();
        }
        let line = shared.logs_access().then(|| Line::of(request, peer, request_id));
        Self {
            shared: Arc::clone(shared),
            listener: peer.listener.clone(),
            route: Arc::clone(&rules.unrouted),
            watch: Stopwatch::start(),
            verb: Verb::of(request.method()),
            line,
            verdict: None,
            turned_away: None,
            user: None,
            service: None,
            waits: Waits::default(),
            // What a client that left before its answer is counted as, after nginx.
            status: StatusCode::from_u16(499).unwrap_or_default(),
            grpc: None,
            sent: 0,
        }
    }

    /// The route is known.
    pub(super) fn routed(&mut self, route: &Arc<RouteMetrics>) {
        self.route = Arc::clone(route);
    }

    /// What is spoken is known.
    pub(super) fn speaks(&mut self, protocol: Protocol) {
        if protocol == Protocol::Grpc {
            self.grpc = Some(GrpcStatus::None);
        }
        if let Some(line) = &mut self.line {
            line.protocol = protocol;
        }
    }

    /// It is refused before anybody looks at its token.
    pub(super) fn turned_away(&mut self, why: Rejected) {
        self.shared.metrics.rejected.count(why);
        self.turned_away = Some(why);
    }

    /// The request goes on.
    pub(super) fn granted(&mut self, grant: &Grant, waited: Duration) {
        self.user = grant.user().cloned();
        if let Party::Confirmed(service) = grant.service() {
            self.service = Some(Arc::clone(service));
        }
        let (decision, reason) = granted(grant);
        self.decided(decision, reason, waited);
    }

    /// The request is answered by us.
    pub(super) fn rejected(&mut self, rejection: &Rejection, waited: Duration) {
        let (decision, reason) = rejected(rejection);
        self.decided(decision, reason, waited);
    }

    fn decided(&mut self, decision: Decision, reason: Reason, waited: Duration) {
        self.route.count_decision(decision, reason);
        self.verdict = Some((decision, reason));
        self.waits.identity = waited;
    }

    /// What was decided and why, as it stands in a field; `None` when nothing was.
    pub(super) fn reason(&self) -> Option<HeaderValue> {
        let (decision, reason) = self.verdict?;
        let text = format!("{};reason={}", decision.as_str(), reason.as_str());
        HeaderValue::try_from(text).ok()
    }

    /// It is sent to the service of that name.
    pub(super) fn sent_to(&mut self, upstream: &Arc<str>) {
        if let Some(line) = &mut self.line {
            line.upstream = Some(Arc::clone(upstream));
        }
    }

    pub(super) fn upstream(&mut self, waited: Duration) {
        self.waits.upstream = waited;
    }

    /// The client is told these fields, in the head of the answer or behind its body. What is said
    /// last of how a call of gRPC ended, counts.
    pub(super) fn told(&mut self, fields: &HeaderMap) {
        if self.grpc.is_some() {
            self.grpc = GrpcStatus::stated(fields).or(self.grpc);
        }
    }

    /// What the web socket that it has become will be logged with, if at all.
    pub(super) fn story(&self) -> Option<Box<Story>> {
        self.line.as_ref().map(|line| Box::new(line.story(self)))
    }

    /// The head of the response is on its way.
    pub(super) fn answered(&mut self, status: StatusCode) {
        self.status = status;
        self.route.overhead.observe(self.own_time().as_secs_f64());
    }

    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes as u64);
    }

    /// The response has ended, in full or not.
    pub(super) fn close(self, complete: bool) {
        let wanted = match self.shared.access {
            Access::All => true,
            Access::Off => false,
            Access::Refusals => {
                let allowed = self.verdict.is_some_and(|(decision, _)| decision == Decision::Allow);
                !allowed || self.status.is_server_error() || !complete
            }
        };
        if wanted && let Some(line) = &self.line {
            line.write(&self, complete);
        }
    }

    fn own_time(&self) -> Duration {
        self.watch.elapsed().saturating_sub(self.waits.identity + self.waits.upstream)
    }
}

/// What a grant is counted as.
pub(super) fn granted(grant: &Grant) -> (Decision, Reason) {
    match (grant.deferred(), grant.shadow()) {
        (Some(rejection), _) => (Decision::Defer, Reason::of(&rejection)),
        (None, Some(forbidden)) => (Decision::ShadowDeny, forbidden.into()),
        (None, None) if grant.is_public() => (Decision::Allow, Reason::Public),
        (None, None) => (Decision::Allow, Reason::Confirmed),
    }
}

/// What a rejection is counted as.
pub(super) fn rejected(rejection: &Rejection) -> (Decision, Reason) {
    let decision = if rejection.is_outage() { Decision::Error } else { Decision::Deny };
    (decision, Reason::of(rejection))
}

impl Drop for Record {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.end();
        }
        if let Some(status) = self.grpc {
            self.route.count_grpc(status);
        }
        self.route.count_request(self.verb, self.status, self.watch.elapsed().as_secs_f64());
    }
}
