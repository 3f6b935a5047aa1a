//! What the operator decides about the door.

use crate::identity::Names;
use crate::upstream::Pace;

use super::WebSockets;

/// How requests are read and refused.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The identity service's public address, told to clients in `WWW-Authenticate`.
    pub www_authenticate_uri: String,
    /// Whether the older names of identity headers are sent too.
    pub deprecated: bool,
    /// Bound on the fields of a request's head.
    pub max_fields: usize,
    /// Bound on requests in progress.
    pub max_requests: u64,
    /// Tunnels.
    pub websockets: WebSockets,
    /// How fast clients must send the bodies of their requests.
    pub pace: Pace,
}

impl Settings {
    /// The names under which the service is told who the user is.
    pub(super) fn names(&self) -> Names {
        if self.deprecated { Names::UserAndDeprecated } else { Names::User }
    }
}
