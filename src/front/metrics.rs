//! What is counted about requests.

use std::sync::OnceLock;

use http::{Method, StatusCode};
use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};

use crate::admission::Rejection;
use crate::identity::BadToken;
use crate::label;
use crate::telemetry::{Counters, FINE_SECONDS, Label, MetricError, Registry};

label! {
    /// The methods that are told apart; the rest are one.
    pub(super) Verb as "method" {
        /// DELETE.
        Delete => "DELETE",
        /// GET.
        Get => "GET",
        /// HEAD.
        Head => "HEAD",
        /// OPTIONS.
        Options => "OPTIONS",
        /// PATCH.
        Patch => "PATCH",
        /// POST.
        Post => "POST",
        /// PUT.
        Put => "PUT",
        /// Any other.
        Other => "OTHER",
    }
}

impl Verb {
    pub(super) fn of(method: &Method) -> Self {
        match *method {
            Method::DELETE => Self::Delete,
            Method::GET => Self::Get,
            Method::HEAD => Self::Head,
            Method::OPTIONS => Self::Options,
            Method::PATCH => Self::Patch,
            Method::POST => Self::Post,
            Method::PUT => Self::Put,
            _ => Self::Other,
        }
    }
}

label! {
    /// What was decided.
    pub(super) Decision as "decision" {
        /// The request goes on, its user vouched for.
        Allow => "allow",
        /// It goes on, and the service is told that nobody vouches for it.
        Defer => "defer",
        /// It is refused.
        Deny => "deny",
        /// Nobody knows.
        Error => "error",
    }
}

label! {
    /// Why.
    pub(super) Reason as "reason" {
        /// Keystone vouched for the token.
        Confirmed => "confirmed",
        /// The token is bound to something we cannot check.
        Bound => "bound",
        /// The token has ended.
        Expired => "expired",
        /// What came is no token.
        Malformed => "malformed",
        /// No token came.
        Missing => "missing",
        /// The token's access rules do not allow the request.
        Restricted => "restricted",
        /// The service token has none of the roles that make it one.
        ServiceRole => "service_role",
        /// The service token is no good.
        ServiceToken => "service_token",
        /// The token is longer than the limit.
        TooLong => "too_long",
        /// Nobody knows.
        Unavailable => "unavailable",
        /// Keystone does not vouch for the token.
        Unknown => "unknown",
    }
}

impl Reason {
    pub(super) fn of(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::BadServiceToken(_) => Self::ServiceToken,
            Rejection::NoServiceRole => Self::ServiceRole,
            Rejection::BadToken(BadToken::Bound) => Self::Bound,
            Rejection::BadToken(BadToken::Expired) => Self::Expired,
            Rejection::BadToken(BadToken::Malformed) => Self::Malformed,
            Rejection::BadToken(BadToken::Restricted) => Self::Restricted,
            Rejection::BadToken(BadToken::Unknown) => Self::Unknown,
            Rejection::MissingToken => Self::Missing,
            Rejection::BadToken(BadToken::TooLong) => Self::TooLong,
            Rejection::Unavailable { .. } => Self::Unavailable,
        }
    }

    /// The decisions that it can lead to.
    fn decisions(self) -> &'static [Decision] {
        match self {
            Self::Confirmed => &[Decision::Allow],
            Self::Unavailable => &[Decision::Error],
            Self::Bound
            | Self::Expired
            | Self::Malformed
            | Self::Missing
            | Self::Restricted
            | Self::ServiceRole
            | Self::ServiceToken
            | Self::TooLong
            | Self::Unknown => &[Decision::Deny, Decision::Defer],
        }
    }
}

label! {
    /// Why a request was refused before anybody looked at its token.
    pub(super) Rejected as "reason" {
        /// A `Connection` field that is no list of names.
        Connection => "connection",
        /// A transfer coding other than `chunked`, or stated twice.
        Framing => "framing",
        /// No `Host`, more than one, an odd one, or another than the target's.
        Host => "host",
        /// A target that is no path.
        Target => "target",
        /// CONNECT or TRACE.
        Method => "method",
    }
}

/// Status codes that exist from the start.
const USUAL: [u16; 13] = [200, 201, 204, 400, 401, 404, 405, 431, 499, 500, 502, 503, 504];

