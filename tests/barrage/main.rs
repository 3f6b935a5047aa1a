//! Mutated requests by the thousand, over kept and pipelined connections to the whole program: no
//! panic, no connection that hangs, nothing at the service that it could misread, and never a word
//! about the user that Keystone did not say.
//!
//! `PORTCULLIS_BARRAGE=1000000` sends a million; `fuzz/README.md` has figures.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a failed test panics, and a passed one says what it did"
)]

mod mutation;
mod panics;
mod salvo;
mod seeds;
#[path = "../strict/mod.rs"]
mod strict;

use strict::Setting;

/// How many requests must be answered, in all three tests together, unless more are asked for.
const USUAL: u64 = 20_000;

#[test]
fn no_mutation_gets_past_the_program_as_it_comes() {
    salvo::fire(Setting::Plain, share());
}

#[test]
fn no_mutation_is_vouched_for_where_the_service_decides() {
    salvo::fire(Setting::Delayed, share());
}

#[test]
fn no_mutation_gets_past_routes() {
    salvo::fire(Setting::Routed, share());
}

/// The honest request is understood, or none of the rest would mean anything; and the judge
/// objects to what it should.
#[test]
fn the_service_is_strict() {
    let honest = "GET / HTTP/1.1\r\nHost: s\r\nA: b\r\n\r\n";
    assert!(
        matches!(strict::read(honest.as_bytes()), strict::Read::Whole(_, used) if used == honest.len())
    );
    for end in 0..honest.len() {
        assert!(matches!(strict::read(&honest.as_bytes()[..end]), strict::Read::Part), "{end}");
    }
    for wrong in [
        "GET / HTTP/1.0\r\nHost: s\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: s\r\n\r\n",
        "GET / HTTP/1.1\nHost: s\n\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: s\r\nHost: s\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: s\r\nA : b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: s\r\nA: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: s\r\nA: \0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: s\r\nContent-Length: +1\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\nx\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n",
    ] {
        assert!(matches!(strict::read(wrong.as_bytes()), strict::Read::Wrong(_)), "{wrong:?}");
    }
}

fn share() -> u64 {
    let asked = std::env::var("PORTCULLIS_BARRAGE").ok().map(|n| n.parse().expect("a number"));
    asked.unwrap_or(USUAL).div_ceil(3)
}
