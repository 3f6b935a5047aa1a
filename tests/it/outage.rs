//! Keystone's outage is not ours: known users go on, unknown ones are told to come back, nobody
//! is called unauthorized for it, and it ends by itself.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use keystone_double::{Fault, FaultKind};
use tokio::sync::Semaphore;

use crate::support::{
    Client, Keystone, Relay, Response, Scene, Sidecar, Upstream, eventually, get,
};

#[test]
fn m21_n01_cached_tokens_work_while_keystone_is_gone() {
    let scene = Scene::start();
    let token = scene.token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    scene.keystone.stop();
    for _ in 0..20 {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    }
}

#[test]
fn n01_unknown_tokens_are_told_to_come_back_soon_enough() {
    let scene = Scene::start();
    let token = scene.token();
    scene.keystone.stop();
    let start = Instant::now();
    assert_unavailable(&scene.sidecar.get_as(&token, "/"), "5");
    assert!(start.elapsed() < Duration::from_millis(5500), "{:?}", start.elapsed());
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.sidecar.metric("portcullis_keystone_up"), 0.0);
}

#[test]
fn a_request_without_a_token_is_a_401_whatever_keystone_does() {
    let scene = Scene::start();
    scene.keystone.stop();
    assert_eq!(scene.sidecar.get("/", &[]).status, 401);
}

#[test]
fn p17_probes_stay_green() {
    let scene = Scene::start();
    eventually("it is ready", || get(scene.sidecar.telemetry, "/readyz", &[]).status == 200);
    scene.keystone.stop();
    scene.sidecar.get_as("made-up", "/");
    for probe in ["/livez", "/readyz", "/startupz"] {
        assert_eq!(get(scene.sidecar.telemetry, probe, &[]).status, 200, "{probe}");
    }
}

#[test]
fn n21_the_proxy_starts_before_keystone_does() {
    let keystone = Keystone::start();
    keystone.stop();
    let scene = Scene::of(keystone, &[]);
    assert_eq!(get(scene.sidecar.telemetry, "/livez", &[]).status, 200);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
    scene.keystone.restart();
    scene.assert_serves();
}

#[test]
fn it_recovers_at_once_when_keystone_is_back() {
    let scene = Scene::start();
    let token = scene.token();
    scene.keystone.stop();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 503);
    scene.keystone.restart();
    let start = Instant::now();
    eventually("the token is validated", || scene.sidecar.get_as(&token, "/").status == 200);
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(scene.sidecar.metric("portcullis_keystone_up"), 1.0);
}

#[test]
fn n13_a_keystone_restarted_between_requests_goes_unnoticed() {
    let scene = Scene::start();
    for _ in 0..5 {
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
        scene.keystone.restart();
    }
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
}

#[test]
fn n02_a_keystone_that_hangs_is_given_up_at_the_deadline() {
    let scene = Scene::with(&[("keystone.timeout", "1s")]);
    let hang = scene.keystone.fail(Fault::validate(FaultKind::Hang));
    let start = Instant::now();
    assert_unavailable(&scene.sidecar.get_as(&scene.token(), "/"), "5");
    let took = start.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_millis(4500)).contains(&took), "{took:?}");
    scene.keystone.heal_one(hang);
    scene.assert_serves();
}

#[test]
fn connections_to_keystone_that_went_silent_cost_one_deadline_and_no_more() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let relay = Relay::before(keystone.address());
    let builder = Sidecar::before(&upstream, &keystone).set("keystone.auth_url", relay.url());
    let sidecar = builder.set("keystone.timeout", "3s").start();
    let scene = Scene { sidecar, keystone, upstream };
    keep_connections_to_keystone(&scene, 8);
    let before = relay.connections();
    assert!(before >= 8, "{before}");
    relay.forget();
    let start = Instant::now();
    assert_unavailable(&scene.sidecar.get_as(&scene.token(), "/"), "5");
    assert!(start.elapsed() >= Duration::from_millis(2700), "{:?}", start.elapsed());
    for _ in 0..16 {
        let start = Instant::now();
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
        assert!(start.elapsed() < Duration::from_millis(2700), "{:?}", start.elapsed());
    }
}

#[test]
fn a_slow_keystone_within_the_deadline_is_waited_for() {
    let scene = Scene::start();
    scene.keystone.fail(Fault::validate(FaultKind::Delay(Duration::from_millis(400))));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
}

