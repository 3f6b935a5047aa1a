//! Probes that only connect, and applications that are not there.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

use super::Stage;
use crate::support::{Scratch, Upstream, get};

#[test]
fn a_connection_that_is_taken_is_good() {
    let app = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = app.local_addr().unwrap();
    let stage = Stage::with(&[("app/startup", format!("tcp://{address}"))]);
    stage.expect("app/startup", 200, "takes connections");
    let (mut stream, _) = app.accept().unwrap();
    let mut sent = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut sent).unwrap();
    assert_eq!(sent, b"", "nothing is sent, and the connection is closed");
    drop(app);
    stage.expect("app/startup", 503, &format!("cannot connect to {address}: "));
}

#[test]
fn a_unix_socket_alone_is_connected_to() {
    let scratch = Scratch::new();
    let path = scratch.path().join("app.sock");
    let stage = Stage::with(&[("app", format!("unix:{}", path.display()))]);
    stage.expect("app", 503, "cannot connect to unix:");
    let _app = Upstream::on_unix_socket(&path);
    stage.expect("app", 200, "takes connections");
}

#[test]
fn an_application_that_comes_goes_and_comes_back_is_seen_each_time() {
    let scratch = Scratch::new();
    let path = scratch.path().join("app.sock");
    let stage = Stage::with(&[("app", format!("unix:{}:/healthz", path.display()))]);
    for _ in 0..2 {
        stage.expect("app", 503, "cannot connect to unix:");
        let app = Upstream::on_unix_socket(&path);
        stage.expect("app", 200, "answers 200");
        drop(app);
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn an_application_that_is_not_there_fails_every_kind_of_probe() {
    // It has the port, and nobody else gets it, but it does not listen.
    let port = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    port.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = port.local_addr().unwrap().as_socket().unwrap();
    let names = ["http", "https", "grpc", "tcp"];
    let stage = Stage::with(&names.map(|name| (name, format!("{name}://{address}"))));
    for name in names {
        stage.expect(name, 503, &format!("cannot connect to {address}: Connection refused"));
    }
}

#[test]
fn what_speaks_no_tls_fails_a_probe_over_https() {
    let app = TcpListener::bind("127.0.0.1:0").unwrap();
    let stage = Stage::with(&[("app", format!("https://{}", app.local_addr().unwrap()))]);
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = app.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").unwrap();
        stream
    });
    stage.expect("app", 503, "no TLS connection to ");
    drop(answering.join());
}

#[test]
fn an_unknown_name_is_404_and_tells_the_names() {
    let app = Upstream::start();
    let stage =
        Stage::with(&[("app/live", format!("{}/secret-path", app.url())), ("db", app.url())]);
    for name in ["", "app", "app/live/", "APP/live", "../metrics", "app%2Flive", "nothing"] {
        let response = stage.ask(name);
        assert_eq!(response.status, 404, "{name}");
        assert_eq!(response.text(), "no such probe; telemetry.probes has: app/live db\n");
    }
    assert_eq!(get(stage.0.telemetry, "/probe", &[]).status, 404);
    assert_eq!(app.count(), 0);
}

#[test]
fn probes_are_not_on_the_public_listener() {
    let app = Upstream::start();
    let stage = Stage::with(&[("app", app.url())]);
    assert_eq!(stage.0.get("/probe/app", &[]).status, 401);
    assert_eq!(app.count(), 0);
}
