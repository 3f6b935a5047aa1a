//! How a TLS peer proves who it is to us, and how we prove it to the peer.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::pem;

/// Both sides of the proof.
#[derive(Clone, Debug, Default, PartialEq)]
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
#[derive(Clone, Debug, Default, PartialEq)]
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
        Ok(Self::Roots(pem::certificates(path)?.into()))
    }

    /// What an operator should know at the time `now`, in seconds since 1970, of the authorities
    /// that were read from `path`.
    pub fn trouble(&self, path: &Path, now: i64) -> Option<String> {
        match self {
            Self::Roots(roots) => pem::trouble_with_authorities(roots, path, now),
            Self::Insecure | Self::System => None,
        }
    }
}

/// A certificate with its chain, and its key.
#[derive(Clone, PartialEq)]
pub struct ClientCertificate {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: Arc<PrivateKeyDer<'static>>,
}

impl ClientCertificate {
    /// Reads both from PEM files, which may be one and the same.
    ///
    /// # Errors
    /// A sentence for the operator when a file cannot be read, does not hold what it should, or
    /// does not go with the other.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, String> {
        let (chain, own) = (pem::certificates(certificate)?, pem::key(key)?);
        let provider = aws_lc_rs::default_provider();
        pem::pair((certificate, chain.clone()), (key, own.clone_key()), &provider)?;
        Ok(Self { chain, key: Arc::new(own) })
    }

    /// What an operator should know of it at the time `now`, in seconds since 1970; it was read
    /// from `path`.
    pub fn trouble(&self, path: &Path, now: i64) -> Option<String> {
        pem::trouble_with_own(&self.chain, path, "whoever asks for it", now)
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCertificate({} certificates)", self.chain.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that goes away with its test.
    struct Scratch(std::path::PathBuf);

    impl Scratch {
        fn write(name: &str, text: &str) -> Self {
            let name = format!("portcullis-dial-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            std::fs::write(&path, text).unwrap();
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn no_error_quotes_a_key() {
        let own = rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
        let certificate = Scratch::write("certificate.pem", &own.cert.pem());
        let whole = own.signing_key.serialize_pem();
        let secret: String = whole.lines().nth(1).unwrap().chars().take(24).collect();
        let numbers: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
        for text in [
            whole.replace(['\n', '\r'], ""),
            whole.replace("-----END", ""),
            whole.replacen("KEY-----\n", "KEY-----\n!", 1),
            whole.replace("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY"),
        ] {
            let key = Scratch::write("key.pem", &text);
            for certificate in [&certificate, &key] {
                let told = ClientCertificate::from_files(&certificate.0, &key.0).unwrap_err();
                assert!(!told.contains(&secret) && !told.contains(&numbers.join(", ")), "{told}");
            }
        }
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let [one, two] =
            [(); 2].map(|()| rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap());
        let certificate = Scratch::write("one.pem", &one.cert.pem());
        let own = Scratch::write("one.key", &one.signing_key.serialize_pem());
        let other = Scratch::write("two.key", &two.signing_key.serialize_pem());
        assert!(ClientCertificate::from_files(&certificate.0, &own.0).is_ok());
        let told = ClientCertificate::from_files(&certificate.0, &other.0).unwrap_err();
        assert!(told.contains("is not that of the first certificate"), "{told}");
    }
}
