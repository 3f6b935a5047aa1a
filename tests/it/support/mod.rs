//! What the tests run the program with: the program itself, an identity service that misbehaves on
//! demand, a service that records what reaches it to the byte, and clients that send any bytes.
//!
//! Everything listens on a port the system picks, and every wait has a deadline.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::format_collect,
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed test panics, and each binary that includes this uses its own part of it"
)]

mod client;
mod digest;
pub mod frames;
mod http2;
mod keystone;
mod multiplexed;
mod passage;
mod patience;
mod process;
mod relay;
mod scene;
mod scratch;
mod sidecar;
mod tls;
mod upstream;
mod wire;

pub use client::{Client, Response, exchange, get, request};
pub use digest::sha256;
pub use frames::RawClient;
pub use http2::{Asked, Exchange, FrameKind, Frames, Http2, RawHttp2, Terms, frame};
pub use keystone::Keystone;
pub use multiplexed::{Multiplexed, Received, UnderWay};
pub use passage::{Passage, Through};
pub use patience::{DEADLINE, eventually};
pub use process::{Process, Proxy};
pub use relay::Relay;
pub use scene::{ACCOUNT, Scene};
pub use scratch::Scratch;
pub use sidecar::{Builder, Sidecar};
pub use tls::Certificate;
pub use upstream::{Call, Request, Upstream};
pub use wire::{Body, Fields, Framing, Head, Wire, first, lines};
