//! The services that routes lead to, by name.

use std::collections::HashMap;

use futures_util::future::join_all;

use crate::upstream::Upstream;

/// The services behind one worker.
pub struct Upstreams {
    /// The one that routes lead to unless they say otherwise.
    default: Upstream,
    named: HashMap<Box<str>, Upstream>,
}

impl Upstreams {
    /// With one service.
    pub fn new(default: Upstream) -> Self {
        Self { default, named: HashMap::new() }
    }

    /// Adds another.
    pub fn add(&mut self, name: &str, upstream: Upstream) {
        self.named.insert(name.into(), upstream);
    }

    /// The same services as another worker reaches them: over connections of its own.
    #[must_use]
    pub fn for_another_worker(&self) -> Self {
        let named = self.named.iter();
        Self {
            default: self.default.for_another_worker(),
            named: named.map(|(name, one)| (name.clone(), one.for_another_worker())).collect(),
        }
    }

    /// The service of that name; `None` is refused long before, when a policy is read.
    pub(super) fn get(&self, name: &str) -> Option<&Upstream> {
        if name == DEFAULT { Some(&self.default) } else { self.named.get(name) }
    }

    /// Looks after the connections to all of them; runs until cancelled.
    pub(super) async fn tend(&self) {
        let named = self.named.values().map(Upstream::tend);
        join_all(named.chain(std::iter::once(self.default.tend()))).await;
    }
}

/// What the section `upstream` is called among them.
const DEFAULT: &str = "default";
