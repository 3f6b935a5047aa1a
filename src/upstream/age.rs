//! How long a connection to the service takes requests. A service that is many behind one address,
//! as pods behind a Kubernetes Service are, is chosen when a connection is made: without an end to
//! them, new ones would get no requests, and old ones keep theirs.

use std::time::Duration;

use crate::telemetry::Stopwatch;

/// Since when a connection is there, and for how long it takes requests.
pub(super) struct Age {
    since: Stopwatch,
    most: Option<Duration>,
}

impl Age {
    /// Of one that has just been made. It ends up to a tenth earlier than `most`, each at another
    /// moment, so that not all are made anew at once.
    pub(super) fn new(most: Option<Duration>) -> Self {
        let most = most.map(|most| most.mul_f64(1.0 - fastrand::f64() / 10.0));
        Self { since: Stopwatch::start(), most }
    }

    /// Whether it takes no more requests; those under way go on.
    pub(super) fn is_over(&self) -> bool {
        self.most.is_some_and(|most| self.since.elapsed() >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_end_within_the_last_tenth_of_their_time_and_not_all_at_once() {
        let most = Duration::from_secs(100);
        let ends: Vec<_> = (0..100).filter_map(|_| Age::new(Some(most)).most).collect();
        assert!(ends.iter().all(|end| (Duration::from_secs(90)..=most).contains(end)), "{ends:?}");
        assert!(ends.iter().any(|end| *end != ends[0]), "{ends:?}");
        assert!(!Age::new(None).is_over() && !Age::new(Some(most)).is_over());
        assert!(Age::new(Some(Duration::ZERO)).is_over());
    }
}
