//! How long a test waits for something before it fails.

use std::time::{Duration, Instant};

/// Longer than this, anything here has gone wrong, however busy the machine is. No test is to wait
/// for its end: whatever takes so long is a failure.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// Waits until `condition` holds.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "waited {DEADLINE:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
