//! A certificate of our own, for services that speak TLS.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Scratch;

/// A self-signed certificate for loopback, and a file that says who signed it.
pub struct Certificate {
    config: Arc<ServerConfig>,
    ca_file: PathBuf,
    _scratch: Scratch,
}

impl Certificate {
    /// One for `localhost` and `127.0.0.1`.
    #[track_caller]
    pub fn for_loopback() -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let own = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let scratch = Scratch::new();
        let ca_file = scratch.write("ca.pem", &own.cert.pem());
        let chain = vec![CertificateDer::from(own.cert.der().to_vec())];
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("TLS versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a certificate that fits its key");
        Self { config: Arc::new(config), ca_file, _scratch: scratch }
    }

    /// How a server shows it.
    pub fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// The PEM file to trust.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }
}
