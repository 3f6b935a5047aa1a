//! What all workers' doors have in common.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::HeaderValue;
use http::request::Parts;

use crate::admission::{Admission, Cast};
use crate::identity::Names;
use crate::policy::{Policy, Route};
use crate::telemetry::{ACCESS_TARGET, Access};
use crate::upstream::Pace;

use super::Settings;
use super::metrics::{Metrics, RouteMetrics};
use super::rehearsal::{Rehearsal, Stage};
use super::reply::challenge;

/// The decision, the words of a refusal, and the books.
pub struct Shared {
    pub(super) admission: Admission,
    pub(super) challenge: HeaderValue,
    /// The names under which the service is told who the user is.
    pub(super) names: Names,
    /// How fast clients must send the bodies of their requests.
    pub(super) pace: Pace,
    pub(super) access: Access,
    pub(super) metrics: Metrics,
    rules: ArcSwap<Rules>,
}

/// The policy in force, and the books of its routes. A request takes both once and keeps them, so
/// it is decided by one policy from beginning to end.
pub(super) struct Rules {
    pub(super) policy: Arc<Policy>,
    by_name: HashMap<Box<str>, Arc<RouteMetrics>>,
    /// For requests that no route takes.
    pub(super) unrouted: Arc<RouteMetrics>,
}

impl Shared {
    /// Puts a door's parts together. `None` when the identity service's public address cannot
    /// stand in a header.
    pub fn new(
        settings: &Settings,
        admission: Admission,
        policy: Arc<Policy>,
        access: Access,
        metrics: Metrics,
    ) -> Option<Self> {
        let challenge = challenge(&settings.www_authenticate_uri)?;
        let (names, pace) = (settings.names(), settings.pace);
        let rules = ArcSwap::from_pointee(Rules::new(policy, &metrics, None));
        Some(Self { admission, challenge, names, pace, access, metrics, rules })
    }

    /// Decides by another policy from the next request on.
    pub fn follow(&self, policy: Arc<Policy>) {
        let before = self.rules.load();
        self.rules.store(Arc::new(Rules::new(policy, &self.metrics, Some(&before))));
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
        let rehearsing =
            cast.map(|cast| Admission::rehearsing(cast, self.admission.settings().clone()));
        let policy = self.policy();
        let admission = rehearsing.as_ref().unwrap_or(&self.admission);
        Stage { admission, policy: &policy, names: self.names }.rehearse(client, body).await
    }

    pub(super) fn rules(&self) -> Arc<Rules> {
        self.rules.load_full()
    }

    pub(super) fn logs_access(&self) -> bool {
        self.access != Access::Off && tracing::enabled!(target: ACCESS_TARGET, tracing::Level::INFO)
    }
}

/// Up to so many routes, all series of each exist at zero.
const FULL_BOOKS: usize = 32;

impl Rules {
    /// Opens the books of routes that had none `before`, and goes on with those that had.
    fn new(policy: Arc<Policy>, metrics: &Metrics, before: Option<&Self>) -> Self {
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
        Self { policy, by_name, unrouted }
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
