//! One client connection, from its first byte to its last.

use std::convert::Infallible;
use std::pin::pin;

use http::{HeaderValue, Request, Response, header};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::{Guard, Phase, Settings};

/// Serves `stream` until either side ends it, or until the request in progress when `phase`
/// comes to closing is answered.
pub(super) async fn run<S, B>(
    stream: TcpStream,
    service: S,
    settings: Settings,
    mut phase: watch::Receiver<Phase>,
    _guard: Guard,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Send + Sync,
    B: Body + Send + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    // Responses are written whole; waiting to fill segments only adds latency. A socket that
    // cannot be told so is about to fail anyway.
    let _ = stream.set_nodelay(true);
    let leaving = phase.clone();
    let service = service_fn(|request| {
        let answered = service.call(request);
        let leaving = &leaving;
        async move {
            let mut response = answered.await?;
            if *leaving.borrow() != Phase::Serving {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_buf_size(settings.max_header_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let closing = async move {
        // An error means that nobody is left to say anything: close.
        let _ = phase.wait_for(|phase| *phase == Phase::Closing).await;
    };
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = closing => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client that leaves, times out or sends nonsense is its own affair.
        tracing::debug!(%error, "client connection ended");
    }
}
