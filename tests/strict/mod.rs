//! A stage for hostile bytes: the whole program on loopback, between an identity service that
//! knows a few tokens and a service that takes nothing on trust.
//!
//! The service reads every byte by the letter of RFC 9112, and holds every request against what
//! Keystone said of its tokens. What it objects to is collected, for whoever sends the bytes:
//! `tests/barrage` and the fuzz targets `http1` and `http2`.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed test panics, and each program that includes this uses its own part of it"
)]

mod client;
mod judge;
mod people;
mod request;
mod service;
mod stage;

pub use client::{Exchange, ask, send, send_within};
pub use judge::Judge;
pub use request::{Read, Request, read};
pub use service::{LAST, Service};
pub use stage::{Setting, Stage};
