//! How a TLS peer proves who it is to us, and how we prove it to the peer.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Both sides of the proof.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// Who may have signed the peer's certificate.
    pub trust: Trust,
    /// What we show when the peer asks for it.
    pub certificate: Option<ClientCertificate>,
}

impl From<Trust> for Security {
    fn from(trust: Trust) -> Self {
        Self { trust, certificate: None }
    }
}

/// Whose signatures are believed.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// Anybody's. Loudly warned about at every start.
    Insecure,
    /// These certificates alone.
    Roots(Arc<[CertificateDer<'static>]>),
    /// The system's roots.
    #[default]
    System,
}

impl Trust {
    /// Trusts the certificates in a PEM file and nobody else.
    ///
    /// # Errors
    /// A sentence for the operator when the file cannot be read or holds no certificate.
    pub fn from_ca_file(path: &Path) -> Result<Self, String> {
        Ok(Self::Roots(certificates(path)?.into()))
    }
}

/// A certificate with its chain, and its key.
#[derive(Clone)]
pub struct ClientCertificate {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: Arc<PrivateKeyDer<'static>>,
}

impl ClientCertificate {
    /// Reads both from PEM files, which may be one and the same.
    ///
    /// # Errors
    /// A sentence for the operator when a file cannot be read or does not hold what it should.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, String> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| format!("cannot read a key from {}: {error}", key.display()))?;
        Ok(Self { chain, key: Arc::new(key) })
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({} certificates)", self.chain.len())
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("cannot read certificates from {}: {error}", path.display()))?;
    if found.is_empty() {
        return Err(format!("{} holds no PEM certificate", path.display()));
    }
    Ok(found)
}
