//! Time, as the rules need it: wall time for what Keystone dates, steady time for how long we
//! have held something.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A point in wall time, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(i64);

impl UnixTime {
    /// Later than any other.
    pub const MAX: Self = Self(i64::MAX);

    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// How long until `later`; zero when that has passed.
    pub fn until(self, later: Self) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// This point moved forward; saturates far in the future.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// Where the rules read the time. The only place in the program that looks at a system clock for
/// a decision.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Manual(Arc<Hands>),
    System { started: Instant },
}

#[derive(Debug)]
struct Hands {
    wall: AtomicI64,
    steady: AtomicI64,
}

impl Clock {
    /// The machine's clocks.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn system() -> Self {
        Self(Source::System { started: Instant::now() })
    }

    /// A clock that stands still until its handle moves it, for rules tested by table.
    pub fn manual(now: UnixTime) -> (Self, ManualClock) {
        let hands = Arc::new(Hands { wall: AtomicI64::new(now.0), steady: AtomicI64::new(0) });
        (Self(Source::Manual(Arc::clone(&hands))), ManualClock(hands))
    }

    /// Wall time now.
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    pub fn now(&self) -> UnixTime {
        match &self.0 {
            Source::Manual(hands) => UnixTime(hands.wall.load(Ordering::SeqCst)),
            Source::System { .. } => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                UnixTime(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
        }
    }

    /// Time since some fixed start. It never steps, whatever happens to wall time.
    pub fn steady(&self) -> Duration {
        match &self.0 {
            Source::Manual(hands) => Duration::from_millis(
                u64::try_from(hands.steady.load(Ordering::SeqCst)).unwrap_or(0),
            ),
            Source::System { started } => started.elapsed(),
        }
    }
}

/// Moves a [`Clock::manual`] clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Hands>);

impl ManualClock {
    /// Lets time pass on both clocks.
    pub fn advance(&self, span: Duration) {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.0.steady.fetch_add(millis, Ordering::SeqCst);
        self.step(millis);
    }

    /// Steps wall time alone, forwards or backwards, as an operator or NTP might.
    pub fn step(&self, millis: i64) {
        self.0.wall.fetch_add(millis, Ordering::SeqCst);
    }
}
