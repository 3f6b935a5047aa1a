//! Handshakes, good ones and those that come to nothing.

use rustls::crypto::aws_lc_rs::cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
use rustls::{ClientConnection, HandshakeKind};
use tokio::io::AsyncReadExt;
use tokio::task::yield_now;

use super::*;

struct Stage {
    scratch: Scratch,
    authority: Authority,
    settings: Settings,
}

impl Stage {
    fn new() -> Self {
        let (scratch, authority) = (Scratch::new(), Authority::new("a"));
        let settings = showing(&[authority.sign_for(&["localhost"]).files(&scratch, "own.pem")]);
        Self { scratch, authority, settings }
    }

    fn terminator(&self) -> Terminator {
        terminator(&self.settings)
    }

    fn client(&self) -> Arc<ClientConfig> {
        Arc::new(client(&self.authority, None))
    }
}

#[tokio::test]
async fn a_handshake_settles_name_version_and_protocol() {
    let stage = Stage::new();
    let terminator = stage.terminator();
    let table: [(_, &[&[u8]], _, _); 4] = [
        (&TLS13, &[b"h2", b"http/1.1"], Version::Tls13, Protocol::Http2),
        (&TLS12, &[b"h2"], Version::Tls12, Protocol::Http2),
        (&TLS13, &[b"http/1.1"], Version::Tls13, Protocol::Http1),
        (&TLS12, &[], Version::Tls12, Protocol::Http1),
    ];
    for (version, offered, spoken, protocol) in table {
        let mut client = client_of(&[version], &stage.authority, None);
        client.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        let (server, client) = shake(&terminator, &Arc::new(client), "localhost").await;
        client.unwrap();
        let server_name = Some("localhost".to_owned());
        let expected = Facts { server_name, protocol, version: spoken, client: None };
        assert_eq!(server.unwrap().facts, expected);
    }
}

#[tokio::test]
async fn nothing_in_common_is_no_connection() {
    let mut stage = Stage::new();
    let mut odd = client(&stage.authority, None);
    odd.alpn_protocols = vec![b"spdy/3".to_vec()];
    assert_eq!(refusal(&stage.terminator(), odd).await, Failure::Incompatible);
    stage.settings.oldest = Version::Tls13;
    let old = client_of(&[&TLS12], &stage.authority, None);
    assert_eq!(refusal(&stage.terminator(), old).await, Failure::Incompatible);
}

#[tokio::test]
async fn t01_without_a_suite_in_common_a_client_is_told_so() {
    let stage = Stage::new();
    let terminator = stage.terminator();
    // The certificate's key is of another kind.
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites = vec![TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256];
    let mut roots = RootCertStore::empty();
    roots.add(stage.authority.0.der().clone()).unwrap();
    let rsa_alone = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&TLS12])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (server, client) = shake(&terminator, &Arc::new(rsa_alone), "localhost").await;
    assert_eq!(server.err(), Some(Failure::Incompatible));
    // "Access denied" would be a word about the client's certificate (RFC 5246, section 7.2.2).
    let told = client.err().unwrap().to_string();
    assert!(told.contains("HandshakeFailure"), "{told}");
}

#[tokio::test]
async fn t01_versions_before_1_2_are_not_spoken() {
    let terminator = Stage::new().terminator();
    for version in [[3, 0], [3, 1], [3, 2]] {
        let (failure, answer) = send(&terminator, &old_hello(version)).await;
        assert_eq!(failure, Failure::Incompatible, "{version:?}");
        // A fatal alert, and nothing else.
        assert_eq!((answer.len(), answer[0], answer[5]), (7, 21, 2), "{answer:?}");
    }
}

