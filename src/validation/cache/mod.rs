//! What Keystone has said, remembered: identities in one store, definite refusals in another.
//!
//! Identities are remembered, never decisions. A failure to know is remembered nowhere.

mod local;
mod metrics;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::identity::{Allowance, BadToken, Clock, Identity, TokenDigest, TokenKey, UnixTime};
use crate::telemetry::{MetricError, Registry};

use super::Settings;
use super::freshness::{Freshness, freshness, lifetime};
use local::Local;
use metrics::{Evicted, Lookup, Metrics};

/// What the cache knows about a token.
pub(super) enum Recall {
    /// It is no good.
    Bad(BadToken),
    /// It stands for this identity, as of so long ago.
    Known(Arc<Identity>, Duration),
    /// Nothing.
    Nothing,
}

/// An identity, and what is known of its token.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) identity: Arc<Identity>,
    /// By this an operator can name the token.
    pub(super) digest: TokenDigest,
    /// When it stops being good: at its own end, unless that is what is overlooked.
    pub(super) ends_at: UnixTime,
}

impl Known {
    pub(super) fn new(identity: Identity, digest: TokenDigest, allowance: Allowance) -> Self {
        let ends_at = match allowance {
            Allowance::None => identity.expires_at(),
            // Keystone's own window ends it; asking again after the lifetime finds out.
            Allowance::Expired => UnixTime::MAX,
        };
        Self { identity: Arc::new(identity), digest, ends_at }
    }
}

/// Which entries to forget.
#[derive(Clone, Debug)]
pub enum Purge {
    /// All of them.
    All,
    /// That of the token with this audit id, and those rescoped from it.
    Audit(String),
    /// Those of one project's tokens, by project id.
    Project(String),
    /// That of one token.
    Token(TokenDigest),
    /// Those of one user's tokens, by user id.
    User(String),
}

impl Purge {
    /// Whether it is about tokens of `identity`. Of one token by its digest nobody can tell.
    pub fn means(&self, identity: &Identity) -> bool {
        match self {
            Self::All => true,
            Self::Audit(id) => identity.audit_ids().any(|own| own == id),
            Self::Project(id) => identity.project_id() == Some(id),
            Self::Token(_) => false,
            Self::User(id) => identity.user_id() == id,
        }
    }
}

/// How full the cache is.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    /// Identities held.
    pub identities: u64,
    /// Bytes that they hold.
    pub bytes: u64,
    /// Bytes that they may hold.
    pub capacity_bytes: u64,
    /// Refusals held.
    pub refusals: u64,
}

/// Both stores.
pub(super) struct Cache {
    identities: Local<Known>,
    refusals: Local<BadToken>,
    settings: Settings,
    clock: Clock,
    /// Counts purges. An answer asked for before a purge must not come back after it.
    generation: AtomicU64,
    metrics: Metrics,
}

/// A moment in the cache's history; see [`Cache::moment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Moment(u64);

impl Moment {
    /// The moment after so many purges.
    #[cfg(test)]
    pub(super) fn numbered(purges: u64) -> Self {
        Self(purges)
    }
}

impl Cache {
    pub(super) fn new(
        settings: &Settings,
        clock: Clock,
        registry: &Registry,
    ) -> Result<Self, MetricError> {
        let metrics = Metrics::register(registry)?;
        metrics.capacity.set(i64::try_from(settings.max_bytes).unwrap_or(i64::MAX));
        let evictions = metrics.evictions.clone();
        let weigh = |known: &Known| known.identity.weight();
        Ok(Self {
            identities: Local::bounded_by_weight(
                settings.max_bytes,
                settings.ttl,
                weigh,
                move |cause| evictions.count(cause),
            ),
            refusals: Local::bounded_by_count(settings.negative_max_entries, settings.negative_ttl),
            settings: settings.clone(),
            clock,
            generation: AtomicU64::new(0),
            metrics,
        })
    }

    /// What is known about `key`, or that `without` is good, counted. Allocates nothing.
    pub(super) fn recall(&self, key: &TokenKey, without: Option<&TokenKey>) -> Recall {
        let found = match without.map(|key| self.look(key)) {
            Some(Recall::Known(identity, age)) => Recall::Known(identity, age),
            Some(Recall::Bad(_) | Recall::Nothing) | None => self.look(key),
        };
        self.metrics.lookups.count(match &found {
            Recall::Known(..) | Recall::Bad(BadToken::Expired) => Lookup::Hit,
            Recall::Bad(_) => Lookup::NegativeHit,
            Recall::Nothing => Lookup::Miss,
        });
        if let Recall::Known(_, age) = &found {
            self.metrics.hit_age.observe(age.as_secs_f64());
        }
        found
    }

    /// The same, for one who has been counted already.
    pub(super) fn look(&self, key: &TokenKey) -> Recall {
        let steady = self.clock.steady();
        if let Some(entry) = self.identities.get(key) {
            let ends_at = entry.value.ends_at;
            return match freshness(entry.usable_until, ends_at, steady, self.clock.now()) {
                Freshness::Expired => Recall::Bad(BadToken::Expired),
                Freshness::Stale => Recall::Nothing,
                Freshness::Usable => {
                    Recall::Known(entry.value.identity, steady.saturating_sub(entry.since))
                }
            };
        }
        match self.refusals.get(key) {
            Some(entry) if steady < entry.usable_until => Recall::Bad(entry.value),
            _ => Recall::Nothing,
        }
    }

    /// Now, for [`Cache::remember`]. Take it before asking Keystone.
    pub(super) fn moment(&self) -> Moment {
        Moment(self.generation.load(Ordering::SeqCst))
    }

    /// Remembers a definite answer that was asked for at `asked`, unless something was purged
    /// since: the answer may be the very one that had to go.
    pub(super) fn remember(&self, key: TokenKey, answer: Result<Known, BadToken>, asked: Moment) {
        if asked != self.moment() {
            return;
        }
        let since = self.clock.steady();
        match answer {
            Ok(known) => {
                let life = lifetime(
                    self.settings.ttl,
                    self.settings.jitter,
                    fastrand::f64(),
                    known.ends_at,
                    self.clock.now(),
                );
                self.refusals.forget(&key);
                self.identities.put(key, known, since, life);
            }
            Err(bad) => {
                self.identities.forget(&key);
                self.refusals.put(key, bad, since, self.settings.negative_ttl);
            }
        }
    }

    /// Forgets entries and returns how many identities went. Refusals are all forgotten: a purge
    /// is asked for because something changed, and asking again is cheap.
    pub(super) fn purge(&self, which: &Purge) -> u64 {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.refusals.forget_if(|_| true);
        self.identities.forget_if(|known| match which {
            Purge::Token(digest) => known.digest == *digest,
            which => which.means(&known.identity),
        })
    }

    /// Drops what has ended and brings the gauges up to date. Called now and then by a task.
    pub(super) fn tidy(&self) {
        self.identities.tidy();
        self.refusals.tidy();
        let fill = self.fill();
        let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.metrics.entries.set(gauge(fill.identities));
        self.metrics.bytes.set(gauge(fill.bytes));
        self.metrics.negative_entries.set(gauge(fill.refusals));
    }

    pub(super) fn fill(&self) -> Fill {
        Fill {
            identities: self.identities.count(),
            bytes: self.identities.weight(),
            capacity_bytes: self.settings.max_bytes,
            refusals: self.refusals.count(),
        }
    }
}

#[cfg(test)]
mod tests;
