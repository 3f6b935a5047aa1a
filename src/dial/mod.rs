//! Connections that we make: to the guarded service and to the identity service.
//!
//! This room knows sockets, TLS and HTTP's framing, and nothing of what is said over them.

mod authorities;
mod endpoint;
mod http1;
mod http2;
mod security;
mod stream;
#[cfg(test)]
mod tests;
mod tls;

use std::io;
use std::time::Duration;

use tokio::time::timeout;
use tokio_rustls::TlsConnector;

pub use endpoint::{Address, Endpoint, Tls};
pub use http1::{Connection, Sender, connect, handshake};
pub use http2::{Multiplexing, SharedSender, multiplex};
pub use security::{ClientCertificate, Security, Trust};
pub use stream::Stream;

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The peer refused, could not be reached, or its name could not be resolved.
    #[error("cannot connect to {address}")]
    Connect {
        /// Which peer.
        address: Address,
        /// What the system said.
        source: io::Error,
    },
    /// The peer took longer than the connect deadline.
    #[error("connecting to {address} took longer than {limit:?}")]
    Deadline {
        /// Which peer.
        address: Address,
        /// The deadline.
        limit: Duration,
    },
    /// The peer did not speak HTTP from the start.
    #[error("no HTTP connection to {address}")]
    Http {
        /// Which peer.
        address: Address,
        /// What went wrong.
        source: hyper::Error,
    },
    /// The peer does not speak the protocol that it is configured to speak.
    #[error("{address} does not speak HTTP/2 over TLS (ALPN h2); set protocol to http1")]
    Protocol {
        /// Which peer.
        address: Address,
    },
    /// The TLS handshake failed; most often the certificate is not trusted.
    #[error("no TLS connection to {address}")]
    Tls {
        /// Which peer.
        address: Address,
        /// What rustls said.
        source: io::Error,
    },
}

/// The certificates of a TLS peer cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The system has no root certificates.
    #[error("the system has no usable root certificates; install them or set ca_file")]
    NoRoots,
    /// A certificate or the TLS library refused.
    #[error("cannot set up TLS")]
    Setup(#[from] rustls::Error),
}

/// What is spoken on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1.
    #[default]
    Http1,
    /// HTTP/2: agreed on in TLS, and known beforehand without it.
    Http2,
}

/// Makes connections to one endpoint.
pub struct Dialer {
    endpoint: Endpoint,
    connector: Option<TlsConnector>,
    connect_timeout: Duration,
    protocol: Protocol,
}

impl Dialer {
    /// Prepares to connect to `endpoint`, each time within `connect_timeout`, for HTTP/1.1.
    ///
    /// # Errors
    /// When the endpoint's certificates could never be checked.
    pub fn new(endpoint: Endpoint, connect_timeout: Duration) -> Result<Self, TrustError> {
        Self::speaking(Protocol::Http1, endpoint, connect_timeout)
    }

    /// The same for another protocol.
    ///
    /// # Errors
    /// As [`Dialer::new`].
    pub fn speaking(
        protocol: Protocol,
        endpoint: Endpoint,
        connect_timeout: Duration,
    ) -> Result<Self, TrustError> {
        let tls = endpoint.tls.as_ref();
        let connector = tls.map(|tls| tls::connector(&tls.security, protocol)).transpose()?;
        Ok(Self { endpoint, connector, connect_timeout, protocol })
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Opens a connection, TLS included. Cancelling it closes the socket.
    ///
    /// # Errors
    /// After at most the connect timeout.
    pub async fn connect(&self) -> Result<Stream, DialError> {
        match timeout(self.connect_timeout, self.open()).await {
            Ok(result) => result,
            Err(_) => Err(DialError::Deadline {
                address: self.endpoint.address.clone(),
                limit: self.connect_timeout,
            }),
        }
    }

    async fn open(&self) -> Result<Stream, DialError> {
        let address = &self.endpoint.address;
        let plain = stream::open(address, self.connect_timeout)
            .await
            .map_err(|source| DialError::Connect { address: address.clone(), source })?;
        match (&self.connector, &self.endpoint.tls) {
            (Some(connector), Some(tls)) => {
                let secured = connector.connect(tls.server_name.clone(), plain).await;
                match secured.map(Stream::tls) {
                    Ok(stream) if tls::agreed(&stream, self.protocol) => Ok(stream),
                    Err(source) if !tls::is_disagreement(&source) => {
                        Err(DialError::Tls { address: address.clone(), source })
                    }
                    Ok(_) | Err(_) => Err(DialError::Protocol { address: address.clone() }),
                }
            }
            _ => Ok(plain),
        }
    }
}
