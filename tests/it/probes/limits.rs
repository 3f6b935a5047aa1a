//! An application that hangs holds up its own probe and nobody else.

use std::io;
use std::time::Instant;

use super::Stage;
use crate::support::{Call, Client, DEADLINE, Upstream, eventually, get};

#[test]
fn an_application_that_does_not_answer_is_given_up_in_time() {
    let app = Upstream::start();
    app.answer(hang);
    let stage = Stage::in_time("150ms", &[("app", app.url())]);
    let start = Instant::now();
    stage.expect("app", 503, "does not answer within 150ms");
    assert!(start.elapsed() < DEADLINE / 2, "{:?}", start.elapsed());
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
    stage.expect("tls", 503, "longer than 150ms");
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
fn a_probe_that_hangs_holds_up_nobody_else_and_no_more_than_four_hang() {
    let (app, other) = (Upstream::start(), Upstream::start());
    app.answer(hang);
    let stage = Stage::in_time("1h", &[("app", app.url()), ("other", other.url())]);
    let mut hung: Vec<_> = (0..4).map(|_| Client::connect(stage.0.telemetry)).collect();
    for client in &mut hung {
        client.ask("GET", "/probe/app", &[]);
    }
    app.wait_for(4);
    stage.expect("app", 503, "4 requests for this probe are under way already");
    assert_eq!(app.connections(), 4);
    stage.expect("other", 200, "answers 200");
    for page in ["/livez", "/metrics"] {
        assert_eq!(get(stage.0.telemetry, page, &[]).status, 200);
    }
    hung.clear();
    app.respond(200, &[], b"");
    eventually("there is room again", || stage.ask("app").status == 200);
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
