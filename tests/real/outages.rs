//! Keystone goes away and comes back, in every way it can.

use std::time::{Duration, Instant};

use crate::guarded::{Guarded, Mode};
use crate::people::Scope;
use crate::suite::Suite;
use crate::support::{eventually, get};

/// What a client waits at most for "later".
const PATIENCE: Duration = Duration::from_secs(8);

/// How soon after Keystone's return everything is as before. On a machine with nothing else to do it
/// takes well under two seconds; here it shares the machine with everything else that is tested, so
/// this says that it recovers by itself, not how fast.
const RECOVERY: Duration = Duration::from_secs(30);

#[test]
fn an_outage_of_keystone_is_not_an_outage_of_the_service() {
    let mut suite = Suite::start("outages");
    // Each begins by starting Keystone: the one before may have failed in the middle.
    suite.scenario("stopped and started again", |keystone| {
        let both = Mode::ALL.map(|mode| Guarded::by(mode, keystone));
        let known = keystone.token("alice", Scope::Project("demo")).value;
        let unknown = keystone.token("bob", Scope::Project("demo")).value;
        for guarded in &both {
            guarded.pass(&known);
        }
        keystone.stop();
        for guarded in &both {
            during_an_outage(guarded, &known, &unknown);
            assert!(guarded.faults_of("connect") > 0.0);
        }
        keystone.start();
        let back = Instant::now();
        let new = keystone.token("carol", Scope::Project("other")).value;
        for guarded in &both {
            recovers(guarded, &[&known, &unknown, &new], back);
        }
    });
    suite.scenario("killed between two requests", |keystone| {
        keystone.start();
        let both = Mode::ALL.map(|mode| Guarded::by(mode, keystone));
        let before = keystone.token("alice", Scope::Project("demo")).value;
        for guarded in &both {
            guarded.pass(&before);
        }
        keystone.kill();
        keystone.start();
        let after = keystone.token("alice", Scope::Project("other")).value;
        for guarded in &both {
            guarded.pass(&after);
            assert_eq!(guarded.faults(), 0.0, "a dead connection is nobody's business");
        }
    });
    suite.scenario("started only after the proxy", |keystone| {
        keystone.start();
        let token = keystone.token("alice", Scope::Project("demo")).value;
        keystone.kill();
        let both = Mode::ALL.map(|mode| Guarded::by(mode, keystone));
        for guarded in &both {
            guarded.put_off(&token);
            let ready = || get(guarded.sidecar.telemetry, "/readyz", &[]).status == 200;
            eventually("it is ready without a Keystone", ready);
        }
        keystone.start();
        let back = Instant::now();
        for guarded in &both {
            recovers(guarded, &[&token], back);
        }
    });
    suite.scenario("frozen: it accepts connections and says nothing", |keystone| {
        keystone.start();
        let guarded = Guarded::by(Mode::SelfValidation, keystone);
        let known = keystone.token("alice", Scope::Project("demo")).value;
        let unknown = keystone.token("bob", Scope::Project("demo")).value;
        guarded.pass(&known);
        keystone.freeze();
        during_an_outage(&guarded, &known, &unknown);
        assert_eq!(guarded.faults_of("deadline"), 1.0);
        keystone.thaw();
        let back = Instant::now();
        recovers(&guarded, &[&known, &unknown], back);
    });
    suite.end();
}

/// Who is known is served, who is not is told to come back, and the proxy is well.
#[track_caller]
fn during_an_outage(guarded: &Guarded, known: &str, unknown: &str) {
    guarded.pass(known);
    let asked = Instant::now();
    guarded.put_off(unknown);
    assert!(asked.elapsed() < PATIENCE, "the answer took {:?}", asked.elapsed());
    guarded.pass(known);
    assert_eq!(guarded.sidecar.get("/", &[]).status, 401, "a missing token is nobody else's fault");
    assert_eq!(guarded.sidecar.metric("portcullis_keystone_up"), 0.0);
    for probe in ["/livez", "/readyz"] {
        assert_eq!(get(guarded.sidecar.telemetry, probe, &[]).status, 200, "{probe}");
    }
}

/// Everybody is served soon after Keystone came `back`.
#[track_caller]
fn recovers(guarded: &Guarded, tokens: &[&str], back: Instant) {
    for token in tokens {
        while guarded.get(token).status != 200 {
            assert!(back.elapsed() < RECOVERY, "no recovery after {:?}", back.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    assert!(back.elapsed() < RECOVERY, "recovery took {:?}", back.elapsed());
    assert_eq!(guarded.sidecar.metric("portcullis_keystone_up"), 1.0);
}
