//! What the operator decides about TLS on a public listener.

use std::path::PathBuf;
use std::time::Duration;

/// How clients are served over TLS.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What we show, at least one. A client that asks for a name that none of them bears is shown
    /// the first.
    pub certificates: Vec<CertificateFiles>,
    /// The oldest version that is spoken.
    pub oldest: Version,
    /// Whether clients show a certificate of their own.
    pub clients: Clients,
    /// What may be spoken inside, the best first.
    pub protocols: Vec<Protocol>,
    /// Bound on a handshake, from the first byte to the last.
    pub handshake_timeout: Duration,
}

/// A certificate with its chain and its key, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate first, then those of its issuers.
    pub certificate: PathBuf,
    /// The key, without a passphrase. It may be the same file.
    pub key: PathBuf,
}

/// A version of TLS. Older ones do not exist here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// What is spoken inside, as ALPN names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1, also when a client does not say.
    Http1,
    /// HTTP/2.
    Http2,
}

/// Whether clients show a certificate.
#[derive(Clone, Debug)]
pub enum Clients {
    /// They are not asked for one.
    Anonymous,
    /// They may. One that is shown must be good.
    Optional(Authorities),
    /// They must.
    Required(Authorities),
}

/// Who vouches for clients.
#[derive(Clone, Debug, Default)]
pub struct Authorities {
    /// PEM files with the certificates that may have signed theirs.
    pub ca_files: Vec<PathBuf>,
    /// PEM files with lists of revoked certificates. With any list there must be one of every
    /// authority in a client's chain, and one that has ended revokes all that its authority signed:
    /// what nobody can know to be good is not let in.
    pub crl_files: Vec<PathBuf>,
}

impl Version {
    /// Its number.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }
}

impl Protocol {
    /// Its name in ALPN.
    pub fn name(self) -> &'static [u8] {
        match self {
            Self::Http1 => b"http/1.1",
            Self::Http2 => b"h2",
        }
    }
}
