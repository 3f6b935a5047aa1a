//! The services that routes lead to, by name.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::upstream::{Metrics, Settings, SetupError, Upstream};

/// The services that routes lead to: as they are configured, or with one worker's connections.
#[derive(Clone)]
pub struct Upstreams {
    /// The one that routes lead to unless they say otherwise.
    default: (Arc<str>, Arc<Upstream>),
    named: HashMap<Arc<str>, Arc<Upstream>>,
}

/// A named service cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("upstreams.{name}: {source}")]
pub struct BadUpstream {
    name: String,
    source: SetupError,
}

impl Upstreams {
    /// Those of the configuration. What is configured as it was `before` stays what it was, its
    /// connections included.
    ///
    /// # Errors
    /// When one can never be reached.
    pub fn new(
        default: &Settings,
        named: &[(String, Settings)],
        metrics: &Metrics,
        before: Option<&Self>,
    ) -> Result<Self, BadUpstream> {
        let made = |name: &str, settings: &Settings| {
            let known = before.and_then(|before| before.known(name));
            match known.filter(|known| known.is_made_of(settings)) {
                Some(known) => Ok(Arc::clone(known)),
                None => Upstream::new(name, settings, metrics)
                    .map(Arc::new)
                    .map_err(|source| BadUpstream { name: name.to_owned(), source }),
            }
        };
        let named =
            named.iter().map(|(name, settings)| Ok((name.as_str().into(), made(name, settings)?)));
        Ok(Self {
            default: (DEFAULT.into(), made(DEFAULT, default)?),
            named: named.collect::<Result<_, _>>()?,
        })
    }

    /// The service of that name, and its name; `None` is refused long before, when a policy is
    /// read.
    pub(super) fn get(&self, name: &str) -> Option<(&Arc<str>, &Upstream)> {
        let (default, service) = &self.default;
        let entry = || self.named.get_key_value(name);
        let (name, service) = if name == DEFAULT { (default, service) } else { entry()? };
        Some((name, service))
    }

    fn known(&self, name: &str) -> Option<&Arc<Upstream>> {
        if name == DEFAULT { Some(&self.default.1) } else { self.named.get(name) }
    }

    /// The same as a worker reaches them: over connections of its own, among them those that it
    /// has had `before` to services that have not changed.
    fn for_a_worker(&self, before: Option<&Self>) -> Self {
        let own = |name: &str, configured: &Arc<Upstream>| {
            let known = before.and_then(|before| before.known(name));
            match known.filter(|known| known.leads_where(configured)) {
                Some(known) => Arc::clone(known),
                None => Arc::new(configured.for_another_worker()),
            }
        };
        let named = self.named.iter().map(|(name, one)| (name.clone(), own(name, one)));
        let (default, service) = &self.default;
        Self { default: (Arc::clone(default), own(default, service)), named: named.collect() }
    }
}

/// What the section `upstream` is called among them.
const DEFAULT: &str = "default";

/// One worker's connections to the services, as the configuration goes on.
pub(super) struct Connections(ArcSwap<Own>);

struct Own {
    made_of: Arc<Upstreams>,
    upstreams: Arc<Upstreams>,
}

impl Connections {
    pub(super) fn to(configured: Arc<Upstreams>) -> Self {
        let upstreams = Arc::new(configured.for_a_worker(None));
        Self(ArcSwap::from_pointee(Own { made_of: configured, upstreams }))
    }

    /// The worker's own of `configured`.
    pub(super) fn of(&self, configured: &Arc<Upstreams>) -> Arc<Upstreams> {
        let own = self.0.load();
        if Arc::ptr_eq(&own.made_of, configured) {
            return Arc::clone(&own.upstreams);
        }
        // A worker is one thread: nobody else does this at the same time.
        let upstreams = Arc::new(configured.for_a_worker(Some(&own.upstreams)));
        let own = Own { made_of: Arc::clone(configured), upstreams: Arc::clone(&upstreams) };
        self.0.store(Arc::new(own));
        upstreams
    }

    /// Lets go of connections that nobody uses any more.
    pub(super) fn sweep(&self) {
        let Own { upstreams, .. } = &**self.0.load();
        upstreams.named.values().chain([&upstreams.default.1]).for_each(|one| one.sweep());
    }
}
