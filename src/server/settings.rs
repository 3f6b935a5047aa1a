//! What the operator decides about the public listener.

use std::net::SocketAddr;
use std::time::Duration;

/// Where and how clients are served.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address to listen on; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Bound on the arrival of a request head once it has begun, and on the wait for the first one.
    /// It is looked at once per period, so a late head is cut off within twice this time.
    pub header_timeout: Duration,
    /// Bound on the idle time between requests, and on the wait for a client that takes nothing of
    /// the rest of a response.
    pub keepalive_timeout: Duration,
    /// Bound on a request head in bytes; more is answered with 431.
    pub max_header_bytes: usize,
    /// Bound on connections in all; more wait in the kernel's queue.
    pub max_connections: usize,
}