/// A greeting of an old client, as RFC 2246 and RFC 4346 have it, without compression.
fn old_hello(version: [u8; 2]) -> Vec<u8> {
    let mut hello = version.to_vec();
    hello.extend([7; 32]);
    // No session, two suites of that time, no compression.
    hello.extend([0, 0, 4, 0xc0, 0x14, 0, 0x2f, 1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let message = [&[1, 0, 0, length], &hello[..]].concat();
    let length = u8::try_from(message.len()).unwrap();
    [&[22, 3, 1, 0, length], &message[..]].concat()
}

#[tokio::test]
async fn t02_a_greeting_in_records_of_one_byte_is_understood() {
    let stage = Stage::new();
    let terminator = stage.terminator();
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(stage.client(), name).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    let (head, message) = hello.split_at(5);
    assert_eq!(usize::from(u16::from_be_bytes([head[3], head[4]])), message.len(), "one record");
    let bytes = message.iter().flat_map(|byte| [head[0], head[1], head[2], 0, 1, *byte]);
    let bytes: Vec<u8> = bytes.collect();
    let (near, mut far) = duplex(64 * 1024);
    let talk = async {
        for byte in bytes {
            far.write_all(&[byte]).await.unwrap();
            // So that each is read by itself.
            yield_now().await;
        }
        while client.is_handshaking() {
            let mut room = [0; 1024];
            let count = far.read(&mut room).await.unwrap();
            client.read_tls(&mut &room[..count]).unwrap();
            client.process_new_packets().unwrap();
            let mut said = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut said).unwrap();
            }
            far.write_all(&said).await.unwrap();
        }
        far
    };
    let both = async { tokio::join!(terminator.accept(near, None), talk) };
    let (server, _far) = timeout(PATIENCE, both).await.unwrap();
    assert_eq!(server.unwrap().facts.version, Version::Tls13);
}

#[tokio::test]
async fn t03_whoever_leaves_in_the_middle_is_let_go() {
    let stage = Stage::new();
    let terminator = stage.terminator();
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(stage.client(), name).unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    let close_notify = [21, 3, 3, 0, 2, 1, 0];
    let mut then_closed = hello.clone();
    then_closed.extend(close_notify);
    for bytes in [&[][..], &hello[..3], &hello[..hello.len() / 2], &hello, &close_notify] {
        let (failure, _) = send(&terminator, bytes).await;
        assert_eq!(failure, Failure::Closed, "{} bytes", bytes.len());
    }
    // Where a finished message was due; a mistake of the client, and an end of it.
    let (failure, _) = send(&terminator, &then_closed).await;
    assert!(matches!(failure, Failure::Closed | Failure::Other), "{failure:?}");
}

#[tokio::test]
async fn a_silent_client_is_let_go_after_the_deadline() {
    let mut stage = Stage::new();
    stage.settings.handshake_timeout = Duration::from_millis(20);
    let (near, _far) = duplex(1024);
    let accepted = timeout(PATIENCE, stage.terminator().accept(near, None)).await.unwrap();
    assert_eq!(accepted.err(), Some(Failure::Timeout));
}

#[tokio::test]
async fn t07_a_session_is_resumed_by_the_configuration_that_made_it_alone() {
    let stage = Stage::new();
    let (one, two) = (stage.terminator(), stage.terminator());
    for version in [&TLS12, &TLS13] {
        let client = Arc::new(client_of(&[version], &stage.authority, None));
        assert_eq!(kind(&one, &client).await, HandshakeKind::Full);
        assert_eq!(kind(&one, &client).await, HandshakeKind::Resumed, "it is possible at all");
        assert_eq!(kind(&two, &client).await, HandshakeKind::Full, "to another listener");
        assert_eq!(kind(&two, &client).await, HandshakeKind::Resumed);
        two.follow(Tls::load(&stage.settings, JUNE_2020).unwrap());
        assert_eq!(kind(&two, &client).await, HandshakeKind::Full, "after a reload");
    }
}

#[tokio::test]
async fn t07_where_clients_show_certificates_every_handshake_is_a_whole_one() {
    let mut stage = Stage::new();
    let ca = stage.scratch.write("ca.pem", &stage.authority.0.pem());
    let authorities = Authorities { ca_files: vec![ca], crl_files: Vec::new() };
    let own = stage.authority.sign(&named("robot", &[]));
    for clients in [Clients::Optional(authorities.clone()), Clients::Required(authorities)] {
        stage.settings.clients = clients;
        let terminator = stage.terminator();
        for version in [&TLS12, &TLS13] {
            let client = Arc::new(client_of(&[version], &stage.authority, Some(&own)));
            for _ in 0..3 {
                assert_eq!(kind(&terminator, &client).await, HandshakeKind::Full);
            }
        }
    }
}

