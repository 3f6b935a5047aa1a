//! Certificates of our own, for services that speak TLS and for clients that must show one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::Scratch;

/// A self-signed certificate for loopback, and the files that hold it and its key.
pub struct Certificate {
    params: CertificateParams,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    file: PathBuf,
    key_file: PathBuf,
    scratch: Scratch,
}

impl Certificate {
    /// One for `localhost` and `127.0.0.1`.
    #[track_caller]
    pub fn for_loopback() -> Self {
        Self::of(&for_names(&["localhost", "127.0.0.1"]))
    }

    /// One for loopback that has ended.
    #[track_caller]
    pub fn expired() -> Self {
        let mut certificate = for_names(&["localhost", "127.0.0.1"]);
        certificate.not_before = rcgen::date_time_ymd(2000, 1, 1);
        certificate.not_after = rcgen::date_time_ymd(2001, 1, 1);
        Self::of(&certificate)
    }

    /// One for this name alone.
    #[track_caller]
    pub fn for_name(name: &str) -> Self {
        Self::of(&for_names(&[name]))
    }

    /// The same as an authority that nobody has signed, which is what `openssl req -x509` makes
    /// unless it is told otherwise.
    #[track_caller]
    pub fn authority(mut self) -> Self {
        self.params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::of(&self.params)
    }

    #[track_caller]
    fn of(certificate: &CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        let own = certificate.self_signed(&key).expect("a certificate");
        let scratch = Scratch::new();
        Self {
            params: certificate.clone(),
            chain: vec![CertificateDer::from(own.der().to_vec())],
            key: PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
            file: scratch.write("certificate.pem", &own.pem()),
            key_file: scratch.write("key.pem", &key.serialize_pem()),
            scratch,
        }
    }

    /// How a server shows it.
    pub fn server(&self) -> Arc<ServerConfig> {
        self.server_asking(None)
    }

    /// How a server shows it to those alone who show `client`.
    pub fn server_for(&self, client: &Self) -> Arc<ServerConfig> {
        self.server_asking(Some(client))
    }

    /// How a client trusts it and nobody else, and shows `own` when it is asked.
    #[track_caller]
    pub fn client(&self, own: Option<&Self>) -> Arc<ClientConfig> {
        Arc::new(client(&[self], own))
    }

    /// How a client trusts all of these.
    #[track_caller]
    pub fn trusting(all: &[&Self]) -> Arc<ClientConfig> {
        Arc::new(client(all, None))
    }

    /// The PEM file to trust.
    pub fn ca_file(&self) -> &Path {
        &self.file
    }

    /// The PEM file with its key.
    pub fn key_file(&self) -> &Path {
        &self.key_file
    }

    /// One PEM file with both.
    #[track_caller]
    pub fn joint_file(&self) -> PathBuf {
        let read = |path| std::fs::read_to_string(path).expect("a file of our own");
        self.scratch.write("both.pem", &(read(&self.key_file) + &read(&self.file)))
    }

    #[track_caller]
    fn server_asking(&self, client: Option<&Self>) -> Arc<ServerConfig> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("TLS versions");
        let builder = match client {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(client.chain.iter().cloned());
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let config = builder.with_single_cert(self.chain.clone(), self.key.clone_key());
        Arc::new(config.expect("a certificate that fits its key"))
    }
}

/// How a client trusts these and nobody else, and shows `own` when it is asked.
#[track_caller]
fn client(trusted: &[&Certificate], own: Option<&Certificate>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(trusted.iter().flat_map(|one| one.chain.iter().cloned()));
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(roots);
    match own {
        None => builder.with_no_client_auth(),
        Some(own) => builder
            .with_client_auth_cert(own.chain.clone(), own.key.clone_key())
            .expect("a certificate that fits its key"),
    }
}

#[track_caller]
fn for_names(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("names that a certificate can hold")
}
