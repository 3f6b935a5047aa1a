//! What the operator decides about tunnels.

use std::time::Duration;

/// How long a tunnel may last.
#[derive(Clone, Copy, Debug)]
pub struct WebSockets {
    /// Bound on the time in which nothing passes, either way.
    pub idle_timeout: Duration,
    /// Bound on all of it, whatever the token says; `None` for no bound.
    pub max_lifetime: Option<Duration>,
    /// How long it may go on after its token has ended.
    pub grace: Duration,
}
