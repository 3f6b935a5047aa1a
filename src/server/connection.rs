//! One client connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use http::{HeaderValue, Request, Response, header};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::sleep;

use super::activity::{Activity, Tracked};
use super::tls::{Facts, Secured};
use super::watched::Watched;
use super::{Guard, Phase, Settings, Shared};

/// Serves `stream` until either side ends it, or until the request in progress when `phase`
/// comes to closing is answered. With TLS the handshake comes first, and what it has settled is
/// told to `service_for`.
pub(super) async fn run<F, S, B>(
    stream: TcpStream,
    service_for: F,
    shared: Arc<Shared>,
    phase: watch::Receiver<Phase>,
    _guard: Guard,
) where
    F: FnOnce(Option<&Facts>) -> S,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Send + Sync,
    B: Body + Send + Unpin + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    // Responses are written whole; waiting to fill segments only adds latency. A socket that
    // cannot be told so is about to fail anyway.
    let _ = stream.set_nodelay(true);
    let activity = Activity::new();
    let stream = Watched::new(stream, Arc::clone(&activity));
    let settings = &shared.settings;
    let Some(tls) = &shared.tls else {
        return converse(stream, service_for(None), settings, phase, activity).await;
    };
    // It has been counted and logged.
    let Ok(Secured { stream, facts }) = tls.accept(stream).await else { return };
    activity.forget();
    Box::pin(converse(stream, service_for(Some(&facts)), settings, phase, activity)).await;
}

/// HTTP over a stream of either kind.
async fn converse<IO, S, B>(
    stream: IO,
    service: S,
    settings: &Settings,
    mut phase: watch::Receiver<Phase>,
    activity: Arc<Activity>,
) where
    IO: AsyncRead + AsyncWrite + Send + Unpin,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Send + Sync,
    B: Body + Send + Unpin + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    // A receiver that has seen nothing yet: the phase has changed once it is no longer serving.
    let leaving = phase.clone();
    let service = service_fn(|request| {
        let at_work = activity.request();
        let answered = service.call(request);
        let leaving = &leaving;
        async move {
            let mut response = answered.await?;
            if leaving.has_changed().unwrap_or(true) {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response.map(|body| Tracked::new(body, at_work)))
        }
    });
    let connection = http1::Builder::new()
        // See dial::http1: most responses are small, and one plain write is cheaper.
        .writev(false)
        // Silence is noticed below, more cheaply than by a timer for each request.
        .header_read_timeout(None)
        .max_buf_size(settings.max_header_bytes)
        .max_header_size(settings.max_header_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let mut closing = pin!(async {
        // An error means that nobody is left to say anything: close.
        let _ = phase.wait_for(|phase| *phase == Phase::Closing).await;
    });
    let mut alarm = pin!(sleep(settings.header_timeout));
    let mut begun = false;
    let end = poll_fn(|context| {
        // Once asked, `closing` and `alarm` wake this task by themselves; asking them again at
        // every turn of a busy connection would cost more than the rest of this loop.
        let news = leaving.has_changed().unwrap_or(true);
        if (!begun || news) && closing.as_mut().poll(context).is_ready() {
            return Poll::Ready(End::Closing);
        }
        if (!begun || alarm.is_elapsed())
            && activity.poll_silence(settings, alarm.as_mut(), context).is_ready()
        {
            // Before the client is let go: perhaps it reads, only slowly.
            activity.insist();
            if let Poll::Ready(ended) = connection.as_mut().poll(context) {
                return Poll::Ready(End::Ended(ended));
            }
            if activity.poll_silence(settings, alarm.as_mut(), context).is_ready() {
                return Poll::Ready(End::Silent);
            }
        }
        begun = true;
        connection.as_mut().poll(context).map(End::Ended)
    })
    .await;
    let ended = match end {
        End::Closing => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        End::Ended(ended) => ended,
        End::Silent => Ok(()),
    };
    if let Err(error) = ended {
        // A client that leaves or sends nonsense is its own affair.
        tracing::debug!(%error, "client connection ended");
    }
}

/// How a connection comes to its end.
enum End {
    /// The program closes.
    Closing,
    /// By itself.
    Ended(hyper::Result<()>),
    /// The client said nothing for too long.
    Silent,
}
