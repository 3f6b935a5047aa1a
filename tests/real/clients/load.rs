//! h2load: many requests at once, and the end of the process in the middle of them.

use std::process::Stdio;

use crate::keystone::RealKeystone;
use crate::support::eventually;

use super::services::{Kind, SMALL, Service};
use super::stage::{Stage, Way, ran};
use super::transfers::text;

/// Every request is answered well.
pub(super) fn none_of_many_fails(stage: &Stage, way: Way) {
    let load = ["--requests=3000", "--clients=5", "--max-concurrent-streams=20"];
    let said = text(&ran(&mut stage.h2load(way, SMALL, &load)).stdout);
    let wanted = "3000 total, 3000 started, 3000 done, 3000 succeeded, 0 failed, 0 errored";
    assert!(said.contains(wanted), "{way:?}: {said}");
    assert!(said.contains("status codes: 3000 2xx"), "{way:?}: {said}");
}

/// Whoever is being served when the process is asked to stop is served to the end.
pub(super) fn stopping_fails_nobody(keystone: &RealKeystone) {
    for (kind, way) in [(Kind::Nginx, Way::Http2), (Kind::Nghttpd, Way::Http2OverTls)] {
        let service = Service::start(kind);
        let stage = Stage::before(kind, &service, keystone);
        // Keystone's own time, for a token that nobody knows yet, is not the load's.
        stage.curl(way, SMALL, &["--fail"]);
        let load = ["--duration=4", "--clients=4", "--max-concurrent-streams=10"];
        let child = stage
            .h2load(way, SMALL, &load)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("scripts/test-tools http2");
        eventually("it is under load", || stage.sidecar.decisions("allow", "confirmed") > 100.0);
        stage.sidecar.stop();
        let said = text(&child.wait_with_output().unwrap().stdout);
        // What it wanted to ask after the GOAWAY it could not ask any more, and does not count.
        let [total, done, succeeded, failed] =
            ["total", "done", "succeeded", "failed"].map(|what| count(&said, what));
        assert!(total > 100, "{way:?}: {said}");
        assert_eq!((done, succeeded, failed), (total, total, 0), "{way:?}: {said}");
        assert!(said.contains(" 0 errored, 0 timeout"), "{way:?}: {said}");
    }
}

/// A number of h2load's line about requests.
#[track_caller]
fn count(said: &str, what: &str) -> u64 {
    let line = said.lines().find(|line| line.starts_with("requests:")).expect("a report");
    let mut parts = line.trim_start_matches("requests:").split(',');
    let found = parts.find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("how many {what}: {line}"))
}
