//! A service of gRPC that does what its methods are named after, and notes what it sees.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::HeaderMap;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tonic::server::Grpc;
use tonic::{Code, Request, Response, Status, Streaming};
use tower_service::Service;

use crate::support::sha256;

use super::messages::{Method, Plain};

/// Says the same, and has the metadata `x-said` in its answer's head.
pub(super) const ECHO: &str = "/portcullis.Peer/Echo";
/// Fails with the status of the number in the message.
pub(super) const FAIL: &str = "/portcullis.Peer/Fail";
/// The same after one message.
pub(super) const FAIL_LATE: &str = "/portcullis.Peer/FailLate";
/// Says the numbers up to the one in the message.
pub(super) const COUNT: &str = "/portcullis.Peer/Count";
/// Says how many messages there were, and the digest of them all.
pub(super) const SUM: &str = "/portcullis.Peer/Sum";
/// Says each message again, when it comes.
pub(super) const CHAT: &str = "/portcullis.Peer/Chat";
/// Says nothing, for ever.
pub(super) const BROOD: &str = "/portcullis.Peer/Brood";
/// Says something and then nothing, for ever.
pub(super) const TRAIL_OFF: &str = "/portcullis.Peer/TrailOff";
/// Says pieces of [`PIECE`] bytes, for ever.
pub(super) const FLOOD: &str = "/portcullis.Peer/Flood";
/// Says as many of them as the message says.
pub(super) const POUR: &str = "/portcullis.Peer/Pour";

pub(super) const PIECE: usize = 64 * 1024;

/// What goes along with a failure.
pub(super) const REASON: &str = "100 % schlecht, weil: \u{263a}";
pub(super) const DETAILS: &[u8] = &[0, 1, 2, 0xff, b'=', b','];

/// What a service has seen.
#[derive(Default)]
pub(super) struct Notes {
    /// The path and the fields of each call, as they came.
    pub(super) calls: Mutex<Vec<(String, HeaderMap)>>,
    /// The fields behind each stream of messages that was read to its end.
    pub(super) trailers: Mutex<Vec<HeaderMap>>,
    /// How many calls that would have gone on were given up.
    pub(super) given_up: AtomicUsize,
    /// How many pieces of a flood were made.
    pub(super) pieces: AtomicUsize,
}

/// The service.
#[derive(Clone, Default)]
pub(super) struct Peer(pub(super) Arc<Notes>);

impl Service<http::Request<Body>> for Peer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let notes = Arc::clone(&self.0);
        Box::pin(async move { Ok(answer(notes, request).await) })
    }
}

async fn answer(notes: Arc<Notes>, request: http::Request<Body>) -> http::Response<Body> {
    let path = request.uri().path().to_owned();
    notes.calls.lock().unwrap().push((path.clone(), request.headers().clone()));
    let mut grpc = Grpc::new(Plain).max_decoding_message_size(usize::MAX);
    match &path[..] {
        ECHO => grpc.unary(Method(async |request| Ok(echo(request))), request).await,
        FAIL => grpc.unary(Method(async |request| Err(failure(&request))), request).await,
        FAIL_LATE => {
            grpc.server_streaming(
                Method(async |request| {
                    let said = [Ok(Bytes::from_static(b"so far")), Err(failure(&request))];
                    Ok(Response::new(stream::iter(said)))
                }),
                request,
            )
            .await
        }
        COUNT => grpc.server_streaming(Method(async |r| Ok(numbers(&r))), request).await,
        SUM => {
            grpc.client_streaming(Method(|request| sum(Arc::clone(&notes), request)), request).await
        }
        CHAT => {
            let chat = |request: Request<Streaming<Bytes>>| {
                let notes = Arc::clone(&notes);
                async { Ok(Response::new(heard(notes, request.into_inner()))) }
            };
            grpc.streaming(Method(chat), request).await
        }
        BROOD => {
            let brood = |_| {
                let until = Under::new(Arc::clone(&notes));
                async move {
                    let _until = until;
                    pending().await
                }
            };
            grpc.unary(Method(brood), request).await
        }
        TRAIL_OFF => {
            let trail_off = |_| {
                let until = Under::new(Arc::clone(&notes));
                let rest = stream::once(async move {
                    let _until = until;
                    pending().await
                });
                let said = stream::iter([Ok(Bytes::from_static(b"well"))]).chain(rest);
                async { Ok(Response::new(said)) }
            };
            grpc.server_streaming(Method(trail_off), request).await
        }
        FLOOD => {
            let flood = |_| {
                let until = Under::new(Arc::clone(&notes));
                let said = stream::iter(0..).map(move |_: usize| {
                    until.notes.pieces.fetch_add(1, Ordering::SeqCst);
                    Ok(piece(0))
                });
                async { Ok(Response::new(said)) }
            };
            grpc.server_streaming(Method(flood), request).await
        }
        POUR => grpc.server_streaming(Method(async |r| Ok(pieces(&r))), request).await,
        _ => Status::unimplemented("no such method").into_http(),
    }
}

