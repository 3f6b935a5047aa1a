//! Every kind of token that Keystone issues: the service sees exactly what Keystone says.

use crate::expected::{identity_headers, vouched_for};
use crate::guarded::{Guarded, Mode, seen};
use crate::keystone::RealKeystone;
use crate::people::{Issued, Scope};
use crate::suite::Suite;

/// Makes a token of one kind.
type Mint = fn(&RealKeystone) -> Issued;

const KINDS: [(&str, Mint); 15] = [
    ("a project's", |keystone| keystone.token("alice", Scope::Project("demo"))),
    ("a project's with one role", |keystone| keystone.token("carol", Scope::Project("other"))),
    ("an administrator's", |keystone| keystone.token("bob", Scope::Project("admin"))),
    ("a domain's", |keystone| keystone.token("bob", Scope::Domain("Default"))),
    ("the system's", |keystone| keystone.token("bob", Scope::System)),
    ("the system's, read only", |keystone| keystone.token("sysreader", Scope::System)),
    ("unscoped", |keystone| keystone.token("alice", Scope::Unscoped)),
    ("names beyond ASCII", |keystone| keystone.token("Žluťoučký", Scope::Project("東京"))),
    ("names beyond ASCII, unscoped", |keystone| keystone.token("Žluťoučký", Scope::Unscoped)),
    ("another domain's", |keystone| keystone.token("acmeadmin", Scope::Domain("Acme"))),
    ("another domain's project's", |keystone| {
        keystone.token("acmeadmin", Scope::Project("acme-web"))
    }),
    ("a restricted application credential's", |keystone| {
        keystone.application_credential_token("restricted")
    }),
    ("an unrestricted application credential's", |keystone| {
        keystone.application_credential_token("unrestricted")
    }),
    ("a trust's without impersonation", |keystone| keystone.token("carol", Scope::Trust("plain"))),
    ("scoped from another", |keystone| {
        let unscoped = keystone.token("alice", Scope::Unscoped);
        keystone.rescoped(&unscoped, Scope::Project("other"))
    }),
];

/// What a client may not say about itself.
const SPOOFED: [(&str, &str); 8] = [
    ("OpenStack-System-Scope", "all"),
    ("X-Domain-Id", "default"),
    ("X-Identity-Status", "Confirmed"),
    ("X-Project-Id", "spoofed"),
    ("X-Roles", "admin"),
    ("X-Service-Roles", "service"),
    ("X_User_Id", "spoofed"),
    ("x-user-name", "spoofed"),
];

#[test]
fn every_kind_of_token_shows_the_service_exactly_whom_keystone_names() {
    let mut suite = Suite::start("tokens");
    for mode in Mode::ALL {
        let guarded = Guarded::by(mode, &suite.keystone);
        for (kind, mint) in KINDS {
            suite.scenario(&format!("{kind} in {mode}"), |keystone| {
                shows(&guarded, keystone, &mint(keystone));
            });
        }
    }
    suite.scenario("an impersonating trust's in service mode names the trustor", |keystone| {
        let guarded = Guarded::by(Mode::Service, keystone);
        let token = keystone.token("carol", Scope::Trust("impersonate"));
        shows(&guarded, keystone, &token);
        assert_eq!(seen(&guarded.upstream)["x-user-name"], "alice");
    });
    // Keystone compares the caller, who is the trustee, with the subject's user, the trustor.
    suite.scenario("an impersonating trust's cannot validate itself", |keystone| {
        let guarded = Guarded::by(Mode::SelfValidation, keystone);
        guarded.pass(&keystone.token("alice", Scope::Project("demo")).value);
        guarded.refuse(&keystone.token("carol", Scope::Trust("impersonate")).value);
        assert_eq!(guarded.faults(), 0.0);
    });
    suite.scenario("a token under Swift's name", |keystone| {
        let guarded = Guarded::by(Mode::SelfValidation, keystone);
        let token = keystone.token("alice", Scope::Project("demo")).value;
        let response = guarded.sidecar.get("/", &[("X-Storage-Token", &token)]);
        assert_eq!(response.status, 200, "{}", response.text());
        assert_eq!(seen(&guarded.upstream)["x-storage-token"], token);
    });
    suite.end();
}

/// Sends `token` along with lies, and compares what arrives with Keystone's own words.
#[track_caller]
fn shows(guarded: &Guarded, keystone: &RealKeystone, token: &Issued) {
    let fields: Vec<_> =
        [("X-Auth-Token", token.value.as_str())].into_iter().chain(SPOOFED).collect();
    let response = guarded.sidecar.get("/v1/things", &fields);
    assert_eq!(response.status, 200, "{}", response.text());
    let seen = seen(&guarded.upstream);
    let validated = keystone.validation_of(&token.value).expect("Keystone knows its own token");
    assert_eq!(vouched_for(&seen), identity_headers(&validated));
    assert_eq!(vouched_for(&seen), identity_headers(&token.document));
    assert_eq!(seen["x-auth-token"], token.value);
}
