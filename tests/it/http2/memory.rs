//! Heads that grow when they are decoded: what they take is bounded, whatever they came as. The
//! real program runs in a process of its own, so that what is measured is its own.

use keystone_double::Scope;

use crate::support::frames::{block, bomb, frame, kind, setting};
use crate::support::{Keystone, Multiplexed, Proxy, RawClient, Scene, Upstream, get};

use super::head;

const MIB: u64 = 1 << 20;
const CONNECTIONS: usize = 10;
const STREAMS: u32 = 100;

#[test]
fn f04_references_behind_a_closed_window_take_little_memory() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let proxy = run(&keystone, &upstream);
    let before = proxy.process.memory();
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let closed = [(setting::INITIAL_WINDOW_SIZE, 0)];
        let mut client = RawClient::with(proxy.public, &closed);
        // Just within the bound on one decoded head.
        let first = [block(&head("made-up", &[])), bomb(440)].concat();
        let next = [block(&head("made-up", &[])), vec![0xbe; 440]].concat();
        for n in 0..STREAMS {
            let head = if n == 0 { &first } else { &next };
            client.send(frame(kind::HEADERS, 5, 2 * n + 1, head));
        }
        client.wait("all are answered", |client| client.so_far(2 * STREAMS - 1).is_some());
        assert_eq!(client.so_far(1).unwrap().status(), 431);
        clients.push(client);
    }
    let grown = proxy.process.peak_memory().saturating_sub(before);
    assert!(grown < 64 * MIB, "grew by {} MiB", grown / MIB);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(get(proxy.public, "/", &[("X-Auth-Token", &token)]).status, 200);
}

#[test]
fn f20_what_a_client_lets_us_remember_is_bounded_by_us() {
    let scene = Scene::start();
    let token = scene.token();
    // After the first one, which allows nothing.
    for allowed in [u32::MAX, 1 << 20, 8192] {
        let huge = [(setting::HEADER_TABLE_SIZE, allowed)];
        let mut client = RawClient::with(scene.sidecar.public, &huge);
        for n in 0..20 {
            let stream = 2 * n + 1;
            client.ask(stream, &head(&token, &[]));
            let whole = |client: &RawClient| client.so_far(stream).is_some_and(|now| now.complete);
            client.wait("an answer", whole);
        }
        assert!(client.table() <= 4096, "{allowed}: {}", client.table());
    }
    scene.assert_serves();
}

#[test]
fn f20_a_client_that_changes_the_table_all_the_time_is_served_or_sent_away() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let proxy = run(&keystone, &upstream);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    let mut client = RawClient::connect(proxy.public);
    for n in 0..200_u32 {
        let size = if n % 2 == 0 { 0 } else { 4096 };
        let setting = [&setting::HEADER_TABLE_SIZE.to_be_bytes()[..], &u32::to_be_bytes(size)];
        client.send(frame(kind::SETTINGS, 0, 0, &setting.concat()));
        client.ask(2 * n + 1, &head(&token, &[]));
        client.wait("an answer", |client| {
            client.so_far(2 * n + 1).is_some_and(|answer| answer.complete)
        });
    }
    // More than we said that we remember: what follows could not be read.
    let larger = [&[0x3f, 0xe1, 0xff, 0x03][..], &block(&head(&token, &[]))].concat();
    client.send(frame(kind::HEADERS, 5, 1001, &larger));
    assert!(client.end().is_some_and(|reason| reason != 0));
    let mut honest = Multiplexed::connect(proxy.public);
    assert_eq!(honest.get("/", &[("x-auth-token", &token)]).status, 200);
}

fn run(keystone: &Keystone, upstream: &Upstream) -> Proxy {
    let (upstream, keystone) = (upstream.url(), keystone.url());
    let yaml = format!("upstream: \"{upstream}\"\nkeystone: {{auth_url: \"{keystone}\"}}\n");
    let proxy = Proxy::run(&yaml, &["log.access=off"]);
    for _ in 0..20 {
        get(proxy.public, "/", &[]);
    }
    proxy
}
