//! A client cannot take more than its share: slow ones are cut off, too many wait, and whoever
//! leaves gives back what it held.

use std::time::{Duration, Instant};

use keystone_double::{Fault, FaultKind};

use crate::support::{Client, Scene, eventually};

const OPEN: &str = "portcullis_connections{listener=\"public\"}";
const IN_FLIGHT: &str = "portcullis_http_requests_in_flight{listener=\"public\"}";

#[test]
fn g01_a_head_that_never_ends_is_cut_off() {
    let scene = Scene::with(&[("server.header_timeout", "300ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send("GET / HTTP/1.1\r\nHost: s\r\nX-Slow: ");
    let start = Instant::now();
    // Told 408 or simply closed; not kept.
    let _ = client.try_response(false);
    assert!(client.is_closed());
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn g01_a_head_in_small_pieces_gets_no_more_time_than_one_at_once() {
    let scene = Scene::with(&[("server.header_timeout", "300ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send("GET / HTTP/1.1\r\nHost: s\r\nX-Slow: ");
    let start = Instant::now();
    eventually("it is cut off", || client.try_send("x").is_err());
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
}

#[test]
fn g04_a_connection_that_lies_idle_is_closed() {
    let scene = Scene::with(&[("server.header_timeout", "1s"), ("server.keepalive_timeout", "1s")]);
    let token = scene.token();
    let mut used = Client::connect(scene.sidecar.public);
    assert_eq!(used.get("/", &[("X-Auth-Token", &token)]).status, 200);
    let mut unused = Client::connect(scene.sidecar.public);
    let start = Instant::now();
    assert!(used.is_closed() && unused.is_closed());
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
}

#[test]
fn a_used_connection_may_lie_idle_for_longer_than_a_head_may_take() {
    let scene = Scene::with(&[("server.header_timeout", "1s")]);
    let token = scene.token();
    let mut used = Client::connect(scene.sidecar.public);
    assert_eq!(used.get("/", &[("X-Auth-Token", &token)]).status, 200);
    // Twice as long as a head may take: the idle time itself is what is tested.
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(used.get("/", &[("X-Auth-Token", &token)]).status, 200);
}

#[test]
fn g05_clients_beyond_the_limit_wait_for_their_turn() {
    let scene = Scene::with(&[("server.max_connections", "4"), ("server.header_timeout", "1m")]);
    let token = scene.token();
    let mut first: Vec<_> = (0..4).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut first {
        assert_eq!(client.get("/", &[("X-Auth-Token", &token)]).status, 200);
    }
    let mut late: Vec<_> = (0..4).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut late {
        client.ask("GET", "/late", &[("X-Auth-Token", &token)]);
    }
    assert_eq!(scene.sidecar.metric(OPEN), 4.0);
    assert_eq!(scene.upstream.count(), 4, "nobody beyond the limit is served");
    drop(first);
    for client in &mut late {
        assert_eq!(client.response().status, 200);
    }
}

#[test]
fn clients_that_leave_while_they_wait_leave_nothing_behind() {
    let scene = Scene::start();
    scene.keystone.fail(Fault::validate(FaultKind::Hang));
    let mut clients: Vec<_> = (0..50).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut clients {
        client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    }
    eventually("all wait", || scene.sidecar.metric(IN_FLIGHT) == 50.0);
    drop(clients);
    eventually("all have left", || {
        scene.sidecar.metric(IN_FLIGHT) == 0.0 && scene.sidecar.metric(OPEN) == 0.0
    });
    eventually("Keystone is left alone", || {
        scene.sidecar.metric("portcullis_keystone_in_flight") == 0.0
    });
    assert_eq!(scene.upstream.count(), 0);
    scene.keystone.heal();
    scene.assert_serves();
}
