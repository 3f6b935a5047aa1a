//! TLS towards a peer: who is believed, what we show, and nothing else to configure.

use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_rustls::TlsConnector;

use super::authorities::Authorities;
use super::{Protocol, Security, Stream, Trust, TrustError};

/// Builds the TLS side of a dialer: TLS 1.2 and 1.3, one protocol, both sides proven by `security`.
pub(super) fn connector(
    security: &Security,
    protocol: Protocol,
) -> Result<TlsConnector, TrustError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let builder = match &security.trust {
        Trust::Insecure => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider)))
        }
        Trust::Roots(roots) => {
            let authorities = Authorities::new(store(roots.iter().cloned())?, roots, provider)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(authorities))
        }
        Trust::System => {
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::warn!(%error, "a system root certificate could not be read");
            }
            builder.with_root_certificates(store(found.certs.into_iter())?)
        }
    };
    let mut config = match &security.certificate {
        None => builder.with_no_client_auth(),
        Some(own) => builder.with_client_auth_cert(own.chain.clone(), own.key.clone_key())?,
    };
    config.alpn_protocols = vec![alpn(protocol).to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Whether both sides speak `protocol`. A peer that names none speaks HTTP/1.1.
pub(super) fn agreed(stream: &Stream, protocol: Protocol) -> bool {
    protocol == Protocol::Http1 || stream.alpn() == Some(alpn(protocol))
}

/// Whether a handshake failed because the peer does not speak the protocol.
pub(super) fn is_disagreement(error: &io::Error) -> bool {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)))
}

fn alpn(protocol: Protocol) -> &'static [u8] {
    match protocol {
        Protocol::Http1 => b"http/1.1",
        Protocol::Http2 => b"h2",
    }
}

fn store(
    roots: impl Iterator<Item = CertificateDer<'static>>,
) -> Result<RootCertStore, TrustError> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots);
    if store.is_empty() { Err(TrustError::NoRoots) } else { Ok(store) }
}

/// Believes any certificate, for `insecure: true`. Signatures are still checked, so that the peer
/// at least holds the key it shows.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