/// The piece of this number, which is unlike its neighbours.
pub(super) fn piece(number: usize) -> Bytes {
    let bytes = number.to_be_bytes().into_iter().cycle().enumerate();
    bytes.take(PIECE).map(|(at, byte)| byte ^ at.to_le_bytes()[0]).collect()
}

fn echo(request: Request<Bytes>) -> Response<Bytes> {
    let said = request.metadata().get("x-said").cloned();
    let mut response = Response::new(request.into_inner());
    if let Some(said) = said {
        response.metadata_mut().insert("x-said", said);
    }
    response
}

fn failure(request: &Request<Bytes>) -> Status {
    let code = Code::from_bytes(request.get_ref());
    let mut metadata = MetadataMap::new();
    metadata.insert("x-why", "because".parse().unwrap());
    metadata.insert_bin("x-why-bin", tonic::metadata::MetadataValue::from_bytes(DETAILS));
    Status::with_details_and_metadata(code, REASON, Bytes::from_static(DETAILS), metadata)
}

fn number(request: &Request<Bytes>) -> usize {
    str::from_utf8(request.get_ref()).unwrap().parse().unwrap()
}

fn numbers(request: &Request<Bytes>) -> Response<impl Said + use<>> {
    let numbers = (1..=number(request)).map(|number| Ok(Bytes::from(number.to_string())));
    Response::new(stream::iter(numbers))
}

fn pieces(request: &Request<Bytes>) -> Response<impl Said + use<>> {
    Response::new(stream::iter((0..number(request)).map(|number| Ok(piece(number)))))
}

async fn sum(
    notes: Arc<Notes>,
    request: Request<Streaming<Bytes>>,
) -> Result<Response<Bytes>, Status> {
    let mut until = Under::new(Arc::clone(&notes));
    let mut messages = request.into_inner();
    let (mut count, mut all) = (0, Vec::new());
    while let Some(message) = messages.message().await? {
        count += 1;
        all.extend_from_slice(&message);
    }
    let trailers = messages.trailers().await?.unwrap_or_default();
    notes.trailers.lock().unwrap().push(trailers.into_headers());
    until.is_over = true;
    Ok(Response::new(format!("{count} {}", sha256(&all)).into()))
}

/// What is heard, as it is heard, up to the end of it or its breaking off.
fn heard(notes: Arc<Notes>, messages: Streaming<Bytes>) -> impl Said {
    stream::unfold(Some((messages, Under::new(notes))), |going_on| async {
        let (mut messages, mut until) = going_on?;
        match messages.message().await {
            Ok(Some(message)) => Some((Ok(message), Some((messages, until)))),
            Ok(None) => {
                until.is_over = true;
                None
            }
            Err(broken) => Some((Err(broken), None)),
        }
    })
}

/// What a method says.
trait Said: Stream<Item = Result<Bytes, Status>> + Send {}

impl<S: Stream<Item = Result<Bytes, Status>> + Send> Said for S {}

/// Something that goes on until it is over or given up.
struct Under {
    notes: Arc<Notes>,
    is_over: bool,
}

impl Under {
    fn new(notes: Arc<Notes>) -> Self {
        Self { notes, is_over: false }
    }
}

impl Drop for Under {
    fn drop(&mut self) {
        if !self.is_over {
            self.notes.given_up.fetch_add(1, Ordering::SeqCst);
        }
    }
}
