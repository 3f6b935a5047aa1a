//! The double as its clients see it: over a socket, byte for byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a test spawns its double and its client, and measures them"
)]

mod client;
mod counting;
mod faults;
mod life;
mod login;
mod profiles;
mod validation;
