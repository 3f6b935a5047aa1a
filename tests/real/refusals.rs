//! Tokens that are none, or none any more, and what they may cost.

use crate::guarded::{Guarded, Mode};
use crate::people::Scope;
use crate::suite::Suite;
use crate::support::eventually;

#[test]
fn what_is_no_token_is_refused_and_troubles_nobody_else() {
    let mut suite = Suite::start("refusals");
    for mode in Mode::ALL {
        suite.scenario(&format!("no token in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            assert_eq!(guarded.sidecar.get("/", &[]).status, 401);
            guarded.refuse("");
            guarded.refuse("   ");
            assert_eq!(guarded.validations(), 0.0, "Keystone need not be asked");
        });
        suite.scenario(&format!("unknown tokens in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            for unknown in ["unknown", "gAAAAABnope", "0123456789abcdef0123456789abcdef", "eyJ.a.b"]
            {
                guarded.refuse(unknown);
            }
            assert_eq!(guarded.validations(), 4.0);
            guarded.refuse("unknown");
            assert_eq!(guarded.validations(), 4.0, "a definite answer is remembered");
            assert_eq!(guarded.faults(), 0.0);
        });
        suite.scenario(&format!("altered tokens in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            let token = keystone.token("alice", Scope::Project("demo")).value;
            for at in [10, token.len() / 2, token.len() - 8] {
                guarded.refuse(&altered(&token, at));
            }
            guarded.refuse(&token[..token.len() - 4]);
            guarded.pass(&token);
            assert_eq!(guarded.faults(), 0.0);
        });
        suite.scenario(&format!("a token with padding is the same token in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            let token = keystone.token("alice", Scope::Project("demo")).value;
            let padded = format!("{token}==");
            assert_eq!(guarded.pass(&padded)["x-user-name"], "alice");
            assert_eq!(guarded.pass(&padded)["x-auth-token"], padded);
        });
        suite.scenario(&format!("access rules are not enforced yet in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            guarded.refuse(&keystone.application_credential_token("rules").value);
            assert_eq!(guarded.faults(), 0.0);
        });
        // Keystone's server answers longer ones with 431 and a closed connection, which is
        // neither an outage nor a reason to ask again.
        for size in [8_200, 20_000, 40_000, 300_000] {
            suite.scenario(&format!("a token of {size} bytes in {mode}"), |keystone| {
                let guarded = Guarded::by(mode, keystone);
                let response = guarded.get(&"a".repeat(size));
                assert!([401, 431].contains(&response.status), "{}", response.text());
                assert_eq!(guarded.upstream.count(), 0);
                assert_eq!(guarded.sidecar.metric("portcullis_keystone_up"), 1.0);
                guarded.pass(&keystone.token("alice", Scope::Unscoped).value);
                assert_eq!(guarded.faults(), 0.0);
            });
        }
        suite.scenario(&format!("a token beyond server.max_token in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            assert_eq!(guarded.get(&"a".repeat(40_000)).status, 431);
            assert_eq!(guarded.get(&"a".repeat(300_000)).status, 431);
            assert_eq!(guarded.validations(), 0.0, "Keystone need not be asked");
        });
        suite.scenario(&format!("a token as long as Keystone takes in {mode}"), |keystone| {
            let guarded = Guarded::by(mode, keystone);
            guarded.refuse(&"a".repeat(8_000));
            assert_eq!(guarded.validations(), 1.0);
        });
    }
    suite.scenario("a refusal can be found in Keystone's log by the request's id", |keystone| {
        let guarded = Guarded::by(Mode::SelfValidation, keystone);
        let id = "req-0d5a1c4e-6f0b-4b7e-9a55-4a3f0e6f2c11";
        let fields = [("X-Auth-Token", "unknown"), ("X-Openstack-Request-Id", id)];
        assert_eq!(guarded.sidecar.get("/", &fields).status, 401);
        let log = keystone.fact("/log");
        eventually("Keystone logs it", || std::fs::read_to_string(log).unwrap().contains(id));
    });
    suite.end();
}

/// `token` with another letter at `at`.
fn altered(token: &str, at: usize) -> String {
    let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}
