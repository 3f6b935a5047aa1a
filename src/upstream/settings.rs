//! What the operator decides about the guarded service.

use std::time::Duration;

use crate::dial::{Endpoint, Multiplexing, Protocol};

/// How to reach the guarded service.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where it is.
    pub endpoint: Endpoint,
    /// What it speaks.
    pub protocol: Protocol,
    /// Bound on making one connection, TLS included.
    pub connect_timeout: Duration,
    /// Bounds on waiting for an answer.
    pub deadlines: Deadlines,
    /// How long an idle connection is kept.
    pub idle_timeout: Duration,
    /// How long a connection takes requests; `None` for as long as it lasts.
    pub max_age: Option<Duration>,
    /// How many idle HTTP/1.1 connections each worker keeps.
    pub max_idle: usize,
    /// Bounds on one HTTP/2 connection.
    pub multiplexing: Multiplexing,
    /// How many requests may be under way at once, by all workers together.
    pub max_pending: u32,
    /// How many of them may be one client's; `None` for any number.
    pub max_pending_per_client: Option<u32>,
}

/// How long the service may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deadlines {
    /// To begin its answer, from when the request or its body last moved.
    pub response: Duration,
    /// To go on with the body of its answer, while the client would take more.
    pub body: Option<Duration>,
    /// For everything, from the request to the end of the answer's body.
    pub total: Option<Duration>,
}
