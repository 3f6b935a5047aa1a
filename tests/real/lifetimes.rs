//! How tokens end: by expiry, by revocation, with their user or their project; and how long the
//! proxy goes on believing in them.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};

use crate::guarded::{Guarded, Mode, SERVICE};
use crate::people::Scope;
use crate::suite::Suite;
use crate::support::{eventually, exchange, request};

#[test]
fn a_token_that_has_ended_is_refused_once_the_cache_lets_go_of_it() {
    let mut suite = Suite::start("lifetimes");
    suite.keystone.start_short();
    for mode in Mode::ALL {
        endings(&mut suite, mode);
    }
    suite.scenario("an expired token", |keystone| {
        let both = Mode::ALL.map(|mode| Guarded::by(mode, keystone));
        // The first question takes the longest, and the token lives three seconds.
        let another = keystone.token("bob", Scope::Project("demo")).value;
        for guarded in &both {
            guarded.pass(&another);
        }
        let token = keystone.short_token("alice", Scope::Project("demo")).value;
        for guarded in &both {
            guarded.pass(&token);
        }
        for guarded in &both {
            eventually("the token expires", || guarded.get(&token).status == 401);
            assert_eq!(guarded.validations(), 2.0, "Keystone need not be asked again");
        }
        eventually("Keystone agrees", || keystone.validation_of(&token).is_none());
        for mode in Mode::ALL {
            Guarded::by(mode, keystone).refuse(&token);
        }
    });
    suite.scenario("a purge by audit id", |keystone| {
        let guarded = Guarded::by(Mode::SelfValidation, keystone);
        let token = keystone.token("alice", Scope::Project("demo"));
        guarded.pass(&token.value);
        keystone.revoke(&token.value);
        let audit_id = token.document["audit_ids"][0].as_str().unwrap();
        purge(&guarded, &format!("audit_id={audit_id}"));
        guarded.refuse(&token.value);
    });
    // Keystone's answer is a 403 about the subject, which must not pass for one about us.
    suite.scenario("a trust's token when the trustor is disabled", |keystone| {
        let token = keystone.token("carol", Scope::Trust("plain")).value;
        let bystander = keystone.token("bob", Scope::Project("demo")).value;
        keystone.enable("user", "alice", false);
        for mode in Mode::ALL {
            let guarded = Guarded::by(mode, keystone);
            guarded.pass(&bystander);
            guarded.refuse(&token);
            assert_eq!(guarded.faults(), 0.0);
        }
        keystone.enable("user", "alice", true);
        keystone.lasting_token("alice", Scope::Project("demo"));
    });
    suite.scenario("a user who is disabled cannot log in", |keystone| {
        let answer = keystone.log_in(keystone.url(), "dave", Scope::Project("demo"));
        assert_eq!(answer.status, 401, "{}", answer.body);
    });
    suite.scenario("our own token is renewed before it ends", |keystone| {
        let guarded = Guarded::asking(keystone.short_url(), SERVICE);
        let token = keystone.token("alice", Scope::Project("demo")).value;
        eventually("it has been renewed", || {
            guarded.pass(&token);
            purge(&guarded, "all");
            guarded.logins() > 1.0
        });
        assert_eq!(guarded.faults(), 0.0);
    });
    suite.end();
}

/// The ways to end that Keystone tells at once.
fn endings(suite: &mut Suite, mode: Mode) {
    suite.scenario(&format!("a revoked token passes until it is purged in {mode}"), |keystone| {
        let guarded = Guarded::by(mode, keystone);
        let token = keystone.token("alice", Scope::Project("demo")).value;
        let bystander = keystone.token("bob", Scope::Project("demo")).value;
        guarded.pass(&token);
        guarded.pass(&bystander);
        keystone.revoke(&token);
        guarded.pass(&token);
        purge(&guarded, &format!("token_digest={}", sha256(&token)));
        guarded.refuse(&token);
        let asked = guarded.validations();
        guarded.pass(&bystander);
        assert_eq!(guarded.validations(), asked, "another's entry went too");
    });
    suite.scenario(&format!("a revoked token that nobody has seen in {mode}"), |keystone| {
        let token = keystone.token("alice", Scope::Project("demo")).value;
        keystone.revoke(&token);
        Guarded::by(mode, keystone).refuse(&token);
    });
    suite.scenario(
        &format!("a revoked token passes no longer than cache.ttl in {mode}"),
        |keystone| {
            let guarded = Guarded::by(mode, keystone);
            let brief = Guarded::with_cache(mode, keystone, "ttl: 300ms");
            let token = keystone.token("alice", Scope::Project("demo")).value;
            guarded.pass(&token);
            brief.pass(&token);
            keystone.revoke(&token);
            eventually("the entry ends", || brief.get(&token).status == 401);
            guarded.pass(&token);
        },
    );
    suite.scenario(&format!("a disabled user in {mode}"), |keystone| {
        let guarded = Guarded::by(mode, keystone);
        let token = keystone.lasting_token("erin", Scope::Project("demo")).value;
        guarded.pass(&token);
        keystone.enable("user", "erin", false);
        guarded.pass(&token);
        purge(&guarded, &format!("user={}", keystone.id("users", "erin")));
        guarded.refuse(&token);
        Guarded::by(mode, keystone).refuse(&token);
        keystone.enable("user", "erin", true);
        Guarded::by(mode, keystone).refuse(&token);
        guarded.pass(&keystone.lasting_token("erin", Scope::Project("demo")).value);
    });
    suite.scenario(&format!("a disabled project in {mode}"), |keystone| {
        let guarded = Guarded::by(mode, keystone);
        let token = keystone.token("carol", Scope::Project("other")).value;
        guarded.pass(&token);
        keystone.enable("project", "other", false);
        purge(&guarded, &format!("project={}", keystone.id("projects", "other")));
        guarded.refuse(&token);
        keystone.enable("project", "other", true);
        Guarded::by(mode, keystone).pass(&token);
    });
}

/// Makes the proxy forget, through its operator's door.
#[track_caller]
fn purge(guarded: &Guarded, query: &str) {
    let fields = [("Host", "localhost"), ("Connection", "close")];
    let request = request("DELETE", &format!("/cache?{query}"), &fields, b"");
    let answer = exchange(guarded.sidecar.admin, request);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"purged\": 1"), "{answer}");
}

fn sha256(text: &str) -> String {
    let mut hex = String::new();
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}
