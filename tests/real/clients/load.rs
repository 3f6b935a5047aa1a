//! h2load: many requests at once, and the end of the process in the middle of them.

use std::process::Stdio;

use crate::keystone::RealKeystone;
use crate::support::eventually;

use super::services::{Kind, SMALL, Service};
use super::stage::{Stage, Way, ran};
use super::transfers::text;
use super::witness::Witness;

/// Every request is answered well.
pub(super) fn none_of_many_fails(stage: &Stage, way: Way) {
    let load = ["--requests=3000", "--clients=5", "--max-concurrent-streams=20"];
    let said = text(&ran(&mut stage.h2load(way, SMALL, &load)).stdout);
    let wanted = "3000 total, 3000 started, 3000 done, 3000 succeeded, 0 failed, 0 errored";
    assert!(said.contains(wanted), "{way:?}: {said}");
    assert!(said.contains("status codes: 3000 2xx"), "{way:?}: {said}");
}

/// Whoever has asked when the process is told to stop is answered to the end.
pub(super) fn stopping_fails_nobody(keystone: &RealKeystone) {
    for kind in [Kind::Nginx, Kind::Nghttpd] {
        let service = Service::start(kind);
        let stage = Stage::before(kind, &service, keystone);
        // Keystone's own time, for a token that nobody knows yet, is not the load's.
        stage.curl(Way::Http2, SMALL, &["--fail"]);
        let witness = Witness::before(stage.sidecar.public);
        let load = ["--duration=4", "--clients=4", "--max-concurrent-streams=10"];
        let child = stage
            .h2load_at(&format!("http://{}/{SMALL}", witness.address), &load)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("scripts/test-tools http2");
        eventually("it is under load", || stage.sidecar.decisions("allow", "confirmed") > 100.0);
        stage.sidecar.stop();
        let said = text(&child.wait_with_output().unwrap().stdout);
        let seen = witness.seen();
        assert!(seen.sent.len() >= 100, "{kind:?}: {said}");
        assert_eq!(seen.sent, seen.answered, "{kind:?}: {said}");
        assert!(seen.farewells > 0, "{kind:?}: nobody was asked to go away: {said}");
        // What it did not send after that, h2load counts as failed or not at all.
        let answered = seen.answered.len();
        assert!(said.contains(&format!(", {answered} succeeded,")), "{answered}: {said}");
        assert!(said.contains(&format!("status codes: {answered} 2xx")), "{answered}: {said}");
        assert!(said.contains(" 0 timeout"), "{said}");
    }
}
