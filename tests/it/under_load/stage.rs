//! The cast of these tests, and what the program holds of the system.

use keystone_double::Scope;

use super::load::Crowd;
use crate::support::{Keystone, Process, Proxy, Upstream, eventually, get};

const MIB: u64 = 1 << 20;

/// What nobody counts: connections to the service that come and go with the moment, a file that is
/// being read.
const COMINGS_AND_GOINGS: u64 = 40;

/// Threads of the runtime's own that read files, and end when they have had nothing to do.
const READERS: u64 = 4;

/// What memory may have grown by, whatever was done a hundred times.
const LITTLE: u64 = 16 * MIB;

/// Everybody but the program.
pub(super) struct Stage {
    pub(super) keystone: Keystone,
    pub(super) upstream: Upstream,
    pub(super) token: String,
}

impl Stage {
    pub(super) fn set() -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let token = keystone.issue("alice", Scope::project("demo")).token();
        Self { keystone, upstream, token }
    }

    /// What a configuration says of them.
    pub(super) fn yaml(&self) -> String {
        let (upstream, keystone) = (self.upstream.url(), self.keystone.url());
        format!("upstream: \"{upstream}\"\nkeystone: {{auth_url: \"{keystone}\"}}\n")
    }
}

/// What a process holds of the system.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holdings {
    descriptors: u64,
    threads: u64,
    memory: u64,
}

impl Holdings {
    pub(super) fn of(process: &Process) -> Self {
        Self {
            descriptors: process.descriptors(),
            threads: process.threads(),
            memory: process.memory(),
        }
    }

    /// Fails when `later` is more by anything that one time of a hundred would leave behind.
    #[track_caller]
    pub(super) fn assert_flat(self, later: Self) {
        let both = format!("{self:?} became {later:?}");
        assert!(later.descriptors <= self.descriptors + COMINGS_AND_GOINGS, "{both}");
        assert!(later.threads <= self.threads + READERS, "{both}");
        assert!(later.memory <= self.memory + LITTLE, "{both}");
    }
}

/// Twenty clients over either HTTP that keep their connections, and a few that do not: 400 requests
/// in a second.
pub(super) fn everybody() -> Vec<Crowd> {
    vec![
        Crowd { clients: 12, http2: false, keep: true },
        Crowd { clients: 8, http2: true, keep: true },
        Crowd { clients: 3, http2: false, keep: false },
        Crowd { clients: 1, http2: true, keep: false },
    ]
}

/// How many of them keep their connections.
pub(super) const KEEPERS: u64 = 20;

/// Sends SIGHUP and waits until one more reload has ended so.
#[track_caller]
pub(super) fn reload(proxy: &Proxy, result: &str) {
    let before = reloads(proxy, result);
    proxy.process.signal("HUP");
    eventually(&format!("a reload is {result}"), || reloads(proxy, result) > before);
}

/// How many reloads ended so.
#[track_caller]
pub(super) fn reloads(proxy: &Proxy, result: &str) -> u64 {
    let name = format!("portcullis_config_reloads_total{{result=\"{result}\"}} ");
    let page = get(proxy.telemetry, "/metrics", &[]).text();
    let value = page.lines().find_map(|line| line.strip_prefix(&name));
    value.unwrap_or_else(|| panic!("no {name}")).parse().expect("a number")
}
