//! One client connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

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
    // A receiver that has seen nothing yet: the phase has changed once it is no longer serving.
    let leaving = phase.clone();
    let service = service_fn(|request| {
        let answered = service.call(request);
        let leaving = &leaving;
        async move {
            let mut response = answered.await?;
            if leaving.has_changed().unwrap_or(true) {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // See dial::http1: most responses are small, and one plain write is cheaper.
        .writev(false)
        .header_read_timeout(settings.header_timeout)
        .max_buf_size(settings.max_header_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut closing = pin!(async {
        // An error means that nobody is left to say anything: close.
        let _ = phase.wait_for(|phase| *phase == Phase::Closing).await;
    });
    let mut glanced = false;
    let ended = poll_fn(|context| {
        // Once asked, `closing` wakes this task by itself; asking it again at every turn of a
        // busy connection would cost more than the rest of this loop.
        if (!glanced || leaving.has_changed().unwrap_or(true))
            && closing.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(None);
        }
        glanced = true;
        connection.as_mut().poll(context).map(Some)
    })
    .await;
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // A client that leaves, times out or sends nonsense is its own affair.
        tracing::debug!(%error, "client connection ended");
    }
}
