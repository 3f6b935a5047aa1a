//! Web sockets: asked for in HTTP, and bytes from then on.
//!
//! A tunnel outlives the decision that let it in, so it ends with the token behind it, or when that
//! is revoked. Its bytes are passed on unread; only where frames begin is followed, so that a word
//! of our own does not fall into the middle of one.

mod attempt;
mod farewell;
mod handshake;
mod metrics;
mod open;
mod pipe;
mod position;
mod settings;
mod story;
mod tunnel;

pub(super) use attempt::{Attempt, settle};
pub(super) use handshake::Handshake;
pub(super) use story::Story;

pub use open::Tunnels;
pub use settings::WebSockets;
pub use tunnel::Tunnel;
