//! The proxy against a real Keystone, which `scripts/real-keystone` installs under `target/`.
//!
//! The double of `tests/it` says what we believe about Keystone; this says whether it is so. A
//! machine that cannot run Keystone fails these tests, with the reason; it does not skip them.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::float_cmp,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a failed test panics and says where to look; counters are whole numbers"
)]

mod accounts;
mod addresses;
mod clients;
mod expected;
mod grpc;
mod guarded;
mod keystone;
mod lifetimes;
mod oslo;
mod outages;
mod parity;
mod people;
mod posture;
mod program;
mod refusals;
mod suite;
#[path = "../it/support/mod.rs"]
mod support;
mod tokens;
mod upstreams;
mod websocket;