/// Whether a client's handshake is a new one. What the server sends after it, its tickets, is read.
async fn kind(terminator: &Terminator, client: &Arc<ClientConfig>) -> HandshakeKind {
    let (server, client) = shake(terminator, client, "localhost").await;
    let (mut server, mut client) = (server.unwrap().stream, client.unwrap());
    server.write_all(b"x").await.unwrap();
    let mut byte = [0];
    timeout(PATIENCE, client.read_exact(&mut byte)).await.unwrap().unwrap();
    server.get_ref().1.handshake_kind().unwrap()
}

#[tokio::test]
async fn t08_nothing_is_taken_before_the_handshake_is_over() {
    let stage = Stage::new();
    let terminator = stage.terminator();
    let mut eager = client_of(&[&TLS13], &stage.authority, None);
    eager.enable_early_data = true;
    let eager = Arc::new(eager);
    assert_eq!(kind(&terminator, &eager).await, HandshakeKind::Full);
    let name = ServerName::try_from("localhost").unwrap();
    let mut second = ClientConnection::new(eager, name).unwrap();
    assert!(second.early_data().is_none(), "the ticket allows it");
    assert_eq!(terminator_config(&stage).max_early_data_size, 0);
}

#[tokio::test]
async fn t09_what_is_followed_counts_for_new_connections_alone() {
    let stage = Stage::new();
    let registry = Registry::default();
    let metrics = Metrics::register(&registry).unwrap();
    let load = |settings: &Settings| Tls::load(settings, JUNE_2020);
    let terminator = Terminator::new("public", load(&stage.settings).unwrap(), &metrics);
    let shown = async || {
        let (server, client) = shake(&terminator, &stage.client(), "localhost").await;
        let client = client.unwrap();
        let shown = client.get_ref().1.peer_certificates().unwrap()[0].clone();
        (server.unwrap().stream, client, shown)
    };
    let old = der(&stage.settings.certificates[0].certificate);
    let (mut server, mut client, first) = shown().await;
    assert_eq!(first, old);
    // Half of a swap: the certificate is new, the key is not yet.
    let new = stage.authority.sign_for(&["localhost"]);
    let half = CertificateFiles {
        certificate: stage.scratch.write("new.pem", &new.certificate.pem()),
        key: stage.settings.certificates[0].key.clone(),
    };
    assert!(load(&showing(&[half])).is_err());
    assert_eq!(shown().await.2, old);
    let files = new.files(&stage.scratch, "newer.pem");
    terminator.follow(load(&showing(std::slice::from_ref(&files))).unwrap());
    assert_eq!(shown().await.2, *new.certificate.der());
    server.write_all(b"still here").await.unwrap();
    let mut heard = [0; 10];
    client.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"still here");
    let page = registry.encode();
    let series: Vec<_> = page.lines().filter(|line| line.contains("{certificate=")).collect();
    assert!(series.len() == 1 && series[0].contains("newer.pem"), "{page}");
}

#[tokio::test]
async fn t10_what_is_no_tls_gets_no_answer_in_plain_text() {
    let registry = Registry::default();
    let metrics = Metrics::register(&registry).unwrap();
    let stage = Stage::new();
    let tls = Tls::load(&stage.settings, JUNE_2020).unwrap();
    let terminator = Terminator::new("public", tls, &metrics);
    let requests: [&[u8]; 4] = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n",
    ];
    for request in requests {
        let (failure, answer) = send(&terminator, request).await;
        assert_eq!(failure, Failure::NotTls);
        // An alert at most.
        assert!(answer.is_empty() || (answer[0] == 21 && answer.len() == 7), "{answer:?}");
    }
    let counted = "portcullis_tls_handshake_failures_total{reason=\"not_tls\"} 4";
    assert!(registry.encode().contains(counted), "{}", registry.encode());
}

#[tokio::test]
async fn a_client_that_does_not_trust_us_is_told_apart() {
    let stage = Stage::new();
    let stranger = client(&Authority::new("b"), None);
    assert_eq!(refusal(&stage.terminator(), stranger).await, Failure::RefusedByClient);
}

#[test]
fn t12_no_secret_of_a_session_is_written_down() {
    let config = terminator_config(&Stage::new());
    assert!(!config.key_log.will_log("CLIENT_HANDSHAKE_TRAFFIC_SECRET"));
    assert!(!config.enable_secret_extraction);
}

fn terminator_config(stage: &Stage) -> Arc<ServerConfig> {
    Tls::load(&stage.settings, JUNE_2020).unwrap().config
}
