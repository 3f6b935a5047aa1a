//! Web sockets: only where a route allows them, only when the service has understood, and never for
//! longer than the token that opened them.

mod ends;
mod frames;
mod handshakes;
mod stage;
