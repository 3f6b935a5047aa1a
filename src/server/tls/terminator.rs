//! Where TLS of a listener's clients ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::{AlertDescription, Error, InvalidMessage};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use crate::telemetry::Label;

use super::{Expiry, Facts, Failure, Metrics, Tls};

/// Does the handshakes of one listener, by the configuration that is in force when each begins.
pub struct Terminator {
    current: ArcSwap<Tls>,
    listener: String,
    metrics: Metrics,
}

/// A stream whose handshake is over.
pub struct Secured<S> {
    /// What goes over it is encrypted.
    pub stream: Box<TlsStream<S>>,
    /// What the handshake has settled.
    pub facts: Facts,
}

impl Terminator {
    /// For the listener of that name.
    pub fn new(listener: &str, tls: Tls, metrics: &Metrics) -> Self {
        let listener = listener.to_owned();
        let this = Self { current: ArcSwap::from_pointee(tls), listener, metrics: metrics.clone() };
        this.note(this.current.load().certificates());
        this
    }

    /// Has the handshakes that begin from now on done by `tls`. Connections that are there, and
    /// handshakes under way, are left alone.
    pub fn follow(&self, tls: Tls) {
        let old = self.current.swap(Arc::new(tls));
        let new = self.current.load();
        let is_new = |gone: &&Expiry| new.certificates().iter().all(|kept| kept.file != gone.file);
        for gone in old.certificates().iter().filter(is_new) {
            let labels = [self.listener.as_str(), &gone.file.to_string_lossy()];
            // It is there: it was set when the old one came.
            let _ = self.metrics.expiry.remove_label_values(&labels);
        }
        self.note(new.certificates());
    }

    /// Does the handshake on `stream`, which came from `address`; `None` over a unix socket.
    /// Cancelling it closes the stream.
    ///
    /// # Errors
    /// After at most the handshake timeout, counted and told to the debug log. The stream is closed
    /// then, and the client may have been told why by an alert of TLS; nothing else is said to it.
    pub async fn accept<S>(
        &self,
        stream: S,
        address: Option<SocketAddr>,
    ) -> Result<Secured<S>, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let tls = self.current.load_full();
        let accepting = Box::pin(tls.acceptor().accept(stream));
        let (failure, error) = match timeout(tls.handshake_timeout, accepting).await {
            Ok(Ok(stream)) => match Facts::of(stream.get_ref().1) {
                Ok(facts) => return Ok(Secured { stream: Box::new(stream), facts }),
                Err(failure) => (failure, None),
            },
            Ok(Err(error)) => (Failure::from(&error), Some(error)),
            Err(_) => (Failure::Timeout, None),
        };
        tracing::debug!(
            portcullis.listener = self.listener,
            client.address = address.map(|address| tracing::field::display(address.ip())),
            reason = failure.as_str(),
            error = error.map(tracing::field::display),
            "no TLS with a client"
        );
        self.metrics.failures.count(failure);
        Err(failure)
    }

    fn note(&self, certificates: &[Expiry]) {
        for Expiry { file, not_after } in certificates {
            let labels = [self.listener.as_str(), &file.to_string_lossy()];
            self.metrics.expiry.with_label_values(&labels).set(*not_after);
        }
    }
}

impl From<&io::Error> for Failure {
    fn from(error: &io::Error) -> Self {
        let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
            return Self::Closed;
        };
        match error {
            Error::InvalidCertificate(_) | Error::InvalidCertRevocationList(_) => {
                Self::BadCertificate
            }
            Error::NoCertificatesPresented => Self::NoCertificate,
            Error::PeerIncompatible(_) | Error::NoApplicationProtocol => Self::Incompatible,
            Error::AlertReceived(
                AlertDescription::CloseNotify | AlertDescription::UserCanceled,
            ) => Self::Closed,
            Error::AlertReceived(_) => Self::RefusedByClient,
            Error::InvalidMessage(
                InvalidMessage::InvalidContentType
                | InvalidMessage::UnknownProtocolVersion
                | InvalidMessage::MessageTooLarge,
            ) => Self::NotTls,
            _ => Self::Other,
        }
    }
}
