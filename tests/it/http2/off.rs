//! `http2.enabled: false`: HTTP/2 is neither agreed on nor understood, and HTTP/1.1 goes on.

use std::sync::Arc;

use crate::support::frames::PREFACE;
use crate::support::{Certificate, Client, Scene};

#[test]
fn where_it_is_off_its_preface_is_no_request() {
    let scene = Scene::with(&[("http2.enabled", "false")]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send(PREFACE);
    // hyper's parser of HTTP/1 knows the preface, and refuses to go on.
    let answer = client.try_response(false);
    assert!(answer.as_ref().map_or(true, |answer| answer.status == 400), "{answer:?}");
    assert_eq!(scene.keystone.validations(), 0);
    scene.assert_serves();
}

#[test]
fn where_it_is_off_tls_agrees_on_http_1() {
    let own = Certificate::for_loopback();
    let [file, key] = [own.ca_file(), own.key_file()].map(|path| path.display().to_string());
    for (enabled, agreed) in [("true", &b"h2"[..]), ("false", b"http/1.1")] {
        let scene = Scene::with(&[
            ("http2.enabled", enabled),
            ("tls.certificate_file", &file),
            ("tls.key_file", &key),
        ]);
        let mut config = (*own.client(None)).clone();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let stream = std::net::TcpStream::connect(scene.sidecar.public).unwrap();
        stream.set_read_timeout(Some(crate::support::DEADLINE)).unwrap();
        let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
        let session = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = rustls::StreamOwned::new(session, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).expect("a handshake");
        }
        assert_eq!(stream.conn.alpn_protocol(), Some(agreed), "{enabled}");
    }
}
