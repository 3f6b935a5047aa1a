//! What all workers' doors have in common.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::HeaderValue;
use http::request::Parts;

use crate::admission::{self, Admission, Cast};
use crate::identity::Names;
use crate::policy::{Policy, Route};
use crate::telemetry::{ACCESS_TARGET, Access};
use crate::upstream::Pace;

use super::metrics::{Metrics, RouteMetrics};
use super::rehearsal::{Rehearsal, Stage};
use super::reply::challenge;
use super::{Settings, Tunnels, Upstreams, WebSockets};

/// The rules in force, and the books.
pub struct Shared {
    pub(super) access: Access,
    pub(super) metrics: Metrics,
    pub(super) tunnels: Arc<Tunnels>,
    rules: ArcSwap<Rules>,
}

/// What is in force: the decision, the policy, the words of a refusal, and the books of routes. A
/// request takes it once and keeps it, so it is decided by one of these from beginning to end.
pub(super) struct Rules {
    pub(super) admission: Arc<Admission>,
    pub(super) policy: Arc<Policy>,
    /// The services that its routes lead to.
    pub(super) upstreams: Arc<Upstreams>,
    pub(super) challenge: HeaderValue,
    /// The names under which the service is told who the user is.
    pub(super) names: Names,
    /// Bound on the fields of a head.
    pub(super) max_fields: usize,
    /// How fast clients must send the bodies of their requests.
    pub(super) pace: Pace,
    /// How long tunnels may last.
    pub(super) websockets: WebSockets,
    /// Bound on requests in progress.
    max_requests: i64,
    by_name: HashMap<Box<str>, Arc<RouteMetrics>>,
    /// For requests that no route takes.
    pub(super) unrouted: Arc<RouteMetrics>,
}

/// The identity service's public address cannot stand in a header.
#[derive(Debug, thiserror::Error)]
#[error("keystone.www_authenticate_uri: not a value that a header can carry")]
pub struct BadChallenge;

impl Shared {
    /// Puts a door's parts together.
    ///
    /// # Errors
    /// When clients could not be told where they get a token.
    pub fn new(
        settings: &Settings,
        admission: Admission,
        policy: Arc<Policy>,
        upstreams: Upstreams,
        access: Access,
        metrics: Metrics,
        tunnels: Arc<Tunnels>,
    ) -> Result<Self, BadChallenge> {
        let rules = Rules::new(settings, Arc::new(admission), (policy, upstreams), &metrics, None)?;
        Ok(Self { access, metrics, tunnels, rules: ArcSwap::from_pointee(rules) })
    }

    /// Goes by other settings and another policy from the next request on.
    ///
    /// # Errors
    /// When clients could not be told where they get a token; everything stays then.
    pub fn follow(
        &self,
        settings: &Settings,
        admission: &admission::Settings,
        policy: Arc<Policy>,
        upstreams: Upstreams,
    ) -> Result<(), BadChallenge> {
        let before = self.rules.load();
        let admission = before.admission.settings().following(admission);
        let admission = Arc::new(before.admission.following(admission));
        let rules =
            Rules::new(settings, admission, (policy, upstreams), &self.metrics, Some(&before))?;
        self.rules.store(Arc::new(rules));
        Ok(())
    }

    /// The services that routes lead to.
    pub fn upstreams(&self) -> Arc<Upstreams> {
        Arc::clone(&self.rules.load().upstreams)
    }

    /// The web sockets that are open.
    pub fn tunnels(&self) -> &Tunnels {
        &self.tunnels
    }

    /// The policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.rules.load().policy)
    }

    /// Plays a request that is not sent, by the policy in force; `cast` says who comes, or else
    /// the tokens in it do. Nothing is counted.
    ///
    /// Cancel-safe; waits as [`Admission::identify`] does.
    pub async fn rehearse(&self, client: &Parts, body: Bytes, cast: Option<Cast>) -> Rehearsal {
        let rules = self.rules();
        let settings = || rules.admission.settings().clone();
        let rehearsing = cast.map(|cast| Admission::rehearsing(cast, settings()));
        let admission = rehearsing.as_ref().unwrap_or(&rules.admission);
        Stage { admission, policy: &rules.policy, names: rules.names }.rehearse(client, body).await
    }

    pub(super) fn rules(&self) -> Arc<Rules> {
        self.rules.load_full()
    }

    /// Whether another request is one too many; it is counted already.
    pub(super) fn is_overloaded(&self, rules: &Rules) -> bool {
        self.metrics.in_flight() > rules.max_requests
    }

    pub(super) fn logs_access(&self) -> bool {
        self.access != Access::Off && tracing::enabled!(target: ACCESS_TARGET, tracing::Level::INFO)
    }
}

/// Up to so many routes, all series of each exist at zero.
const FULL_BOOKS: usize = 32;

impl Rules {
    /// Opens the books of routes that had none `before`, and goes on with those that had.
    fn new(
        settings: &Settings,
        admission: Arc<Admission>,
        (policy, upstreams): (Arc<Policy>, Upstreams),
        metrics: &Metrics,
        before: Option<&Self>,
    ) -> Result<Self, BadChallenge> {
        let from_the_start = policy.routes().count() <= FULL_BOOKS;
        let books = |name: &str| {
            let kept = before.and_then(|before| before.kept(name));
            kept.unwrap_or_else(|| Arc::new(metrics.of_route(name, from_the_start)))
        };
        let unrouted = books(if policy.reads_paths() { "none" } else { "default" });
        let mut by_name: HashMap<Box<str>, _> = HashMap::new();
        for route in policy.routes() {
            let same = *route.name == *unrouted.name();
            let of = || if same { Arc::clone(&unrouted) } else { books(&route.name) };
            by_name.entry(route.name.clone()).or_insert_with(of);
        }
        Ok(Self {
            admission,
            policy,
            upstreams: Arc::new(upstreams),
            challenge: challenge(&settings.www_authenticate_uri).ok_or(BadChallenge)?,
            names: settings.names(),
            max_fields: settings.max_fields,
            pace: settings.pace,
            websockets: settings.websockets,
            max_requests: i64::try_from(settings.max_requests).unwrap_or(i64::MAX),
            by_name,
            unrouted,
        })
    }

    fn kept(&self, name: &str) -> Option<Arc<RouteMetrics>> {
        let unrouted = Some(&self.unrouted).filter(|books| books.name() == name);
        self.by_name.get(name).or(unrouted).cloned()
    }

    /// The books of a route of this policy.
    pub(super) fn books(&self, route: &Route) -> &Arc<RouteMetrics> {
        self.by_name.get(&route.name).unwrap_or(&self.unrouted)
    }
}
