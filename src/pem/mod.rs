//! Certificates and keys in PEM files, with sentences for the operator about what is wrong with
//! them.
//!
//! The parser's own errors are not passed on: some of them quote the line that they are about, and
//! in a file of keys that line can be the key.

mod dates;

use std::path::Path;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{Error, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys};
use zeroize::Zeroizing;

pub use dates::{Span, Trouble, trouble_with_authorities, trouble_with_own};

/// The certificates in a file, at least one.
///
/// # Errors
/// When it cannot be read or holds none.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    several(path, "certificate", "CERTIFICATE")
}

/// The lists of revoked certificates in a file, at least one.
///
/// # Errors
/// As [`certificates`].
pub fn revocations(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    several(path, "revocation list", "X509 CRL")
}

/// The first key in a file.
///
/// # Errors
/// When the file cannot be read or holds none that can be used without a passphrase.
pub fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let text = read(path)?;
    let shown = path.display();
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        Error::NoItemsFound if is_encrypted(&text) => format!(
            "the key in {shown} has a passphrase, which nobody would be there to type; take it off \
             with \"openssl pkey -in {shown} -out NEW\""
        ),
        Error::NoItemsFound => {
            format!("{shown} holds no PEM key; it should have a line -----BEGIN PRIVATE KEY-----")
        }
        _ => broken(path),
    })
}

/// The chain in `file` with the key in `key_file`, once they are found to belong together.
///
/// # Errors
/// When they do not, or when nobody can sign with such a key.
pub fn pair(
    (file, chain): (&Path, Vec<CertificateDer<'static>>),
    (key_file, key): (&Path, PrivateKeyDer<'static>),
    provider: &CryptoProvider,
) -> Result<CertifiedKey, String> {
    CertifiedKey::from_der(chain, key, provider).map_err(|error| {
        let (file, key_file) = (file.display(), key_file.display());
        match error {
            TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => format!(
                "the key in {key_file} is not that of the first certificate in {file}; name its \
                 own key, and put the certificate that it is for before those of its issuers"
            ),
            _ => format!(
                "the key in {key_file} is of no supported kind; make one of RSA with at least 2048 \
                 bits, ECDSA (P-256, P-384, P-521) or Ed25519"
            ),
        }
    })
}

fn several<T: PemObject>(path: &Path, what: &str, label: &str) -> Result<Vec<T>, String> {
    let text = read(path)?;
    let found =
        T::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>().map_err(|_| broken(path))?;
    if found.is_empty() {
        let shown = path.display();
        return Err(format!(
            "{shown} holds no PEM {what}; it should have a line -----BEGIN {label}-----"
        ));
    }
    Ok(found)
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    std::fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn broken(path: &Path) -> String {
    format!("{} is damaged PEM; copy it anew, with its line breaks", path.display())
}

/// Whether there is a key that only a passphrase opens, in either of the two forms.
fn is_encrypted(text: &[u8]) -> bool {
    let says = |words: &[u8]| text.windows(words.len()).any(|window| window == words);
    says(b"BEGIN ENCRYPTED PRIVATE KEY") || says(b"Proc-Type: 4,ENCRYPTED")
}
