//! The whole program, three times, and bytes for it.

use std::sync::LazyLock;
use std::time::Duration;

use crate::strict::{Setting, Stage, send_within};

static STAGES: LazyLock<[Stage; 3]> =
    LazyLock::new(|| [Setting::Plain, Setting::Delayed, Setting::Routed].map(Stage::set));

/// Shorter than in tests: an input that was cut off here is no loss.
const PATIENCE: Duration = Duration::from_millis(4);

/// Sends bytes to one of the programs; which one depends on their number, so that a finding stays
/// one.
///
/// # Panics
/// When the connection hangs, or the service saw what it never should have. A panic of the
/// program's own ends the process anyway.
pub fn throw(bytes: &[u8]) {
    let stage = &STAGES[bytes.len() % STAGES.len()];
    let exchange = send_within(stage.address, bytes, PATIENCE);
    assert!(!exchange.hung, "the connection does not end");
    let objections = stage.service.objections();
    assert!(objections.is_empty(), "{objections:#?}");
}
