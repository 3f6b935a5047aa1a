//! The same against a server of tonic's, whose framing, statuses and HTTP/2 are nobody's here.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _, Bytes};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, UnaryService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tower_service::Service;

use super::Stage;

#[test]
fn an_application_of_tonic_is_understood() {
    let (address, _stop) = serve();
    let at = |service: &str| format!("grpc://{address}/{service}");
    let stage = Stage::with(&[
        ("whole", at("")),
        ("well", at("shop.v1.Orders")),
        ("unwell", at("shop.v1.Stock")),
        ("unknown", at("shop.v1.Nothing")),
    ]);
    stage.expect("whole", 200, "says SERVING");
    stage.expect("well", 200, "says SERVING");
    stage.expect("unwell", 503, "says NOT_SERVING");
    stage.expect("unknown", 503, "5 (NOT_FOUND)");
}

/// By the name in the question: field 1, one byte of length, the name.
fn check(question: &Bytes) -> Result<Response<Bytes>, Status> {
    match question.get(2..).unwrap_or_default() {
        b"" | b"shop.v1.Orders" => Ok(Response::new(Bytes::from_static(&[8, 1]))),
        b"shop.v1.Stock" => Ok(Response::new(Bytes::from_static(&[8, 2]))),
        _ => Err(Status::not_found("unknown service")),
    }
}

/// Serves on a thread of its own, until the second value is dropped.
fn serve() -> (SocketAddr, oneshot::Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    std::thread::spawn(move || {
        runtime.block_on(async {
            let serving =
                Server::builder().serve_with_incoming(Health, TcpIncoming::from(listener));
            tokio::select! {
                served = serving => served.expect("the service does not fail"),
                _ = stopped => {}
            }
        });
    });
    (address, stop)
}

#[derive(Clone)]
struct Health;

impl Service<http::Request<Body>> for Health {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            if request.uri().path() != "/grpc.health.v1.Health/Check" {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            Ok(Grpc::new(Plain).unary(Check, request).await)
        })
    }
}

struct Check;

impl UnaryService<Bytes> for Check {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        ready(check(request.get_ref()))
    }
}

/// Messages that are nothing but their bytes.
#[derive(Clone, Copy)]
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put(message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
