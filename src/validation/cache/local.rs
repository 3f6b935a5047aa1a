//! One bounded store in this process. The only file that names the cache crate.

use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use moka::notification::RemovalCause;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::identity::TokenKey;

use super::Evicted;

/// What an entry costs besides its value: the key and the crate's own bookkeeping, measured at
/// some 250 bytes for this key and value size.
const OVERHEAD: usize = 256;

/// A value, since when it is known and until when it may be used, both on the steady clock.
#[derive(Clone)]
pub(super) struct Remembered<V> {
    pub(super) value: V,
    pub(super) since: Duration,
    pub(super) usable_until: Duration,
}

/// A bounded store.
pub(super) struct Local<V>(Cache<TokenKey, Remembered<V>, BuildHasherDefault<KeyIsHash>>);

impl<V: Clone + Send + Sync + 'static> Local<V> {
    /// Holds at most `bytes`, as `weigh` counts them. Entries are swept out `ttl` after they came
    /// in; until then they judge their own age.
    pub(super) fn bounded_by_weight(
        bytes: u64,
        ttl: Duration,
        weigh: fn(&V) -> usize,
        evicted: impl Fn(Evicted) + Send + Sync + 'static,
    ) -> Self {
        Self(
            Cache::builder()
                .max_capacity(bytes)
                .weigher(move |_, entry: &Remembered<V>| {
                    u32::try_from(weigh(&entry.value) + OVERHEAD).unwrap_or(u32::MAX)
                })
                .time_to_live(sweep_after(ttl))
                .eviction_listener(move |_, _, cause| {
                    evicted(match cause {
                        RemovalCause::Expired => Evicted::Expired,
                        RemovalCause::Explicit => Evicted::Purged,
                        RemovalCause::Replaced => Evicted::Replaced,
                        RemovalCause::Size => Evicted::Size,
                    });
                })
                .build_with_hasher(BuildHasherDefault::default()),
        )
    }

    /// Holds at most `entries`. The latest stay, so that a flood cannot fill it once and for all.
    pub(super) fn bounded_by_count(entries: u64, ttl: Duration) -> Self {
        Self(
            Cache::builder()
                .max_capacity(entries)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(sweep_after(ttl))
                .build_with_hasher(BuildHasherDefault::default()),
        )
    }

    pub(super) fn get(&self, key: &TokenKey) -> Option<Remembered<V>> {
        self.0.get(key)
    }

    /// Remembers `value`, known since `since`, for `life`; a life of zero is none.
    pub(super) fn put(&self, key: TokenKey, value: V, since: Duration, life: Duration) {
        if !life.is_zero() {
            self.0.insert(key, Remembered { value, since, usable_until: since + life });
        }
    }

    /// Whether there was something to forget.
    pub(super) fn forget(&self, key: &TokenKey) -> bool {
        self.0.remove(key).is_some()
    }

    pub(super) fn forget_if(&self, doomed: impl Fn(&V) -> bool) -> u64 {
        let keys: Vec<_> =
            self.0.iter().filter(|(_, entry)| doomed(&entry.value)).map(|(key, _)| *key).collect();
        keys.iter().map(|key| u64::from(self.forget(key))).sum()
    }

    pub(super) fn tidy(&self) {
        self.0.run_pending_tasks();
    }

    pub(super) fn count(&self) -> u64 {
        self.0.entry_count()
    }

    pub(super) fn weight(&self) -> u64 {
        self.0.weighted_size()
    }
}

/// The crate takes a zero for "at once" and panics on spans of centuries.
fn sweep_after(ttl: Duration) -> Duration {
    ttl.clamp(Duration::from_secs(1), Duration::from_hours(365 * 24))
}

/// A token key is a keyed digest already: hashing it again would only cost time.
#[derive(Default)]
pub(super) struct KeyIsHash(u64);

impl Hasher for KeyIsHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}
