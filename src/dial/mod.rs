//! Connections that we make: to the guarded service and to the identity service.
//!
//! This room knows sockets, TLS and HTTP/1.1 framing, and nothing of what is said over them.

mod endpoint;
mod http1;
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
    /// The peer did not speak HTTP/1.1 from the start.
    #[error("no HTTP connection to {address}")]
    Http {
        /// Which peer.
        address: Address,
        /// What went wrong.
        source: hyper::Error,
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

/// Makes connections to one endpoint.
pub struct Dialer {
    endpoint: Endpoint,
    connector: Option<TlsConnector>,
    connect_timeout: Duration,
}

impl Dialer {
    /// Prepares to connect to `endpoint`, each time within `connect_timeout`.
    ///
    /// # Errors
    /// When the endpoint's certificates could never be checked.
    pub fn new(endpoint: Endpoint, connect_timeout: Duration) -> Result<Self, TrustError> {
        let connector =
            endpoint.tls.as_ref().map(|tls| tls::connector(&tls.security)).transpose()?;
        Ok(Self { endpoint, connector, connect_timeout })
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
            (Some(connector), Some(tls)) => connector
                .connect(tls.server_name.clone(), plain)
                .await
                .map(Stream::tls)
                .map_err(|source| DialError::Tls { address: address.clone(), source }),
            _ => Ok(plain),
        }
    }
}