#[test]
fn n02_a_hanging_keystone_does_not_hold_up_cached_tokens_or_probes() {
    let scene = Scene::with(&[("keystone.timeout", "60s")]);
    let known = scene.token();
    assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
    scene.keystone.fail(Fault::validate(FaultKind::Hang));
    let mut waiting: Vec<_> = (0..100)
        .map(|_| {
            let mut client = Client::connect(scene.sidecar.public);
            client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
            client
        })
        .collect();
    scene.keystone.wait("they all ask", |calls| calls.validations >= 64);
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
        assert_eq!(get(scene.sidecar.telemetry, "/livez", &[]).status, 200);
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(scene.keystone.calls().most_validations_in_flight, 64, "keystone.max_in_flight");
    waiting.clear();
}

#[test]
fn g10_more_questions_than_may_wait_are_refused_at_once() {
    let scene = Scene::with(&[("keystone.max_in_flight", "1"), ("keystone.max_waiting", "1")]);
    scene.keystone.fail(Fault::validate(FaultKind::Hang));
    let mut waiting: Vec<_> = (0..8)
        .map(|_| {
            let mut client = Client::connect(scene.sidecar.public);
            client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
            client
        })
        .collect();
    let shed = "portcullis_token_validations_shed_total";
    eventually("most are shed", || scene.sidecar.metric(shed) >= 6.0);
    waiting.clear();
}

#[test]
fn the_pause_that_keystone_asks_for_is_passed_on_in_seconds() {
    let scene = Scene::start();
    scene.keystone.fail(Fault::validate(FaultKind::too_many(Some("42"))));
    assert_unavailable(&scene.sidecar.get_as(&scene.token(), "/"), "42");
}

#[test]
fn the_pause_that_keystone_asks_for_is_understood_as_a_date() {
    let scene = Scene::start();
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(30));
    scene.keystone.fail(Fault::validate(FaultKind::too_many(Some(&date))));
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!(response.status, 503);
    let seconds: u64 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((27..=30).contains(&seconds), "{seconds}");
}

#[test]
fn a_pause_that_makes_no_sense_becomes_the_configured_one() {
    for nonsense in [None, Some("soon"), Some("-1"), Some("99999999999999999999"), Some("")] {
        let scene = Scene::with(&[("keystone.retry_after", "9s")]);
        scene.keystone.fail(Fault::validate(FaultKind::too_many(nonsense)));
        assert_unavailable(&scene.sidecar.get_as(&scene.token(), "/"), "9");
    }
}

#[test]
fn a_503_of_keystone_passes_its_pause_on_and_is_asked_again() {
    let scene = Scene::start();
    let FaultKind::Answer(answer) = FaultKind::status(503) else { unreachable!() };
    let answer = FaultKind::Answer(answer.header("Retry-After", "17"));
    scene.keystone.fail(Fault::validate(answer).times(1));
    let token = scene.token();
    assert_unavailable(&scene.sidecar.get_as(&token, "/"), "17");
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}

#[test]
fn a_pause_ends_by_itself() {
    let scene = Scene::start();
    scene.keystone.fail(Fault::validate(FaultKind::too_many(Some("1"))).times(1));
    let token = scene.token();
    let start = Instant::now();
    assert_unavailable(&scene.sidecar.get_as(&token, "/"), "1");
    eventually("the pause ends", || scene.sidecar.get_as(&token, "/").status == 200);
    assert!(start.elapsed() >= Duration::from_millis(900), "{:?}", start.elapsed());
    assert_eq!(scene.keystone.validations(), 2, "Keystone was left alone meanwhile");
}

/// Has `count` tokens validated at once, so that as many connections lie idle afterwards.
#[track_caller]
fn keep_connections_to_keystone(scene: &Scene, count: usize) {
    let gate = Arc::new(Semaphore::new(0));
    let held = scene.keystone.fail(Fault::validate(FaultKind::Gate(Arc::clone(&gate))));
    let mut clients: Vec<_> = (0..count).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut clients {
        client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    }
    let all = count as u64;
    scene.keystone.wait("they all ask", |calls| calls.most_validations_in_flight >= all);
    gate.add_permits(count);
    for client in &mut clients {
        assert_eq!(client.response().status, 200);
    }
    scene.keystone.heal_one(held);
}

#[track_caller]
fn assert_unavailable(response: &Response, retry_after: &str) {
    assert_eq!(response.status, 503, "{response:?}");
    assert_eq!(response.header("retry-after"), Some(retry_after));
    assert!(response.header("www-authenticate").is_none());
}
