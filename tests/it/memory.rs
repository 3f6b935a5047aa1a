//! Memory has bounds that neither bodies, nor slow peers, nor made-up tokens can move. The real
//! program runs in a process of its own, so that what is measured is its own.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use keystone_double::Scope;

use crate::support::{Client, Framing, Keystone, Proxy, Upstream, eventually, get, request};

const MIB: u64 = 1 << 20;
const PIECE: usize = 1 << 20;

/// Of bodies far larger than what may be held of them.
const BODY: u64 = 2048 * MIB;

/// What may be under way when one end does not read: the kernel's buffers on both connections.
const UNDER_WAY: u64 = 64 * MIB;

/// What a few connections may hold at once. The allocator takes memory in steps of 2 MiB or more,
/// so this says that bodies are not held, not how much a connection costs.
const LITTLE: u64 = 32 * MIB;

#[test]
fn g07_an_upload_is_streamed() {
    let stage = Stage::set(&[]);
    let received = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&received);
    stage.upstream.answer(move |call| {
        counted.store(call.discard()?, Ordering::SeqCst);
        call.respond(200, &[], b"")
    });
    let before = stage.warmed_up();
    let mut client = Client::connect(stage.proxy.public);
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: {BODY}\r\n\r\n",
        stage.token
    ));
    let piece = vec![b'x'; PIECE];
    for _ in 0..BODY / MIB {
        client.send(&piece);
    }
    assert_eq!(client.response().status, 200);
    assert_eq!(received.load(Ordering::SeqCst), BODY);
    stage.assert_little_since(before);
}

#[test]
fn g07_a_download_is_streamed() {
    let stage = Stage::set(&[]);
    let before = stage.warmed_up();
    stage.upstream.answer(|call| {
        call.wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n").as_bytes())?;
        let piece = vec![b'x'; PIECE];
        (0..BODY / MIB).try_for_each(|_| call.wire.send(&piece))
    });
    let mut client = Client::connect(stage.proxy.public);
    client.ask("GET", "/", &[("X-Auth-Token", &stage.token)]);
    client.try_head().unwrap();
    let mut received = 0;
    let count = &mut |piece: &[u8]| received += piece.len() as u64;
    client.wire().pour(Framing::Length(BODY), count).unwrap();
    assert_eq!(received, BODY);
    stage.assert_little_since(before);
}

#[test]
fn g07_a_service_that_does_not_read_holds_the_client_back() {
    let stage = Stage::set(&[]);
    let before = stage.warmed_up();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    stage.upstream.answer(move |call| {
        let _ = held.lock().unwrap().recv();
        call.close();
        Ok(())
    });
    let client = {
        let mut client = Client::connect(stage.proxy.public);
        client.send(format!(
            "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: {BODY}\r\n\r\n",
            stage.token
        ));
        client
    };
    client.stream().set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let piece = vec![b'x'; PIECE];
    let mut taken = 0;
    while let Ok(written) = client.stream().write(&piece) {
        taken += written as u64;
        assert!(taken < UNDER_WAY, "{} MiB were taken from the client", taken / MIB);
    }
    stage.assert_little_since(before);
    drop(release);
}

#[test]
fn g03_a_client_that_does_not_read_holds_the_service_back() {
    let stage = Stage::set(&[]);
    let before = stage.warmed_up();
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    stage.upstream.answer(move |call| {
        call.wire.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n").as_bytes())?;
        let piece = vec![b'x'; PIECE];
        for _ in 0..BODY / MIB {
            call.wire.send(&piece)?;
            counted.fetch_add(MIB, Ordering::SeqCst);
        }
        Ok(())
    });
    let mut client = Client::connect(stage.proxy.public);
    client.ask("GET", "/", &[("X-Auth-Token", &stage.token)]);
    let (mut last, mut same) = (0, 0);
    eventually("the service is held back", || {
        let now = sent.load(Ordering::SeqCst);
        same = if now == last { same + 1 } else { 0 };
        last = now;
        now > 0 && same > 150
    });
    assert!(last < UNDER_WAY, "{} MiB were taken from the service", last / MIB);
    stage.assert_little_since(before);
}

