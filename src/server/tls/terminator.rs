//! Where TLS of a listener's clients ends.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use prometheus::IntGaugeVec;
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
        this.note(&this.current.load());
        this
    }

    /// Has the handshakes that begin from now on done by `tls`. Connections that are there, and
    /// handshakes under way, are left alone.
    pub fn follow(&self, tls: Tls) {
        let old = self.current.swap(Arc::new(tls));
        let new = self.current.load();
        for ((gauge, before), (_, after)) in self.ends(&old).into_iter().zip(self.ends(&new)) {
            let is_gone = |gone: &&Expiry| after.iter().all(|kept| kept.file != gone.file);
            for gone in before.iter().filter(is_gone) {
                // It is there: it was set when the old one came.
                let _ = gauge.remove_label_values(&self.labels(&gone.file.to_string_lossy()));
            }
        }
        self.note(&new);
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

    fn note(&self, tls: &Tls) {
        for (gauge, ends) in self.ends(tls) {
            for Expiry { file, not_after } in ends {
                let file = file.to_string_lossy();
                gauge.with_label_values(&self.labels(&file)).set(*not_after);
            }
        }
    }

    /// What ends, and where that is shown.
    fn ends<'a>(&'a self, tls: &'a Tls) -> [(&'a IntGaugeVec, &'a [Expiry]); 2] {
        let Metrics { expiry, next_update, .. } = &self.metrics;
        [(expiry, tls.certificates()), (next_update, tls.revocations())]
    }

    fn labels<'a>(&'a self, file: &'a str) -> [&'a str; 2] {
        [&self.listener, file]
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
