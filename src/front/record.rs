//! What is remembered of one request until its end: then it is counted and perhaps logged, once.
//!
//! For observation only; nothing is decided by it. It is written however the request ends.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, StatusCode, Uri, Version};

use crate::admission::{Grant, Party, Rejection};
use crate::identity::Identity;
use crate::telemetry::{ACCESS_TARGET, Access, Label, Stopwatch};

use super::metrics::{Decision, Reason, RouteMetrics, Verb};
use super::peer::Peer;
use super::shared::{Rules, Shared};

/// One request, from its head to the end of its response.
pub(super) struct Record {
    shared: Arc<Shared>,
    route: Arc<RouteMetrics>,
    watch: Stopwatch,
    verb: Verb,
    line: Option<Line>,
    verdict: Option<(Decision, Reason)>,
    user: Option<Arc<Identity>>,
    service: Option<Arc<Identity>>,
    /// Waits for others: for the identity service and for the guarded service.
    waits: Waits,
    status: StatusCode,
    sent: u64,
}

#[derive(Clone, Copy, Default)]
struct Waits {
    identity: Duration,
    upstream: Duration,
}

/// What only a log line needs.
struct Line {
    method: Method,
    uri: Uri,
    version: Version,
    client: Option<IpAddr>,
    request_id: HeaderValue,
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
        shared.metrics.in_flight.inc();
        let line = shared.logs_access().then(|| Line {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            client: peer.client(request.headers()),
            request_id: request_id.clone(),
        });
        Self {
            shared: Arc::clone(shared),
            route: Arc::clone(&rules.unrouted),
            watch: Stopwatch::start(),
            verb: Verb::of(request.method()),
            line,
            verdict: None,
            user: None,
            service: None,
            waits: Waits::default(),
            // What a client that left before its answer is counted as, after nginx.
            status: StatusCode::from_u16(499).unwrap_or_default(),
            sent: 0,
        }
    }

    /// The route is known.
    pub(super) fn routed(&mut self, route: &Arc<RouteMetrics>) {
        self.route = Arc::clone(route);
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

    pub(super) fn upstream(&mut self, waited: Duration) {
        self.waits.upstream = waited;
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
            self.write(line, complete);
        }
    }

    fn own_time(&self) -> Duration {
        self.watch.elapsed().saturating_sub(self.waits.identity + self.waits.upstream)
    }

    fn write(&self, line: &Line, complete: bool) {
        let user = self.user.as_deref();
        let scope = user.map(Identity::scope);
        let service = self.service.as_deref();
        let millis = |span: Duration| span.as_secs_f64() * 1000.0;
        tracing::info!(
            target: ACCESS_TARGET,
            request_id = line.request_id.to_str().unwrap_or_default(),
            client.address = line.client.map(tracing::field::display),
            http.request.method = line.method.as_str(),
            url.path = line.uri.path(),
            network.protocol.version = ?line.version,
            http.route = self.route.name(),
            http.response.status_code = self.status.as_u16(),
            http.response.body.size = self.sent,
            complete,
            decision = self.verdict.map(|(decision, _)| decision.as_str()),
            reason = self.verdict.map(|(_, reason)| reason.as_str()),
            user.id = user.map(Identity::user_id),
            openstack.scope = scope.map(|scope| scope.kind.as_str()),
            openstack.project.id = user.and_then(Identity::project_id),
            openstack.audit_id = user.and_then(|user| user.audit_ids().next()),
            openstack.service.user.id = service.map(Identity::user_id),
            openstack.service.audit_id = service.and_then(|service| service.audit_ids().next()),
            duration_ms = millis(self.watch.elapsed()),
            identity.duration_ms = millis(self.waits.identity),
            upstream.duration_ms = millis(self.waits.upstream),
            "request"
        );
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
        self.shared.metrics.in_flight.dec();
        self.route.count_request(self.verb, self.status, self.watch.elapsed().as_secs_f64());
    }
}