/// The names of the one listener and the one route there are.
const LISTENER: &str = "public";
pub(super) const ROUTE: &str = "default";

/// Metrics of all requests, shared by all workers.
pub struct Metrics {
    requests: IntCounterVec,
    /// Handles by method and status, found once each.
    by_method_and_code: Box<[OnceLock<IntCounter>]>,
    durations: Box<[Histogram]>,
    pub(super) overhead: Histogram,
    pub(super) in_flight: IntGauge,
    /// By decision and reason; pairs that cannot be have none.
    decisions: Box<[Option<IntCounter>]>,
    pub(super) rejected: Counters<Rejected>,
    pub(super) stripped: IntCounter,
}

/// Statuses run from 100 to 999.
const CODES: usize = 900;

impl Metrics {
    /// Declares them.
    ///
    /// # Errors
    /// When they are declared already.
    pub fn register(registry: &Registry) -> Result<Self, MetricError> {
        let requests = registry.counter_vec(
            "http_requests_total",
            "Requests, by what the client was answered.",
            &["listener", "route", "method", "code"],
        )?;
        let durations = registry.histogram_vec(
            "http_request_duration_seconds",
            "Time from the head of a request to the end of its response.",
            &["listener", "route", "method"],
            FINE_SECONDS,
        )?;
        let overhead = registry.histogram_vec(
            "http_overhead_duration_seconds",
            "Our own part of the time to the head of the response: without the waits for the \
             identity service and for the guarded service.",
            &["route"],
            FINE_SECONDS,
        )?;
        let decisions = registry.counter_vec(
            "auth_decisions_total",
            "Decisions, by outcome and reason.",
            &["route", "decision", "reason"],
        )?;
        let in_flight = registry.gauge_vec(
            "http_requests_in_flight",
            "Requests that have begun and not ended.",
            &["listener"],
        )?;
        let metrics = Self {
            by_method_and_code: (0..Verb::ALL.len() * CODES).map(|_| OnceLock::new()).collect(),
            durations: Verb::ALL
                .iter()
                .map(|verb| durations.with_label_values(&[LISTENER, ROUTE, verb.as_str()]))
                .collect(),
            overhead: overhead.with_label_values(&[ROUTE]),
            in_flight: in_flight.with_label_values(&[LISTENER]),
            decisions: Decision::ALL
                .iter()
                .flat_map(|decision| Reason::ALL.iter().map(move |reason| (*decision, *reason)))
                .map(|(decision, reason)| {
                    let labels = [ROUTE, decision.as_str(), reason.as_str()];
                    let can_be = reason.decisions().contains(&decision);
                    can_be.then(|| decisions.with_label_values(&labels))
                })
                .collect(),
            rejected: registry.counters(
                "http_rejected_total",
                "Requests refused before anybody looked at their token.",
            )?,
            stripped: registry.counter(
                "http_stripped_fields_total",
                "Fields that clients had no right to send, removed.",
            )?,
            requests,
        };
        for verb in Verb::ALL {
            for code in USUAL {
                metrics.requests(*verb, StatusCode::from_u16(code).unwrap_or_default());
            }
        }
        Ok(metrics)
    }

    pub(super) fn count_request(&self, verb: Verb, status: StatusCode, seconds: f64) {
        if let Some(counter) = self.requests(verb, status) {
            counter.inc();
        }
        if let Some(histogram) = self.durations.get(verb.index()) {
            histogram.observe(seconds);
        }
    }

    pub(super) fn count_decision(&self, decision: Decision, reason: Reason) {
        let at = decision.index() * Reason::ALL.len() + reason.index();
        if let Some(Some(counter)) = self.decisions.get(at) {
            counter.inc();
        }
    }

    fn requests(&self, verb: Verb, status: StatusCode) -> Option<&IntCounter> {
        let code = usize::from(status.as_u16()).checked_sub(100)?;
        let slot = self.by_method_and_code.get(verb.index() * CODES + code)?;
        Some(slot.get_or_init(|| {
            let labels = [LISTENER, ROUTE, verb.as_str(), status.as_str()];
            self.requests.with_label_values(&labels)
        }))
    }
}
