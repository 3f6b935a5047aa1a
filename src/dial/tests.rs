//! Whom we believe to be our peer, over real sockets.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType, date_time_ymd,
};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// Who signs certificates.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        Arc::new(roots)
    }

    fn trust(&self) -> Trust {
        Trust::Roots(Arc::new([self.0.der().clone()]))
    }

    fn sign(&self, names: &[&str]) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::default();
        let name = |name: &&str| match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName((*name).try_into().unwrap()),
        };
        params.subject_alt_names = names.iter().map(name).collect();
        params.not_after = date_time_ymd(if names.is_empty() { 2000 } else { 3000 }, 1, 1);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap(), key)
    }

    /// Two files that go away with the test: a certificate and its key.
    fn files(&self) -> Files {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let (certificate, key) = self.sign(&["client"]);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let write = |name: &str, text: String| {
            let name = format!("portcullis-peer-{}-{number}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let certificate = write("certificate", certificate.pem());
        Files { certificate, key: write("key", key.serialize_pem()) }
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.certificate);
        let _ = std::fs::remove_file(&self.key);
    }
}

/// What a server saw of a handshake that ended well on both sides: the name asked for, and how many
/// certificates it was shown.
type Seen = (Option<String>, usize);

/// A connection to a server on `localhost` that shows a certificate for `names`, signed by
/// `authority`.
async fn dial(
    authority: &Authority,
    names: &[&str],
    clients: Option<&Authority>,
    server_name: Option<&str>,
    security: impl Into<Security>,
) -> Result<Seen, DialError> {
    dial_to(&authority.sign(names), clients, server_name, security).await
}

/// A connection to a server on `localhost` that shows this certificate.
async fn dial_to(
    (certificate, key): &(rcgen::Certificate, KeyPair),
    clients: Option<&Authority>,
    server_name: Option<&str>,
    security: impl Into<Security>,
) -> Result<Seen, DialError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let roots = clients.roots();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    // Not checked to belong together, for the sake of those who show what is not theirs.
    let shown = CertifiedKey::new(
        vec![certificate.der().clone()],
        aws_lc_rs::sign::any_supported_type(&key).unwrap(),
    );
    let config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (mut endpoint, _) = Endpoint::parse(&url, security).unwrap();
    if let Some(name) = server_name {
        endpoint.expect(name).unwrap();
    }
    let dialer = Dialer::new(endpoint, PATIENCE).unwrap();
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = acceptor.accept(stream).await.ok()?;
        let session = stream.get_ref().1;
        let shown = session.peer_certificates().map_or(0, <[_]>::len);
        Some((session.server_name().map(str::to_owned), shown))
    };
    let both = async { tokio::join!(dialer.connect(), serve) };
    let (connected, seen) = timeout(PATIENCE, both).await.unwrap();
    connected.map(|_| seen.unwrap())
}

#[tokio::test]
async fn t11_a_peer_is_believed_by_its_name_and_its_authority_alone() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let table: [(&Authority, &[&str], Option<&str>, bool); 9] = [
        (&ours, &["localhost"], None, true),
        (&theirs, &["localhost"], None, false),
        (&ours, &["other.example"], None, false),
        // It has ended.
        (&ours, &[], None, false),
        (&ours, &["keystone.example"], Some("keystone.example"), true),
        (&ours, &["localhost"], Some("keystone.example"), false),
        (&ours, &["*.api.example"], Some("keystone.api.example"), true),
        (&ours, &["*.api.example"], Some("a.keystone.api.example"), false),
        (&ours, &["192.0.2.7"], Some("192.0.2.7"), true),
    ];
    for (signer, names, server_name, good) in table {
        let dialled = dial(signer, names, None, server_name, ours.trust()).await;
        let refused = matches!(dialled, Err(DialError::Tls { .. }));
        assert_eq!((dialled.is_ok(), refused), (good, !good), "{names:?} {server_name:?}");
    }
}

/// What `openssl req -x509` makes by default for a name: an authority that nobody has signed.
fn self_signed(name: &str, ends: i32) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(ends, 1, 1);
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap(), key)
}

fn believing(certificates: &[&(rcgen::Certificate, KeyPair)]) -> Trust {
    Trust::Roots(certificates.iter().map(|(certificate, _)| certificate.der().clone()).collect())
}

#[tokio::test]
async fn t11_an_authority_is_its_own_peer_where_it_is_trusted_itself() {
    let [own, other] = [(); 2].map(|()| self_signed("localhost", 3000));
    let elsewhere = self_signed("other.example", 3000);
    let ended = self_signed("localhost", 2001);
    let thief = (own.0.clone(), KeyPair::generate().unwrap());
    let table: [(&str, _, &[_], Option<&str>, bool); 8] = [
        ("itself", &own, &[&own], None, true),
        ("itself among others", &own, &[&other, &own], None, true),
        ("another of the same name", &other, &[&own], None, false),
        ("another name is expected", &own, &[&own], Some("other.example"), false),
        ("another name that is expected", &elsewhere, &[&elsewhere], Some("other.example"), true),
        ("another name", &elsewhere, &[&elsewhere], None, false),
        ("it has ended", &ended, &[&ended], None, false),
        ("nobody holds its key", &thief, &[&own], None, false),
    ];
    for (why, shown, trusted, server_name, good) in table {
        let dialled = dial_to(shown, None, server_name, believing(trusted)).await;
        let refused = matches!(dialled, Err(DialError::Tls { .. }));
        assert_eq!((dialled.is_ok(), refused), (good, !good), "{why}");
    }
}

#[tokio::test]
async fn t05_a_name_with_a_nul_in_it_is_no_other_name() {
    let ours = Authority::new();
    for name in ["localhost\0.evil.example", "localhost\0", "\0localhost"] {
        let dialled = dial(&ours, &[name], None, None, ours.trust()).await;
        assert!(matches!(dialled, Err(DialError::Tls { .. })), "{name:?}");
    }
}

#[tokio::test]
async fn the_name_that_is_expected_is_the_name_that_is_asked_for() {
    let ours = Authority::new();
    for (written, asked) in [
        (None, Some("localhost")),
        (Some("keystone.example"), Some("keystone.example")),
        (Some("127.0.0.1"), None),
    ] {
        let names = ["localhost", "keystone.example", "127.0.0.1"];
        let (name, _) = dial(&ours, &names, None, written, ours.trust()).await.unwrap();
        assert_eq!(name.as_deref(), asked);
    }
}

#[tokio::test]
async fn a_peer_that_asks_for_a_certificate_is_shown_ours() {
    let (ours, clients) = (Authority::new(), Authority::new());
    let files = clients.files();
    let own = ClientCertificate::from_files(&files.certificate, &files.key).unwrap();
    let security = Security { trust: ours.trust(), certificate: Some(own) };
    let names = ["localhost"];
    let (_, shown) = dial(&ours, &names, Some(&clients), None, security.clone()).await.unwrap();
    assert_eq!(shown, 1);
    let (_, shown) = dial(&ours, &names, None, None, security).await.unwrap();
    assert_eq!(shown, 0, "nobody asked");
}

#[test]
fn another_name_is_a_name_and_needs_tls() {
    let parse = |url: &str| Endpoint::parse(url, Trust::System).unwrap().0;
    let refused = |url: &str, name: &str| parse(url).expect(name).unwrap_err();
    assert!(refused("https://a.example", "not a name").contains("cannot be the name"));
    assert!(refused("https://a.example", "").contains("cannot be the name"));
    assert!(refused("http://a.example", "b.example").contains("is not https"));
    assert!(refused("unix:/run/a.sock", "b.example").contains("is not https"));
}