#[test]
fn m09_g10_a_flood_of_made_up_tokens_stays_within_its_bound_and_pushes_no_good_one_out() {
    const FLOOD: u64 = 10_000;
    const BATCH: usize = 50;
    let stage = Stage::set(&[
        "cache.negative_max_entries=1000",
        "cache.negative_ttl=1h",
        "keystone.max_waiting=10000",
        "log.access=off",
    ]);
    let before = stage.warmed_up();
    let mut clients: Vec<_> = (0..8).map(|_| Client::connect(stage.proxy.public)).collect();
    let mut made_up = 0;
    while made_up < FLOOD {
        for client in &mut clients {
            let mut batch = Vec::new();
            for _ in 0..BATCH {
                let token = format!("{made_up:0200}");
                batch.extend(request("GET", "/", &[("X-Auth-Token", &token)], b""));
                made_up += 1;
            }
            client.send(batch);
        }
        for client in &mut clients {
            for _ in 0..BATCH {
                assert_eq!(client.response().status, 401);
            }
        }
    }
    assert_eq!(stage.keystone.validations(), made_up + 1);
    let fill = get(stage.proxy.admin, "/cache", &[("Host", "127.0.0.1")]).json();
    assert!(fill["refusals"].as_u64().unwrap() <= 1000, "{fill}");
    assert_eq!(fill["identities"], 1);
    stage.assert_little_since(before);
    assert_eq!(get(stage.proxy.public, "/", &[("X-Auth-Token", &stage.token)]).status, 200);
    assert_eq!(stage.keystone.validations(), made_up + 1, "the good token is still known");
}

#[test]
fn g15_requests_leave_nothing_behind() {
    const ROUNDS: usize = 40;
    const BATCH: usize = 100;
    let stage = Stage::set(&["log.access=off"]);
    let good = request("GET", "/", &[("X-Auth-Token", &stage.token)], b"").repeat(BATCH);
    let bad = request("GET", "/", &[("X-Auth-Token", "made-up")], b"").repeat(BATCH);
    let round = || {
        // Connections come and go, too.
        let mut client = Client::connect(stage.proxy.public);
        for (batch, status) in [(&good, 200), (&bad, 401)] {
            client.send(batch);
            for _ in 0..BATCH {
                assert_eq!(client.response().status, status);
            }
        }
    };
    let (before, descriptors) = {
        (0..ROUNDS / 4).for_each(|_| round());
        (stage.warmed_up(), stage.proxy.process.descriptors())
    };
    (0..ROUNDS).for_each(|_| round());
    let grown = stage.proxy.process.memory().saturating_sub(before);
    assert!(grown < 4 * MIB, "8,000 requests have left {} KiB", grown / 1024);
    eventually("no descriptor stays", || stage.proxy.process.descriptors() <= descriptors + 2);
}

/// The program in its own process, and everybody around it.
struct Stage {
    proxy: Proxy,
    keystone: Keystone,
    upstream: Upstream,
    token: String,
}

impl Stage {
    fn set(settings: &[&str]) -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let yaml = format!(
            "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
            upstream.url(),
            keystone.url()
        );
        let token = keystone.issue("alice", Scope::project("demo")).token();
        Self { proxy: Proxy::run(&yaml, settings), keystone, upstream, token }
    }

    /// The memory it has once everything has been used a little.
    fn warmed_up(&self) -> u64 {
        for _ in 0..20 {
            let response = get(self.proxy.public, "/", &[("X-Auth-Token", &self.token)]);
            assert_eq!(response.status, 200);
        }
        self.proxy.process.memory()
    }

    #[track_caller]
    fn assert_little_since(&self, before: u64) {
        let peak = self.proxy.process.peak_memory();
        let grown = peak.saturating_sub(before);
        assert!(grown < LITTLE, "grew from {} to {} MiB", before / MIB, peak / MIB);
    }
}
