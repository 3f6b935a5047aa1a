//! The configuration changes while clients come and stay.

use super::load::{Aim, Load, is_full};
use super::stage::{Holdings, KEEPERS, Stage, everybody, reload, reloads};
use crate::support::{Proxy, get};

fn how_many() -> usize {
    if is_full() { 1000 } else { 100 }
}

const ONE: &str = "routes: [{name: all, path: /**, check: \"role:member\"}]\n\
                   server: {header_timeout: 9s}\n";
const OTHER: &str = "routes:\n- {name: here, path: /, check: \"role:reader\"}\n\
                     - {name: else, path: /**, check: \"role:admin\"}\n\
                     server: {header_timeout: 8s}\n";
const BROKEN: &str = "routes: [{path: /**, rule: nowhere}]\n";

#[test]
fn p04_a_hundred_reloads_under_load_cost_no_request_and_nothing_grows() {
    let stage = Stage::set();
    let base = stage.yaml();
    let proxy = Proxy::run(&format!("{base}{ONE}"), &["policy.watch=off", "log.access=off"]);
    let follow = |policy: &str, result: &str| {
        proxy.process.scratch().replace("portcullis.yaml", &format!("{base}{policy}"));
        reload(&proxy, result);
    };
    let status = || get(proxy.public, "/elsewhere", &[("X-Auth-Token", &stage.token)]).status;
    let addresses = vec![proxy.public];
    let aim = Aim { addresses, tls: None, token: stage.token.clone() };
    let load = Load::start(&aim, &everybody());
    for policy in [OTHER, ONE].into_iter().cycle().take(10) {
        follow(policy, "ok");
    }
    follow(BROKEN, "failed");
    load.go_on_for(300);
    let before = Holdings::of(&proxy.process);
    let policies = [(OTHER, 403), (ONE, 200)];
    for (number, (policy, elsewhere)) in policies.into_iter().cycle().take(how_many()).enumerate() {
        follow(policy, "ok");
        if number % 10 == 0 {
            follow(BROKEN, "failed");
        }
        assert_eq!(status(), elsewhere, "the last valid one is in force");
    }
    load.go_on_for(100);
    before.assert_flat(Holdings::of(&proxy.process));
    let tally = load.stop();
    assert!(tally.failures.is_empty(), "{tally:#?}");
    assert_eq!((tally.kept, tally.moved), (KEEPERS, 0), "connections were kept");
    let (good, bad) = (how_many() as u64 + 10, how_many() as u64 / 10 + 1);
    assert_eq!((reloads(&proxy, "ok"), reloads(&proxy, "failed")), (good, bad));
}
