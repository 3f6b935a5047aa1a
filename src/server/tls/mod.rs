//! TLS with clients: which certificate they are shown, and which one they must show.
//!
//! rustls with aws-lc-rs does the work. This folder loads the files and says in sentences what is
//! wrong with them, chooses a certificate by the name that a client asks for, and says what became
//! of a handshake. One configuration is one [`Tls`], made whole and swapped whole.

mod choice;
mod clients;
mod facts;
mod metrics;
mod pair;
mod settings;
mod subject;
mod terminator;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{NoServerSessionStorage, ServerSessionMemoryCache};
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;

use choice::Choice;
use pair::Pair;

pub use facts::{ClientCertificate, Facts};
pub use metrics::{Failure, Metrics};
pub use settings::{Authorities, CertificateFiles, Clients, Protocol, Settings, Version};
pub use terminator::{Secured, Terminator};

/// How many sessions are remembered for clients that come back, a few hundred bytes each. The
/// oldest make room.
const SESSIONS: usize = 4096;

/// TLS as one configuration has it, ready for handshakes.
#[derive(Clone)]
pub struct Tls {
    settings: Arc<Settings>,
    config: Arc<ServerConfig>,
    certificates: Arc<[Expiry]>,
    revocations: Arc<[Expiry]>,
    handshake_timeout: Duration,
    warnings: Vec<String>,
}

/// When what stands in a file ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The file that it stands in.
    pub file: PathBuf,
    /// The last second in which it counts, since 1970.
    pub not_after: i64,
}

/// Why TLS cannot be set up: a sentence for the operator that names the file and the remedy, by
/// the kind of the file. It never holds anything that stands in a file of keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A certificate that we would show.
    #[error("{0}")]
    Certificate(String),
    /// The key of one.
    #[error("{0}")]
    Key(String),
    /// A certificate of those who vouch for clients.
    #[error("{0}")]
    Authority(String),
    /// A list of revoked certificates.
    #[error("{0}")]
    Revocations(String),
}

impl Tls {
    /// Reads every file. `now` is the time in seconds since 1970, by which certificates are said to
    /// have ended; nothing is refused for that, because the clock may be wrong and clients will
    /// say so.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(settings: &Settings, now: i64) -> Result<Self, Vec<Unusable>> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut problems = Vec::new();
        let mut warnings = Vec::new();
        let mut pairs = Vec::new();
        for files in &settings.certificates {
            match Pair::load(files, &provider, now) {
                Ok((pair, mut minded)) => {
                    warnings.append(&mut minded);
                    pairs.push(pair);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if settings.certificates.is_empty() {
            problems.push(Unusable::Certificate("TLS needs a certificate; name its file".into()));
        }
        let verifier = clients::verifier(&settings.clients, &provider, now);
        let verifier = verifier.map_err(|mut found| problems.append(&mut found)).ok();
        let (Some(verifier), []) = (verifier, &problems[..]) else {
            return Err(problems);
        };
        warnings.extend(verifier.warnings);
        let versions = match settings.oldest {
            Version::Tls12 => &[&TLS13, &TLS12][..],
            Version::Tls13 => &[&TLS13],
        };
        let certificates = pairs.iter().map(Pair::expiry).collect();
        let choice = Choice::new(pairs, &mut warnings);
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(|error| vec![Unusable::Certificate(format!("cannot set up TLS: {error}"))])?
            .with_client_cert_verifier(verifier.checks)
            .with_cert_resolver(Arc::new(choice));
        config.alpn_protocols = settings.protocols.iter().map(|p| p.name().to_vec()).collect();
        // What a client sends before the handshake has ended can be sent again by anybody.
        config.max_early_data_size = 0;
        match settings.clients {
            // In memory, and so of no use with any other configuration.
            Clients::Anonymous => {
                config.session_storage = ServerSessionMemoryCache::new(SESSIONS);
            }
            // A resumed session would vouch for a client by a certificate that nobody has looked at
            // again: it may have ended or been revoked meanwhile.
            Clients::Optional(_) | Clients::Required(_) => {
                config.session_storage = Arc::new(NoServerSessionStorage {});
                config.send_tls13_tickets = 0;
            }
        }
        Ok(Self {
            settings: Arc::new(settings.clone()),
            config: Arc::new(config),
            certificates,
            revocations: verifier.renewals.into(),
            handshake_timeout: settings.handshake_timeout,
            warnings,
        })
    }

    /// What it was made of.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What is allowed but will not work, or not for long: one sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The certificates that clients are shown, in the order of the settings.
    pub fn certificates(&self) -> &[Expiry] {
        &self.certificates
    }

    /// The files of revocation lists, each with the time by which the first list in it must have
    /// been renewed.
    pub fn revocations(&self) -> &[Expiry] {
        &self.revocations
    }

    /// Does handshakes by this configuration.
    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("certificates", &self.certificates).finish_non_exhaustive()
    }
}
