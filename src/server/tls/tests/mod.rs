//! The room through its front door: files in, handshakes or sentences out. Every certificate is
//! made by the test that needs it.

mod clients;
mod handshakes;
mod load;
mod names;
mod subjects;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyIdMethod, KeyPair, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::pem;
use crate::telemetry::Registry;

use super::*;

/// 2020-06-01, when certificates of the year 2020 were valid.
const JUNE_2020: i64 = 1_590_969_600;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Both versions.
const ANY: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// A directory that goes away with its test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("portcullis-tls-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A signed certificate and its key.
struct Signed {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    fn new(name: &str) -> Self {
        Self::with(name, |_| {})
    }

    fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn sign(&self, params: &CertificateParams) -> Signed {
        let key = KeyPair::generate().unwrap();
        Signed { certificate: params.signed_by(&key, &self.0).unwrap(), key }
    }

    /// A certificate for these names of hosts.
    fn sign_for(&self, names: &[&str]) -> Signed {
        self.sign(&named("server", names))
    }

    /// A list that revokes these serial numbers, and is renewed at the beginning of that year.
    fn revoke(&self, serials: &[u64], renewed: i32) -> String {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(renewed, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.0).unwrap().pem().unwrap()
    }
}

impl Signed {
    /// Writes both into one file.
    fn files(&self, scratch: &Scratch, name: &str) -> CertificateFiles {
        let file = scratch.write(name, &(self.key.serialize_pem() + &self.certificate.pem()));
        CertificateFiles { certificate: file.clone(), key: file }
    }
}

/// What such a certificate says.
fn named(common_name: &str, names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let names = names.iter().map(|name| SanType::DnsName((*name).try_into().unwrap()));
    params.subject_alt_names = names.collect();
    params
}

/// Settings that show these certificates to anybody.
fn showing(certificates: &[CertificateFiles]) -> Settings {
    Settings {
        certificates: certificates.to_vec(),
        oldest: Version::Tls12,
        clients: Clients::Anonymous,
        protocols: vec![Protocol::Http2, Protocol::Http1],
        handshake_timeout: PATIENCE,
    }
}

#[track_caller]
fn terminator(settings: &Settings) -> Terminator {
    let metrics = Metrics::register(&Registry::default()).unwrap();
    Terminator::new("public", Tls::load(settings, JUNE_2020).unwrap(), &metrics)
}

/// A client that trusts `authority` and shows `own`, if anything.
fn client(authority: &Authority, own: Option<&Signed>) -> ClientConfig {
    client_of(ANY, authority, own)
}

fn client_of(
    versions: &[&'static SupportedProtocolVersion],
    authority: &Authority,
    own: Option<&Signed>,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority.0.der().clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    match own {
        None => builder.with_no_client_auth(),
        Some(Signed { certificate, key }) => {
            let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
            builder.with_client_auth_cert(vec![certificate.der().clone()], key).unwrap()
        }
    }
}

type Client = io::Result<TlsStream<DuplexStream>>;

/// Both sides of one handshake. With TLS 1.3 the client's may be over before the server has looked
/// at its certificate, so the server's is what counts.
async fn shake(
    terminator: &Terminator,
    client: &Arc<ClientConfig>,
    name: &str,
) -> (Result<Secured<DuplexStream>, Failure>, Client) {
    let (near, far) = duplex(64 * 1024);
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connector = TlsConnector::from(Arc::clone(client));
    let both = async { tokio::join!(terminator.accept(near, None), connector.connect(name, far)) };
    timeout(PATIENCE, both).await.unwrap()
}

/// Why the handshake of that client comes to nothing.
async fn refusal(terminator: &Terminator, client: ClientConfig) -> Failure {
    let (server, _) = shake(terminator, &Arc::new(client), "localhost").await;
    server.err().expect("a refusal")
}

/// What comes of a client that sends these bytes and no more.
async fn send(terminator: &Terminator, bytes: &[u8]) -> (Failure, Vec<u8>) {
    let (near, mut far) = duplex(64 * 1024);
    far.write_all(bytes).await.unwrap();
    far.shutdown().await.unwrap();
    let failure = timeout(PATIENCE, terminator.accept(near, None)).await.unwrap().err().unwrap();
    let mut answer = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut far, &mut answer).await.unwrap();
    (failure, answer)
}

fn der(path: &Path) -> CertificateDer<'static> {
    pem::certificates(path).unwrap().remove(0)
}
