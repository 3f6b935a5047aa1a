//! Keeps a repeated complaint from flooding the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Stopwatch;

/// Lets one line through per interval and counts the rest.
#[derive(Debug)]
pub struct Quiet {
    started: Stopwatch,
    interval: Duration,
    /// Milliseconds since `started` at which the next line may pass.
    next: AtomicU64,
    held_back: AtomicU64,
}

impl Quiet {
    /// One line per `interval`.
    pub fn new(interval: Duration) -> Self {
        Self {
            started: Stopwatch::start(),
            interval,
            next: AtomicU64::new(0),
            held_back: AtomicU64::new(0),
        }
    }

    /// Whether to log now; if so, how many lines were held back since the last.
    pub fn pass(&self) -> Option<u64> {
        let now = millis(self.started.elapsed());
        let next = self.next.load(Ordering::Relaxed);
        let later = now.saturating_add(millis(self.interval));
        let first = now >= next
            && self
                .next
                .compare_exchange(next, later, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if first {
            return Some(self.held_back.swap(0, Ordering::Relaxed));
        }
        self.held_back.fetch_add(1, Ordering::Relaxed);
        None
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_passes_and_the_rest_are_counted() {
        let quiet = Quiet::new(Duration::from_hours(1));
        assert_eq!(quiet.pass(), Some(0));
        assert_eq!(quiet.pass(), None);
        assert_eq!(quiet.pass(), None);
        assert_eq!(quiet.held_back.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn without_an_interval_every_line_passes() {
        let quiet = Quiet::new(Duration::ZERO);
        assert_eq!((quiet.pass(), quiet.pass()), (Some(0), Some(0)));
    }
}
