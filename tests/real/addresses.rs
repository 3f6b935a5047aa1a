//! Every way in which operators write where Keystone is, right and wrong.

use crate::guarded::{Guarded, SERVICE};
use crate::keystone::RealKeystone;
use crate::people::Scope;
use crate::suite::Suite;

const MODES: [&str; 2] = ["mode: self", SERVICE];

#[test]
fn an_address_leads_to_keystone_or_nobody_is_blamed() {
    let mut suite = Suite::start("addresses");
    let prefixed = RealKeystone::up_under("prefixed", "/identity");
    let port = |keystone: &RealKeystone| format!("http://{}", keystone.authority());
    for rest in ["", "/", "/v3", "/v3/"] {
        suite.scenario(&format!("http://host:port{rest}"), |keystone| {
            leads(&format!("{}{rest}", port(keystone)), keystone);
        });
        suite.scenario(&format!("http://host:port/identity{rest}"), |_| {
            leads(&format!("{}/identity{rest}", port(&prefixed)), &prefixed);
        });
    }
    suite.scenario("localhost instead of an address", |keystone| {
        leads(&keystone.url().replace("127.0.0.1", "localhost"), keystone);
    });
    suite.scenario("a prefix that is not there", |keystone| {
        misleads(&format!("{}/identity/v3", port(keystone)), keystone);
    });
    suite.scenario("a prefix that is missing", |_| {
        misleads(&format!("{}/v3", port(&prefixed)), &prefixed);
    });
    suite.scenario("a prefix that is another", |_| {
        misleads(&format!("{}/keystone/v3", port(&prefixed)), &prefixed);
    });
    suite.end();
}

#[track_caller]
fn leads(auth_url: &str, keystone: &RealKeystone) {
    for mode in MODES {
        let guarded = Guarded::asking(auth_url, mode);
        let seen = guarded.pass(&keystone.token("alice", Scope::Project("demo")).value);
        assert_eq!(seen["x-user-name"], "alice");
        let refused = guarded.get("unknown");
        assert_eq!(refused.status, 401);
        let challenge = format!("Keystone uri=\"{auth_url}\"");
        assert_eq!(refused.header("www-authenticate"), Some(challenge.as_str()));
        assert_eq!(guarded.faults(), 0.0);
    }
}

/// Whatever the token, nobody can know: never a 401.
#[track_caller]
fn misleads(auth_url: &str, keystone: &RealKeystone) {
    let token = keystone.token("alice", Scope::Project("demo")).value;
    for mode in MODES {
        let guarded = Guarded::asking(auth_url, mode);
        guarded.put_off(&token);
        guarded.put_off("unknown");
        assert_eq!(guarded.faults_of("not_keystone"), 2.0);
    }
}
