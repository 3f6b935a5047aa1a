//! The doors: where a protocol meets the decision. One door so far, the reverse proxy.
//!
//! A door translates: the wire into an [`AccessRequest`](crate::admission::AccessRequest), the
//! answer back into the wire. It never decides.

mod body;
mod credentials;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod gates;
mod grpc;
mod hops;
mod json_body;
mod metrics;
mod origin;
mod peer;
mod protocol;
mod record;
mod rehearsal;
mod reply;
mod request_id;
mod reverse_proxy;
mod rewrite;
mod settings;
mod shared;
mod target;
mod upstreams;
mod websocket;

pub use body::Body;
pub use metrics::Metrics;
pub use peer::Peer;
pub use rehearsal::{Answer, Rehearsal, Stage};
pub use reverse_proxy::{Handled, ReverseProxy};
pub use settings::Settings;
pub use shared::{BadChallenge, Shared};
pub use upstreams::{BadUpstream, Upstreams};
pub use websocket::{Tunnel, Tunnels, WebSockets};
