//! An application that hangs holds up its own probe and nobody else.

use std::io;
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use super::Stage;
use crate::support::{Call, Client, Upstream, eventually, get};

#[test]
fn an_application_that_does_not_answer_is_given_up_in_time() {
    let app = Upstream::start();
    app.answer(hang);
    let stage = Stage::in_time("150ms", &[("app", app.url())]);
    let start = Instant::now();
    stage.expect("app", 503, "does not answer within 150ms");
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
    eventually("its connection is closed", || app.open_connections() == 0);
}

#[test]
fn a_handshake_that_hangs_is_given_up_in_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let stage = Stage::in_time(
        "150ms",
        &[("tls", format!("https://{address}")), ("rpc", format!("grpc://{address}"))],
    );
    // The handshake and the whole probe have the same time, and either may be the first to end.
    let tls = stage.ask("tls");
    assert_eq!(tls.status, 503, "{tls:?}");
    let says = ["longer than 150ms", "does not answer within 150ms"];
    assert!(says.iter().any(|says| tls.text().contains(says)), "{tls:?}");
    stage.expect("rpc", 503, "does not answer within 150ms");
}

#[test]
fn a_client_that_leaves_takes_its_question_along() {
    let app = Upstream::start();
    app.answer(hang);
    let stage = Stage::in_time("1h", &[("app", app.url())]);
    let mut client = Client::connect(stage.0.telemetry);
    client.ask("GET", "/probe/app", &[]);
    app.wait_for(1);
    assert_eq!(app.open_connections(), 1);
    drop(client);
    eventually("its connection is closed", || app.open_connections() == 0);
}

#[test]
fn whoever_asks_meanwhile_gets_the_same_answer_and_no_connection_of_the_application() {
    let (app, other) = (Upstream::start(), Upstream::start());
    let (release, released) = mpsc::channel();
    let released = Mutex::new(released);
    app.answer(move |call| {
        call.receive()?;
        let _ = released.lock().unwrap().recv();
        call.respond(200, &[], b"")
    });
    let stage = Stage::in_time("1h", &[("app", app.url()), ("other", other.url())]);
    let ask = || {
        let mut client = Client::connect(stage.0.telemetry);
        client.ask("GET", "/probe/app", &[]);
        client
    };
    let mut first = ask();
    app.wait_for(1);
    let mut more: Vec<_> = (0..30).map(|_| ask()).collect();
    // A probe that hangs holds up nobody else.
    stage.expect("other", 200, "answers 200");
    for page in ["/livez", "/metrics"] {
        assert_eq!(get(stage.0.telemetry, page, &[]).status, 200);
    }
    // Others leave; who stays is answered.
    more.truncate(20);
    assert_eq!(app.connections(), 1);
    release.send(()).unwrap();
    assert!(more.iter_mut().all(|client| client.response().status == 200));
    assert_eq!((first.response().status, app.connections()), (200, 1));
    release.send(()).unwrap();
    stage.expect("app", 200, "answers 200");
    assert_eq!(app.connections(), 2, "an answer is told to nobody who asks later");
}

#[test]
fn a_probe_that_is_under_way_is_not_ended_by_connections_that_ask_nothing() {
    let app = Upstream::start();
    let (release, released) = mpsc::channel();
    let released = Mutex::new(released);
    app.answer(move |call| {
        call.receive()?;
        let _ = released.lock().unwrap().recv();
        call.respond(200, &[], b"")
    });
    let stage = Stage::in_time("1h", &[("app", app.url())]);
    let mut kubelet = Client::connect(stage.0.telemetry);
    kubelet.ask("GET", "/probe/app", &[]);
    app.wait_for(1);
    let idle: Vec<_> = (0..200).map(|_| Client::connect(stage.0.telemetry)).collect();
    // The last of them was accepted: it is answered.
    assert_eq!(get(stage.0.telemetry, "/livez", &[]).status, 200);
    release.send(()).unwrap();
    assert_eq!(kubelet.response().status, 200);
    drop(idle);
}

#[test]
fn the_process_ends_while_a_probe_hangs() {
    let app = Upstream::start();
    app.answer(hang);
    let stage = Stage::in_time("1h", &[("app", app.url())]);
    let mut client = Client::connect(stage.0.telemetry);
    client.ask("GET", "/probe/app", &[]);
    app.wait_for(1);
    stage.0.end().expect("it ends well");
    eventually("its connection is closed", || app.open_connections() == 0);
}

/// Says nothing until the other side leaves.
fn hang(call: &mut Call<'_>) -> io::Result<()> {
    call.receive()?;
    call.wire.some()?;
    Err(io::ErrorKind::ConnectionAborted.into())
}
