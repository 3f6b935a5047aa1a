//! Which certificate a client is shown.

use rcgen::PKCS_RSA_SHA256;
use rustls::pki_types::ServerName;

use super::*;

/// The certificate that a client is shown who asks for `name`, be it good for that or not.
async fn shown(terminator: &Terminator, client: &ClientConfig, name: &str) -> Vec<u8> {
    let mut client = client.clone();
    let provider = Arc::clone(client.crypto_provider());
    let mut roots = RootCertStore::empty();
    roots.add(Authority::new("nobody").0.der().clone()).unwrap();
    let trusting = Trusting(provider);
    client.dangerous().set_certificate_verifier(Arc::new(trusting));
    let (server, client) = shake(terminator, &Arc::new(client), name).await;
    server.unwrap();
    client.unwrap().get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// Believes anything, so that the client's opinion of a name does not matter here.
#[derive(Debug)]
struct Trusting(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[tokio::test]
async fn an_exact_name_counts_before_a_wildcard_and_a_wildcard_before_the_first() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let lists: [&[&str]; 3] = [
        &["first.example"],
        &["*.api.example", "*", "*.com"],
        &["exact.api.example", "Mixed.Example"],
    ];
    let files = lists.map(|names| {
        authority.sign_for(names).files(&scratch, &format!("{}.pem", names[0].replace('*', "any")))
    });
    let terminator = terminator(&showing(&files));
    let client = client(&authority, None);
    for (name, expected) in [
        ("first.example", 0),
        ("exact.api.example", 2),
        ("EXACT.api.example", 2),
        ("mixed.example", 2),
        ("other.api.example", 1),
        ("two.labels.api.example", 0),
        ("api.example", 0),
        ("unknown.example", 0),
        ("localhost", 0),
        // No name is sent for an address.
        ("127.0.0.1", 0),
    ] {
        let certificate = shown(&terminator, &client, name).await;
        assert_eq!(certificate, der(&files[expected].certificate).to_vec(), "{name}");
    }
}

#[tokio::test]
async fn t05_a_name_with_a_nul_in_it_is_no_other_name() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let first = authority.sign_for(&["first.example"]).files(&scratch, "first.pem");
    let lists = ["bank.example\0.evil.example", "\0bank.example", "bank.example\0"];
    let odd = authority.sign_for(&lists).files(&scratch, "odd.pem");
    let terminator = terminator(&showing(&[first.clone(), odd]));
    let certificate = shown(&terminator, &client(&authority, None), "bank.example").await;
    assert_eq!(certificate, der(&first.certificate).to_vec());
}

#[tokio::test]
async fn of_two_for_one_name_the_client_is_shown_the_one_whose_key_it_knows() {
    let (scratch, authority) = (Scratch::new(), Authority::new("a"));
    let ecdsa = authority.sign_for(&["a.example"]).files(&scratch, "ecdsa.pem");
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let certificate = named("server", &["a.example"]).signed_by(&key, &authority.0).unwrap();
    let rsa = Signed { certificate, key }.files(&scratch, "rsa.pem");
    let terminator = terminator(&showing(&[ecdsa.clone(), rsa.clone()]));
    for (only_rsa, expected) in [(false, &ecdsa), (true, &rsa)] {
        let mut provider = aws_lc_rs::default_provider();
        if only_rsa {
            let all = provider.signature_verification_algorithms.mapping;
            let rsa = all.iter().filter(|(scheme, _)| format!("{scheme:?}").starts_with("RSA"));
            let rsa: Vec<_> = rsa.copied().collect();
            provider.signature_verification_algorithms.mapping = Vec::leak(rsa);
        }
        let client = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(ANY)
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        for name in ["a.example", "unknown.example"] {
            let certificate = shown(&terminator, &client, name).await;
            assert_eq!(certificate, der(&expected.certificate).to_vec(), "{name} {only_rsa}");
        }
    }
}
