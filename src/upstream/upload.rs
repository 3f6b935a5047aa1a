//! How far a request's body has come, shared between the body itself and whoever waits for the
//! answer to it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::task::AtomicWaker;

use crate::telemetry::Stopwatch;

/// How long a client may take over its body, counted only while the service would take more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Without sending anything.
    pub idle: Option<Duration>,
    /// How many bytes it must have sent for each second of waiting; zero asks for nothing.
    pub min_rate: u64,
}

impl Pace {
    /// Neither is asked for.
    pub const ANY: Self = Self { idle: None, min_rate: 0 };

    /// How much waiting is forgiven before anybody asks for a rate.
    fn grace(self) -> Duration {
        self.idle.unwrap_or(GRACE)
    }
}

/// How much waiting is forgiven where no limit says so.
const GRACE: Duration = Duration::from_secs(30);

/// What is known of one body on its way. Written by one task and read by another, and most often
/// both are the same.
#[derive(Debug, Default)]
pub(super) struct Upload {
    pace: Pace,
    moved: AtomicU64,
    bytes: AtomicU64,
    /// Begun when the client was first waited for.
    watch: OnceLock<Stopwatch>,
    /// When the wait that lasts began, in microseconds of the watch, and one more; zero when the
    /// client is not waited for.
    since: AtomicU64,
    /// How long the client was waited for in all, but for the wait that lasts.
    waited: AtomicU64,
    fault: AtomicU8,
    cut: AtomicBool,
    reader: AtomicWaker,
}

/// The client sends too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooSlow;

/// Why a body ended before its end, as far as it is the client's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The client broke off, or framed it wrongly.
    Broken,
    /// It is longer than allowed.
    TooLong,
}

impl Upload {
    /// Asks for another pace.
    pub(super) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// The pace that is asked for.
    pub(super) fn pace(&self) -> Pace {
        self.pace
    }

    /// Something came: this many bytes, or an end.
    pub(super) fn moved(&self, bytes: usize) {
        self.moved.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        let since = self.since.swap(0, Ordering::Relaxed);
        if since > 0 {
            let waited = self.now().saturating_sub(since - 1);
            self.waited.fetch_add(waited, Ordering::Relaxed);
        }
    }

    /// The service would take more than the client has sent.
    pub(super) fn waits(&self) {
        if self.since.load(Ordering::Relaxed) == 0 {
            self.since.store(self.now() + 1, Ordering::Relaxed);
        }
    }

    /// How often something has come.
    pub(super) fn count(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Whether the client is waited for, and will not be for ever.
    pub(super) fn is_clients_turn(&self) -> bool {
        self.pace.idle.is_some() && self.since.load(Ordering::Relaxed) > 0
    }

    /// How long the client may go on as it does; `None` when nobody waits for it.
    ///
    /// # Errors
    /// When it has been too slow already.
    pub(super) fn left(&self) -> Result<Option<Duration>, TooSlow> {
        let since = self.since.load(Ordering::Relaxed);
        if since == 0 {
            return Ok(None);
        }
        let waiting = Duration::from_micros(self.now().saturating_sub(since - 1));
        let waited = Duration::from_micros(self.waited.load(Ordering::Relaxed)) + waiting;
        let bytes = self.bytes.load(Ordering::Relaxed);
        let rated = bytes.checked_div(self.pace.min_rate).map(Duration::from_secs);
        let bounds = [
            self.pace.idle.map(|idle| idle.checked_sub(waiting)),
            rated.map(|rated| rated.max(self.pace.grace()).checked_sub(waited)),
        ];
        let mut least = None;
        for left in bounds.into_iter().flatten() {
            let left = left.filter(|left| !left.is_zero()).ok_or(TooSlow)?;
            least = Some(least.map_or(left, |least: Duration| least.min(left)));
        }
        Ok(least)
    }

    /// Notes why the body ends here.
    pub(super) fn fail(&self, fault: Fault) {
        let code = match fault {
            Fault::Broken => BROKEN,
            Fault::TooLong => TOO_LONG,
        };
        self.fault.store(code, Ordering::Relaxed);
    }

    /// Why the body ended before its end, if it did.
    pub(super) fn fault(&self) -> Option<Fault> {
        match self.fault.load(Ordering::Relaxed) {
            BROKEN => Some(Fault::Broken),
            TOO_LONG => Some(Fault::TooLong),
            _ => None,
        }
    }

    /// Nobody wants the rest.
    pub(super) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.reader.wake();
    }

    /// Whether nobody wants the rest; whoever asks is woken when that changes.
    pub(super) fn is_cut(&self, waker: &std::task::Waker) -> bool {
        self.reader.register(waker);
        self.cut.load(Ordering::Acquire)
    }

    fn now(&self) -> u64 {
        let watch = self.watch.get_or_init(Stopwatch::start);
        u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX - 1)
    }
}

const BROKEN: u8 = 1;
const TOO_LONG: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    /// An upload of so many bytes for which the client was waited for so long, and still is.
    fn upload(pace: Pace, bytes: u64, waited: Duration) -> Upload {
        let upload = Upload { pace, ..Upload::default() };
        upload.bytes.store(bytes, Ordering::Relaxed);
        upload.waited.store(u64::try_from(waited.as_micros()).unwrap(), Ordering::Relaxed);
        upload.waits();
        upload
    }

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn nobody_hurries_a_client_that_is_not_waited_for() {
        let pace = Pace { idle: Some(Duration::ZERO), min_rate: 1 };
        let upload = Upload { pace, ..Upload::default() };
        assert_eq!(upload.left(), Ok(None));
        upload.waits();
        assert_eq!(upload.left(), Err(TooSlow));
        upload.moved(1);
        assert_eq!(upload.left(), Ok(None));
    }

    #[test]
    fn a_rate_is_asked_for_after_the_grace_and_over_all_waiting() {
        let pace = Pace { idle: Some(MINUTE), min_rate: 10 };
        for (bytes, waited, fast) in [(0, 0, true), (599, 61, false), (700, 61, true)] {
            let left = upload(pace, bytes, Duration::from_secs(waited)).left();
            assert_eq!(left.is_ok(), fast, "{bytes} bytes in {waited} s: {left:?}");
        }
        let left = upload(pace, 700, Duration::from_secs(61)).left().unwrap().unwrap();
        assert!(left <= Duration::from_secs(9), "until the rate is missed: {left:?}");
    }

    #[test]
    fn without_limits_a_client_may_take_for_ever() {
        assert_eq!(upload(Pace::ANY, 0, 60 * MINUTE).left(), Ok(None));
    }
}
