//! How many requests each client has at the service at once, so that one of them cannot take every
//! place.
//!
//! Clients are counted in a table of fixed size, three times, by three numbers that follow from who
//! they are: nothing is allocated for a request, and no number of clients makes it grow. Who shares
//! some of their counters with others does not notice. Only where others are busy on all three is
//! somebody refused too early: with a thousand clients at once, one in five thousand.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Who asks, as far as places at the service are shared out by it.
#[derive(Clone, Copy, Debug, Hash)]
pub enum Asker<'a> {
    /// Whoever comes from this address; of IPv6, from its network of 2^64, which one client has.
    Address(IpAddr),
    /// Somebody with no name and no address: a public route's request over a unix socket.
    Nobody,
    /// The user of this id, from wherever.
    User(&'a str),
}

/// The counters of all workers' requests to one service.
pub(super) struct Shares {
    most: u32,
    salt: RandomState,
    rows: [Box<[AtomicU32]>; ROWS],
}

impl Shares {
    /// At most so many for each client.
    pub(super) fn of(most: u32) -> Self {
        let row = || (0..1_u32 << BITS).map(|_| AtomicU32::new(0)).collect();
        Self { most, salt: RandomState::new(), rows: std::array::from_fn(|_| row()) }
    }

    /// One of `asker`'s; `None` when it has them all.
    pub(super) fn take(self: &Arc<Self>, asker: Asker<'_>) -> Option<Share> {
        let hash = self.salt.hash_one(asker);
        let column = |row| Column::try_from(hash >> (row * BITS) & ((1 << BITS) - 1));
        let [Ok(one), Ok(two), Ok(three)] = [0, 1, 2].map(column) else { return None };
        let share = Share { shares: Arc::clone(self), columns: [one, two, three] };
        // All are counted before any is looked at, and all are given back by a share that is
        // dropped: so nobody gets beyond the number, however many come at once.
        let before = share.counters().map(|counter| counter.fetch_add(1, Ordering::Relaxed)).min();
        before.is_none_or(|before| before < self.most).then_some(share)
    }
}

/// How often each client is counted.
const ROWS: usize = 3;

/// How many bits of a client's hash choose the counter in a row.
const BITS: u32 = 14;

/// Which of them. Small, for it goes along with every response.
type Column = u16;

/// A request's part in its client's count, until it is dropped.
pub(super) struct Share {
    shares: Arc<Shares>,
    columns: [Column; ROWS],
}

impl Share {
    fn counters(&self) -> impl Iterator<Item = &AtomicU32> {
        let all = self.shares.rows.iter().zip(self.columns);
        all.filter_map(|(row, column)| row.get(usize::from(column)))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        for counter in self.counters() {
            counter.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_as_many_as_any_other_and_no_more() {
        let shares = Arc::new(Shares::of(2));
        let alice = Asker::User("alice");
        let held: Vec<_> = [alice, alice].into_iter().filter_map(|a| shares.take(a)).collect();
        assert_eq!(held.len(), 2);
        assert!(shares.take(alice).is_none());
        assert!(shares.take(alice).is_none(), "what was refused is not counted");
        let others = (0..200_u8).map(|n| Asker::Address([192, 0, 2, n].into()));
        let all: Vec<_> = others.filter_map(|other| shares.take(other)).collect();
        assert!(all.len() >= 199, "{}", all.len());
        drop(held);
        assert!(shares.take(alice).is_some());
    }

    #[test]
    fn a_crowd_of_clients_is_hardly_ever_in_each_others_way() {
        let shares = Arc::new(Shares::of(1));
        let all = (0..1000_u32).map(|n| Asker::Address(n.to_be_bytes().into()));
        let held: Vec<_> = all.filter_map(|asker| shares.take(asker)).collect();
        assert!(held.len() > 990, "{}", held.len());
    }

    #[test]
    fn everything_is_given_back() {
        let shares = Arc::new(Shares::of(1));
        for n in 0..10_000_u32 {
            let address = Asker::Address(n.to_be_bytes().into());
            assert!(shares.take(address).is_some());
        }
        drop(shares.take(Asker::Nobody));
        let counted = shares.rows.iter().flatten().map(|counter| counter.load(Ordering::Relaxed));
        assert_eq!(counted.max(), Some(0));
    }
}
