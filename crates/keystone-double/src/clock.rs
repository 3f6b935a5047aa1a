//! The time as the double sees it: the system's, moved by a test.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::profile::Timestamps;

/// A clock that can be moved.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.ahead).unwrap_or(now)
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.ahead = self.ahead.saturating_add(by);
    }
}

/// The whole second that holds this moment: Keystone keeps no finer times.
pub(crate) fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}

/// The moment `later` than another, or the last there is.
pub(crate) fn after(moment: Timestamp, later: Duration) -> Timestamp {
    moment.checked_add(later).unwrap_or(Timestamp::MAX)
}

/// Writes a moment as a profile does.
pub(crate) fn written(moment: Timestamp, style: Timestamps) -> String {
    let seconds = moment.strftime("%Y-%m-%dT%H:%M:%S");
    match style {
        Timestamps::Micros => format!("{seconds}.000000Z"),
        Timestamps::Millis => format!("{seconds}.000Z"),
        Timestamps::WithoutZone => format!("{seconds}.000000"),
    }
}

/// Reads ISO 8601, in UTC when no zone is given.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::{read, written};
    use crate::profile::Timestamps;

    #[test]
    fn times_are_written_as_each_profile_writes_them() {
        let moment = read("2026-11-21T18:35:58").unwrap();
        assert_eq!(written(moment, Timestamps::Micros), "2026-11-21T18:35:58.000000Z");
        assert_eq!(written(moment, Timestamps::Millis), "2026-11-21T18:35:58.000Z");
        assert_eq!(written(moment, Timestamps::WithoutZone), "2026-11-21T18:35:58.000000");
    }
}
