//! The certificates of a `ca_file`: authorities, and peers that are their own.
//!
//! What `openssl req -x509` makes by default calls itself an authority. Such a certificate cannot
//! be a peer's by the rules for chains, though whoever gives it as `ca_file` has said that it is.
//! It stands for itself, and for the very peer that holds its key.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use super::TrustError;

/// Believes whom one of these certificates has signed, and who is one of them.
#[derive(Debug)]
pub(super) struct Authorities {
    signers: Arc<WebPkiServerVerifier>,
    certificates: Arc<[CertificateDer<'static>]>,
}

impl Authorities {
    /// `store` holds those among `certificates` that can sign.
    pub(super) fn new(
        store: RootCertStore,
        certificates: &Arc<[CertificateDer<'static>]>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, TrustError> {
        let signers = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider);
        // An empty store is the one thing that can be wrong here.
        let signers = signers.build().map_err(|_| TrustError::NoRoots)?;
        Ok(Self { signers, certificates: Arc::clone(certificates) })
    }

    fn hold(&self, certificate: &CertificateDer<'_>) -> bool {
        self.certificates.iter().any(|own| own.as_ref() == certificate.as_ref())
    }
}

impl ServerCertVerifier for Authorities {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.signers.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            // There is no variant for an authority in the place of a peer.
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
                if self.hold(end_entity) && is_usable_authority(end_entity, now) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            settled => settled,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signers.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signers.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signers.supported_verify_schemes()
    }
}

/// Whether a certificate calls itself an authority, is within its dates, and may be a server's.
fn is_usable_authority(certificate: &CertificateDer<'_>, now: UnixTime) -> bool {
    let Ok(([], certificate)) = X509Certificate::from_der(certificate) else { return false };
    let Ok(now) = i64::try_from(now.as_secs()) else { return false };
    let validity = certificate.validity();
    let in_time = (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&now);
    // Without the extension it is for everything; one that cannot be read is for nothing.
    let for_servers = certificate
        .extended_key_usage()
        .is_ok_and(|usage| usage.is_none_or(|usage| usage.value.server_auth));
    certificate.is_ca() && in_time && for_servers
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{
        BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyPair, date_time_ymd,
    };

    use super::*;

    fn made(change: impl FnOnce(&mut CertificateParams)) -> CertificateDer<'static> {
        let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(2010, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 1);
        change(&mut params);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    #[test]
    fn an_authority_is_a_peer_within_its_dates_and_its_purpose() {
        let at = |year| {
            let seconds = date_time_ymd(year, 6, 1).unix_timestamp();
            UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into().unwrap()))
        };
        let plain = made(|_| {});
        for (year, good) in [(2009, false), (2010, true), (2019, true), (2020, false)] {
            assert_eq!(is_usable_authority(&plain, at(year)), good, "{year}");
        }
        let purposes = |purposes: &[ExtendedKeyUsagePurpose]| {
            made(|params| params.extended_key_usages = purposes.to_vec())
        };
        let (client, server) =
            (ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth);
        assert!(is_usable_authority(&purposes(&[client.clone(), server]), at(2015)));
        assert!(!is_usable_authority(&purposes(&[client]), at(2015)));
        let peer = made(|params| params.is_ca = IsCa::NoCa);
        assert!(!is_usable_authority(&peer, at(2015)), "that is for the rules for chains");
        assert!(!is_usable_authority(&CertificateDer::from(&b"nonsense"[..]), at(2015)));
    }
}
