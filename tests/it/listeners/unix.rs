//! A unix socket: who may open it is the file's affair, and an address nobody has there.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Scratch, eventually};

use super::{ask_over_unix, scene};

#[test]
fn requests_come_over_a_unix_socket() {
    let scratch = Scratch::new();
    let scene = scene("listen: unix:HERE/a.sock\n", scratch.path());
    let path = scratch.path().join("a.sock");
    let head = ask_over_unix(&path, &[("X-Auth-Token", &scene.token())]);
    assert!(head.line.starts_with("HTTP/1.1 200 "), "{head:?}");
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-identity-status"), ["Confirmed"]);
    assert_eq!(seen.headers("x-forwarded-for"), ["unknown"]);
    let accepted = "portcullis_connections_accepted_total{listener=\"public\"}";
    assert_eq!(scene.sidecar.metric(accepted), 1.0);
    let open = "portcullis_connections{listener=\"public\"}";
    eventually("it has left", || scene.sidecar.metric(open) == 0.0);
}

#[test]
fn p14_who_comes_over_a_unix_socket_is_not_believed_about_earlier_hops() {
    let scratch = Scratch::new();
    let scene = scene("listen: unix:HERE/a.sock\n", scratch.path());
    let token = scene.token();
    let lies = [
        ("X-Auth-Token", &token[..]),
        ("X-Forwarded-For", "198.51.100.7"),
        ("X-Forwarded-Proto", "https"),
        ("X-Real-IP", "198.51.100.7"),
        ("Forwarded", "for=198.51.100.7"),
    ];
    ask_over_unix(&scratch.path().join("a.sock"), &lies);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-forwarded-for"), ["unknown"]);
    assert_eq!(seen.headers("x-forwarded-proto"), ["http"]);
    assert!(!seen.mentions("198.51.100.7"), "{seen:?}");
}

#[test]
fn p14_who_may_open_the_socket_is_believed_when_the_operator_says_so() {
    let scratch = Scratch::new();
    let yaml = "listen: unix:HERE/a.sock\nlistener: {trusted_proxies: unix}\n";
    let scene = scene(yaml, scratch.path());
    let token = scene.token();
    let words = [("X-Auth-Token", &token[..]), ("X-Forwarded-For", "198.51.100.7")];
    ask_over_unix(&scratch.path().join("a.sock"), &words);
    assert_eq!(scene.upstream.last().headers("x-forwarded-for"), ["198.51.100.7"]);
}

#[test]
fn the_file_says_who_may_connect() {
    let scratch = Scratch::new();
    for (said, mode) in [("owner", 0o600), ("group", 0o660), ("everybody", 0o666)] {
        let yaml = format!("listen: unix:HERE/{said}.sock\nlistener: {{socket_users: {said}}}\n");
        let scene = scene(&yaml, scratch.path());
        let path = scratch.path().join(format!("{said}.sock"));
        let found = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{said}");
        ask_over_unix(&path, &[("X-Auth-Token", &scene.token())]);
        assert_eq!(scene.upstream.count(), 1, "{said}");
    }
}

#[test]
fn a_socket_that_a_former_process_left_is_no_obstacle() {
    let scratch = Scratch::new();
    let path = scratch.path().join("a.sock");
    for _ in 0..2 {
        let scene = scene("listen: unix:HERE/a.sock\n", scratch.path());
        ask_over_unix(&path, &[("X-Auth-Token", &scene.token())]);
        assert_eq!(scene.upstream.count(), 1);
    }
}
