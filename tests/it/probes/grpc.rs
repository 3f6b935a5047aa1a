//! Probes by gRPC's health protocol, against a service that speaks HTTP/2.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};

use super::Stage;
use crate::support::{Exchange, Http2, Terms, Upstream};

#[test]
fn the_application_is_asked_about_the_service_as_grpc_has_it() {
    let app = health(&[0, 0, 0, 0, 2, 8, 1], "0");
    let stage = Stage::with(&[
        ("whole", app.url().replace("http", "grpc")),
        ("one", format!("{}/a.v1.B", app.url().replace("http", "grpc"))),
    ]);
    stage.expect("whole", 200, "the application says SERVING");
    stage.expect("one", 200, "the application says SERVING");
    for asked in app.asked() {
        assert_eq!((&asked.head.method, asked.head.uri.path()), (&http::Method::POST, CHECK));
        let field = |name| asked.head.headers[name].to_str().unwrap();
        assert_eq!((field("content-type"), field("te")), ("application/grpc", "trailers"));
        assert!(field("user-agent").starts_with("portcullis-probe/"));
    }
    let bodies: Vec<_> = app.bodies().into_iter().map(|(body, _)| body.to_vec()).collect();
    let named = [&[0, 0, 0, 0, 8, 0x0a, 6][..], b"a.v1.B"].concat();
    assert_eq!(bodies, [vec![0, 0, 0, 0, 0], named]);
}

#[test]
fn all_but_serving_is_not_good() {
    for (message, status, says) in [
        (&[0, 0, 0, 0, 2, 8, 2][..], "0", "says NOT_SERVING"),
        (&[0, 0, 0, 0, 0], "0", "says UNKNOWN"),
        (&[0, 0, 0, 0, 2, 8, 3], "0", "says SERVICE_UNKNOWN"),
        (&[0, 0, 0, 0, 2, 8, 1], "13", "the gRPC status 13"),
        (&[], "5", "5 (NOT_FOUND)"),
        (&[], "12", "12 (UNIMPLEMENTED)"),
        (&[], "nonsense\u{7f}", "the gRPC status unknown"),
        (&[0, 0, 0, 0, 9, 8, 1], "0", "its body is not one message"),
        (&[1, 0, 0, 0, 2, 8, 1], "0", "it is compressed"),
        (&[0; 8192], "0", "too long or breaks off"),
    ] {
        let app = health(message, status);
        let stage = Stage::with(&[("rpc", app.url().replace("http", "grpc"))]);
        stage.expect("rpc", 503, says);
    }
}

#[test]
fn a_call_that_fails_at_once_says_so_in_its_head() {
    let app = Http2::answering(Terms::default(), |mut exchange| async move {
        let head = head().header("grpc-status", "12").body(()).unwrap();
        exchange.respond.send_response(head, true)?;
        Ok(())
    });
    let stage = Stage::with(&[("rpc", app.url().replace("http", "grpc"))]);
    stage.expect("rpc", 503, "12 (UNIMPLEMENTED)");
}

#[test]
fn what_speaks_no_grpc_is_not_good() {
    let page = Http2::start();
    let missing = Http2::answering(Terms::default(), |mut exchange| async move {
        exchange.receive().await?;
        exchange.respond(404, b"")
    });
    let http1 = Upstream::start();
    let grpc = |url: String| url.replace("http", "grpc");
    let stage = Stage::with(&[
        ("page", grpc(page.url())),
        ("missing", grpc(missing.url())),
        ("http1", grpc(http1.url())),
    ]);
    stage.expect("page", 503, "its content type is another");
    stage.expect("missing", 503, "answers 404");
    stage.expect("http1", 503, "gives no answer that can be read");
}

/// One that answers every call with these bytes and this status behind them.
fn health(message: &'static [u8], status: &'static str) -> Http2 {
    Http2::answering(Terms::default(), move |exchange| answer(exchange, message, status))
}

async fn answer(
    mut exchange: Exchange,
    message: &'static [u8],
    status: &'static str,
) -> Result<(), h2::Error> {
    exchange.receive().await?;
    let mut stream = exchange.respond.send_response(head().body(()).unwrap(), false)?;
    stream.send_data(Bytes::from_static(message), false)?;
    let mut trailers = HeaderMap::new();
    let status = HeaderValue::from_bytes(&status.as_bytes()[..status.len().min(8)]).unwrap();
    trailers.insert("grpc-status", status);
    stream.send_trailers(trailers)
}

fn head() -> http::response::Builder {
    Response::builder().status(200).header("content-type", "application/grpc")
}

const CHECK: &str = "/grpc.health.v1.Health/Check";
