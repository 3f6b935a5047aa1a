//! Panics of any thread: one in a connection's task ends that task, and nobody else would notice.

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);
static WATCH: Once = Once::new();

/// Counts panics from now on, and still says where they were.
pub(crate) fn watch() {
    WATCH.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            COUNT.fetch_add(1, Ordering::SeqCst);
            tell(panic);
        }));
    });
}

/// How many there were.
pub(crate) fn count() -> u64 {
    COUNT.load(Ordering::SeqCst)
}
