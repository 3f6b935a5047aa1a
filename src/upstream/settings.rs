//! What the operator decides about the guarded service.

use std::time::Duration;

use crate::dial::Endpoint;

/// How to reach the guarded service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is.
    pub endpoint: Endpoint,
    /// Bound on making one connection, TLS included.
    pub connect_timeout: Duration,
    /// Bound on the wait for the head of the response, from the end of the request.
    pub response_timeout: Duration,
    /// How long an idle connection is kept.
    pub idle_timeout: Duration,
    /// How many idle connections each worker keeps.
    pub max_idle: usize,
}
