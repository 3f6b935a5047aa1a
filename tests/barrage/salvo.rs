//! Many clients at once, each with one pipelined batch after another.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use fastrand::Rng;

use super::mutation::mutated;
use super::panics;
use super::seeds::Seeds;
use super::strict::{LAST, Setting, Stage, ask, send};

/// Enough to keep the program busy while some wait.
const CLIENTS: u64 = 6;

/// Ends a batch, so that the program closes by itself when it has understood everything before.
fn last() -> Vec<u8> {
    let fields = "Host: s\r\nX-Auth-Token: good-alice\r\nConnection: close\r\n";
    format!("GET {LAST} HTTP/1.1\r\n{fields}\r\n").into_bytes()
}

/// What clients count together.
#[derive(Default)]
struct Tally {
    connections: AtomicU64,
    answers: AtomicU64,
    hangs: AtomicU64,
    done: AtomicBool,
}

/// Sends mutated requests until `enough` were answered. One that swallows those behind it, or
/// makes the program close before it has read them, counts once.
pub(crate) fn fire(setting: Setting, enough: u64) {
    panics::watch();
    let (stage, seeds, tally) = (Stage::set(setting), Seeds::load(), Tally::default());
    let begun = Instant::now();
    std::thread::scope(|threads| {
        for client in 0..CLIENTS {
            let (stage, seeds, tally) = (&stage, &seeds, &tally);
            threads.spawn(move || shoot(stage, seeds, tally, Rng::with_seed(client), enough));
        }
    });
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!(
        "{setting:?}: {} answers over {} connections, {} requests at the service, {} hangs, \
         {} panics, {:.1?}",
        count(&tally.answers),
        count(&tally.connections),
        stage.service.count(),
        count(&tally.hangs),
        panics::count(),
        begun.elapsed()
    );
    let objections = stage.service.objections();
    assert!(objections.is_empty(), "{} objections:\n{}", objections.len(), objections.join("\n"));
    assert_eq!((count(&tally.hangs), panics::count()), (0, 0), "hangs and panics");
    assert!(stage.service.count() > enough / 20, "the mutations are too wild to reach anything");
    let alive = ask(stage.address, &last());
    assert!(alive.answers.starts_with(b"HTTP/1.1 200 "), "the program serves no more");
}

fn shoot(stage: &Stage, seeds: &Seeds, tally: &Tally, mut random: Rng, enough: u64) {
    while !tally.done.load(Ordering::Relaxed) {
        let mut batch = Vec::new();
        for _ in 0..random.usize(1..=8) {
            batch.extend(mutated(seeds, &mut random));
        }
        batch.extend(last());
        let exchange = send(stage.address, &batch);
        tally.connections.fetch_add(1, Ordering::Relaxed);
        tally.hangs.fetch_add(u64::from(exchange.hung), Ordering::Relaxed);
        // The last one is honest, and counts for nothing.
        let honest = usize::from(exchange.answers.ends_with(b"\r\n\r\nlast"));
        let answers = (exchange.count() - honest) as u64;
        let all = tally.answers.fetch_add(answers, Ordering::Relaxed) + answers;
        if all >= enough || !stage.service.objections().is_empty() {
            tally.done.store(true, Ordering::Relaxed);
        }
    }
}
