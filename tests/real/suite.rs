//! Scenarios that share one Keystone, run one after another.
//!
//! A Keystone takes seconds to start, so a test is a group of scenarios. Each scenario brings its
//! own proxy, and the failure of one does not hide the others.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::keystone::RealKeystone;

/// The groups, one test each. When all have passed in one process, the sum is printed.
const GROUPS: [&str; 11] = [
    "accounts",
    "addresses",
    "clients",
    "grpc",
    "lifetimes",
    "outages",
    "parity",
    "refusals",
    "tokens",
    "upstreams",
    "websocket",
];

/// One group under way.
pub(crate) struct Suite {
    name: &'static str,
    pub(crate) keystone: RealKeystone,
    started: Instant,
    passed: usize,
    failed: Vec<String>,
}

impl Suite {
    /// Starts a Keystone for the group `name`.
    #[track_caller]
    pub(crate) fn start(name: &'static str) -> Self {
        assert!(GROUPS.contains(&name), "{name} is missing from the list of groups");
        let keystone = RealKeystone::up(name);
        Self { name, keystone, started: Instant::now(), passed: 0, failed: Vec::new() }
    }

    /// Runs one scenario.
    pub(crate) fn scenario(&mut self, what: &str, play: impl FnOnce(&mut RealKeystone)) {
        let keystone = &mut self.keystone;
        if catch_unwind(AssertUnwindSafe(|| play(keystone))).is_ok() {
            self.passed += 1;
        } else {
            eprintln!("^ {}: {what}\n", self.name);
            self.failed.push(what.to_owned());
        }
    }

    /// Fails if a scenario did, and else says how many passed, past the harness's capture.
    #[track_caller]
    pub(crate) fn end(self) {
        static DONE: Mutex<(usize, usize)> = Mutex::new((0, 0));
        let Self { name, started, passed, failed, .. } = &self;
        assert!(failed.is_empty(), "{name}: {passed} scenarios passed, failed: {failed:#?}");
        let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
        let (groups, scenarios) = (done.0 + 1, done.1 + passed);
        *done = (groups, scenarios);
        let mut out = std::io::stdout().lock();
        let took = started.elapsed().as_secs_f32();
        writeln!(out, "real Keystone, {name}: {passed} scenarios passed in {took:.1} s").unwrap();
        if groups == GROUPS.len() {
            writeln!(out, "real Keystone: {scenarios} scenarios passed").unwrap();
        }
    }
}
