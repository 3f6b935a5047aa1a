//! Who is at the other end of a connection, as far as the connection itself tells.

use std::net::SocketAddr;
use std::sync::Arc;

use super::peers::Peers;
use super::settings::ClientField;
use super::tls::Facts;

/// The other end of a connection.
#[derive(Clone, Debug)]
pub struct Client {
    /// The listener that it came to.
    pub listener: Arc<str>,
    /// Where it connected from: as a trusted PROXY header says, or the socket. `None` over a unix
    /// socket.
    pub address: Option<SocketAddr>,
    /// Whether its word about earlier hops is believed.
    pub trusted: bool,
    /// Whose is, at this listener.
    pub proxies: Arc<Peers>,
    /// Which field of theirs names the client.
    pub client_field: ClientField,
    /// What a TLS handshake has settled; `None` for a plain connection.
    pub tls: Option<Facts>,
}
