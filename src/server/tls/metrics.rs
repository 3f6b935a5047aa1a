//! What is counted about TLS with clients.

use prometheus::IntGaugeVec;

use crate::label;
use crate::telemetry::{Counters, MetricError, Registry};

label! {
    /// Why a handshake came to nothing.
    pub Failure as "reason" {
        /// The client's certificate is not good: another authority, ended, revoked.
        BadCertificate => "bad_certificate",
        /// The client left, or the connection broke.
        Closed => "closed",
        /// No version, suite or protocol that both sides know.
        Incompatible => "incompatible",
        /// The client showed no certificate, and one is required.
        NoCertificate => "no_certificate",
        /// The client does not speak TLS.
        NotTls => "not_tls",
        /// Anything else; the debug log says more.
        Other => "other",
        /// The client does not accept what we are, most often our certificate.
        RefusedByClient => "refused_by_client",
        /// It took too long.
        Timeout => "timeout",
    }
}

/// Metrics of every listener with TLS.
#[derive(Clone, Debug)]
pub struct Metrics {
    pub(super) failures: Counters<Failure>,
    pub(super) expiry: IntGaugeVec,
    pub(super) next_update: IntGaugeVec,
}

impl Metrics {
    /// Declares them.
    ///
    /// # Errors
    /// When they are declared already.
    pub fn register(registry: &Registry) -> Result<Self, MetricError> {
        Ok(Self {
            failures: registry.counters(
                "tls_handshake_failures_total",
                "TLS handshakes with clients that came to nothing, by reason.",
            )?,
            expiry: registry.gauge_vec(
                "tls_certificate_expiry_timestamp_seconds",
                "When a certificate that clients are shown ends, in seconds since 1970.",
                &["listener", "certificate"],
            )?,
            next_update: registry.gauge_vec(
                "tls_crl_next_update_timestamp_seconds",
                "When the first revocation list of a file must have been renewed, in seconds since \
                 1970.",
                &["listener", "file"],
            )?,
        })
    }
}
