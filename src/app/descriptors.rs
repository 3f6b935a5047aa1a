//! File descriptors: as many as the system lets us have, and no more connections than they carry.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What everything but client connections may take: side doors, Keystone, workers, files.
const RESERVE: u64 = 160;

/// Raises this process's own limit as far as it may, and returns how many client connections fit:
/// each takes a descriptor, and one more for its connection to the service.
pub(super) fn connections_that_fit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // A soft limit below the hard one is only a default; where raising is forbidden, it stays.
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    current.map_or(usize::MAX, |limit| {
        usize::try_from(limit.saturating_sub(RESERVE) / 2).unwrap_or(usize::MAX).max(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_connections_always_fit() {
        assert!(connections_that_fit() >= 1);
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum, "raised as far as it goes");
    }
}
