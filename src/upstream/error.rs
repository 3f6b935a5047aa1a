//! What can go wrong between us and the guarded service.

use std::time::Duration;

use crate::dial::{DialError, TrustError};

/// Why the guarded service did not answer.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The client's body is longer than allowed.
    #[error("the body is longer than this route takes")]
    BodyTooLong,
    /// It answered with something that is not HTTP, or closed the connection first.
    #[error("the service broke off")]
    Broken(#[source] hyper::Error),
    /// The client broke off its own request, or framed it wrongly on the way.
    #[error("the client broke off its request")]
    Client(#[source] hyper::Error),
    /// It could not be reached.
    #[error(transparent)]
    Connect(#[from] DialError),
    /// It took too long.
    #[error("the service did not answer within {0:?}")]
    Deadline(Duration),
    /// As many requests as allowed wait for it already.
    #[error("too many requests wait for the service")]
    Full,
    /// A tunnel was asked for, and it is spoken to in HTTP/2.
    #[error("an HTTP/2 connection to the service cannot become a tunnel")]
    NoTunnel,
    /// As many of this client's requests as allowed wait for it already.
    #[error("too many of the client's requests wait for the service")]
    Share,
    /// The client did not go on with its body, or did so too slowly.
    #[error("the client stalled its upload")]
    Stalled,
    /// It switched protocols unasked, framed its body in two ways, sent a `Connection` field that
    /// is no list of names, or sent interim responses without end.
    #[error("the service's response cannot be passed on")]
    Unusable,
}

/// Why the body of a response ended before its end. Whoever passes it on must not end it cleanly.
#[derive(Debug, thiserror::Error)]
pub enum ResponseError {
    /// The service broke off, or framed it wrongly.
    #[error("the service broke off within its response")]
    Broken(#[source] hyper::Error),
    /// The service did not go on with it.
    #[error("the service paused within its response for {0:?}")]
    Idle(Duration),
    /// The client did not go on with its own body.
    #[error("the client stalled its upload")]
    Stalled,
    /// The whole exchange took too long.
    #[error("the response did not end within {0:?}")]
    Total(Duration),
}

/// The service's address could never be used.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is no legal `Host`.
    #[error("upstream: the address is no legal Host value")]
    Authority,
    /// Its certificate could never be checked.
    #[error("upstream: {0}")]
    Trust(#[from] TrustError),
}
