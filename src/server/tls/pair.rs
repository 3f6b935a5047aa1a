//! A certificate with its chain and its key, read from files and found to fit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use crate::pem;

use super::settings::CertificateFiles;
use super::{Expiry, Unusable};

/// What clients are shown.
pub(super) struct Pair {
    /// The chain, and what signs with its key.
    pub(super) key: Arc<CertifiedKey>,
    /// The names of hosts that it bears, in lower case; `*.` begins a wildcard.
    pub(super) names: Vec<String>,
    /// Where the certificate stands.
    pub(super) file: PathBuf,
    not_after: i64,
}

impl Pair {
    /// Reads both files, and says what is odd about them.
    pub(super) fn load(
        files: &CertificateFiles,
        provider: &CryptoProvider,
        now: i64,
    ) -> Result<(Self, Vec<String>), Unusable> {
        let CertificateFiles { certificate: file, key: key_file } = files;
        let chain = pem::certificates(file).map_err(Unusable::Certificate)?;
        let (names, not_after, warnings) = read(&chain, file, now)?;
        let key = pem::key(key_file).map_err(Unusable::Key)?;
        let key = pem::pair((file, chain), (key_file, key), provider).map_err(Unusable::Key)?;
        let file = file.clone();
        Ok((Self { key: Arc::new(key), names, file, not_after }, warnings))
    }

    /// When it ends.
    pub(super) fn expiry(&self) -> Expiry {
        Expiry { file: self.file.clone(), not_after: self.not_after }
    }
}

/// The names that the first certificate bears, its end, and what is odd about the chain.
fn read(
    chain: &[CertificateDer<'static>],
    file: &Path,
    now: i64,
) -> Result<(Vec<String>, i64, Vec<String>), Unusable> {
    let shown = file.display();
    let parsed: Result<Vec<_>, _> = chain.iter().map(|der| parse(der)).collect();
    let parsed = parsed.map_err(|Malformed| {
        let message = format!("{shown} holds something that is no X.509 certificate; copy it anew");
        Unusable::Certificate(message)
    })?;
    let mut warnings = Vec::new();
    let orderly = parsed.windows(2).all(|pair| match pair {
        [below, above] => below.issuer().as_raw() == above.subject().as_raw(),
        _ => true,
    });
    if !orderly {
        warnings.push(format!(
            "the certificates in {shown} do not follow from one another, and some clients give up \
             on that; put each before that of its issuer, and nothing else between"
        ));
    }
    let Some(own) = parsed.first() else {
        return Ok((Vec::new(), i64::MAX, warnings));
    };
    warnings.extend(pem::trouble_with_own(chain, file, "clients", now));
    let names = names(own);
    if names.is_none() {
        warnings.push(format!(
            "the certificate in {shown} has no subject alternative name, so clients will not \
             accept it; have one made for the names that they use"
        ));
    }
    Ok((names.unwrap_or_default(), own.validity().not_after.timestamp(), warnings))
}

/// The names of hosts that a certificate bears; `None` when it names nothing at all in the one
/// place where clients look.
fn names(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let alternatives = certificate.subject_alternative_name().ok().flatten()?;
    let names = alternatives.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
        _ => None,
    });
    Some(names.collect())
}

/// A certificate, and nothing after it.
pub(super) fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Malformed> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(Malformed),
    }
}

/// It is no certificate.
pub(super) struct Malformed;
