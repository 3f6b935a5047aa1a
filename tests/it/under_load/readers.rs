//! Many clients that ask for much and take nothing of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::stage::Stage;
use crate::support::{Client, Proxy, eventually};

const READERS: u64 = 100;

/// More than the kernel keeps for anybody.
const BODY: usize = 64 << 20;
const PIECE: usize = 64 << 10;

/// What may be under way with us for one of them. What the kernel holds is not ours.
const EACH: u64 = 400 * 1024;

#[test]
fn g03_what_a_client_does_not_take_stays_with_the_service() {
    let stage = Stage::set();
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    stage.upstream.answer(move |call| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n");
        call.wire.send(head.as_bytes())?;
        let piece = vec![b'x'; PIECE];
        (0..BODY / PIECE).try_for_each(|_| {
            counted.fetch_add(1, Ordering::SeqCst);
            call.wire.send(&piece)
        })
    });
    let proxy = Proxy::run(&stage.yaml(), &["log.access=off"]);
    let ask = |_| {
        let mut client = Client::connect(proxy.public);
        client.ask("GET", "/", &[("X-Auth-Token", &stage.token)]);
        client
    };
    let some: Vec<_> = (0..10).map(ask).collect();
    held_back(&sent);
    let before = proxy.process.memory();
    let more: Vec<_> = (0..READERS).map(ask).collect();
    stage.upstream.wait_for(some.len() + more.len());
    held_back(&sent);
    let each = proxy.process.memory().saturating_sub(before) / READERS;
    assert!(each < EACH, "{each} bytes for each");
}

/// Waits until the service gets nothing more of its answers away.
#[track_caller]
fn held_back(sent: &AtomicU64) {
    let (mut last, mut same) = (0, 0);
    eventually("the service is held back", || {
        let now = sent.load(Ordering::SeqCst);
        same = if now == last { same + 1 } else { 0 };
        last = now;
        now > 0 && same > 150
    });
}
