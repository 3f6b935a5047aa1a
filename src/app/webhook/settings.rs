//! What the command line decides about the webhook, and what it leaves to us.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Process;
use crate::server::tls::{self, CertificateFiles, Clients, Protocol, Tls, Unusable, Version};
use crate::server::{self, Http2, Limits, Listener, Manner, Place};

/// How reviews are taken.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the API server connects.
    pub listen: SocketAddr,
    /// Where probes and scrapes go.
    pub telemetry: SocketAddr,
    /// PEM file with the certificate that the API server is shown, and its chain.
    pub certificate: PathBuf,
    /// PEM file with its key.
    pub key: PathBuf,
    /// How often to look whether these files have changed.
    pub watch: Duration,
    /// What becomes of an object that cannot be changed as it asks for.
    pub on_error: OnError,
    /// Bound on the arrival of a review, its turn included.
    pub patience: Duration,
    /// The longest review in bytes.
    pub max_review: usize,
    /// How long to go on accepting after readiness turned red.
    pub drain_delay: Duration,
    /// How long reviews in flight may take to finish after that.
    pub drain_timeout: Duration,
}

/// What becomes of an object that cannot be changed as it asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It is made as it is, with a warning for whoever makes it: without the sidecar, a service is
    /// reached by requests that nobody has validated.
    Allow,
    /// It is refused, with the reason.
    #[default]
    Deny,
}

impl Settings {
    /// With everything that most do not say. A review waits as long as the API server does unless
    /// its configuration says otherwise; objects are bounded by its storage at some 1.5 MiB, of
    /// which a review may hold two, written as JSON.
    pub fn new(listen: SocketAddr, certificate: PathBuf, key: PathBuf) -> Self {
        Self {
            listen,
            telemetry: SocketAddr::from(([127, 0, 0, 1], 9180)),
            certificate,
            key,
            watch: Duration::from_secs(5),
            on_error: OnError::Deny,
            patience: Duration::from_secs(10),
            max_review: 8 * 1024 * 1024,
            drain_delay: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(15),
        }
    }

    /// Reads the certificate and the key.
    pub(super) fn tls(&self, now: i64) -> Result<Tls, Vec<Unusable>> {
        let certificate = self.certificate.clone();
        let settings = tls::Settings {
            certificates: vec![CertificateFiles { certificate, key: self.key.clone() }],
            oldest: Version::Tls12,
            // Nothing secret is told to whoever asks, and API servers seldom have a certificate.
            clients: Clients::Anonymous,
            protocols: vec![Protocol::Http2, Protocol::Http1],
            handshake_timeout: Duration::from_secs(5),
        };
        Tls::load(&settings, now)
    }

    /// How its one listener is served, by a process whose descriptors carry so many connections.
    pub(super) fn server(&self, tls: Option<Tls>, fit: usize) -> server::Settings {
        let manner = Manner { tls, ..Manner::default() };
        let name = Arc::from(LISTENER);
        server::Settings {
            listeners: vec![Listener { name, place: Place::Tcp(self.listen), manner }],
            max_connections: fit.min(1024),
            limits: Limits {
                header_timeout: Duration::from_secs(10),
                // API servers keep theirs for some minutes, and ask whether we are there.
                keepalive_timeout: Duration::from_mins(5),
                write_timeout: Duration::from_secs(30),
                max_header_bytes: 32 * 1024,
                max_headers: 100,
                max_requests: u64::MAX,
                max_per_address: None,
                http2: Http2 {
                    enabled: true,
                    max_streams: 100,
                    max_header_list: 16 * 1024,
                    stream_window: 256 * 1024,
                    connection_window: 1024 * 1024,
                    max_control_frames: 1000,
                },
            },
        }
    }

    /// The process, as the end of it sees it.
    pub(super) fn process(&self) -> Process {
        Process {
            workers: 1,
            telemetry: Some(self.telemetry),
            admin: None,
            drain_delay: self.drain_delay,
            drain_timeout: self.drain_timeout,
        }
    }
}

/// What the listener is called in metrics.
pub(super) const LISTENER: &str = "webhook";
