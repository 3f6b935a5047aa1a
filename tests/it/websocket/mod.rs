//! Web sockets: only where a route allows them, only when the service has understood, and never for
//! longer than the token that opened them.

mod cut;
mod ends;
pub(crate) mod frames;
mod handshakes;
mod over_tls;
mod revocation;
pub(crate) mod stage;
