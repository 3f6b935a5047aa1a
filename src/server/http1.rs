//! A connection that speaks HTTP/1.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderValue, Request, StatusCode, Version, header};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

use super::Phase;
use super::life::{End, Life};
use super::stream::Stream;
use super::takeover::{Answer, Leaving, Taken, Takeover};
use super::tracked::Tracked;

/// Serves `stream` to its end, also when that is no HTTP any more.
pub(super) async fn run<S, R, B>(stream: Stream, service: S, life: Life)
where
    S: Fn(Request<Incoming>) -> R + Send + Sync,
    R: Future<Output = Answer<B>> + Send,
    B: Body + Send + Unpin + 'static,
    B::Error: std::error::Error + Send + Sync,
{
    let takeover: Mutex<Option<Takeover>> = Mutex::default();
    let old = AtomicBool::new(false);
    let served = service_fn(|request| {
        let at_work = life.activity.request();
        let last = life.serves();
        old.store(request.version() == Version::HTTP_10, Ordering::Relaxed);
        let answered = service(request);
        let (life, takeover) = (&life, &takeover);
        async move {
            let Answer { mut response, takeover: next } = answered.await;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                *takeover.lock().unwrap_or_else(PoisonError::into_inner) = next;
            } else if last || life.is_leaving() {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response.map(|body| Tracked::new(body, at_work, None)))
        }
    });
    let limits = Arc::clone(&life.limits);
    let mut connection = http1::Builder::new()
        // See dial::http1: most responses are small, and one plain write is cheaper.
        .writev(false)
        // Silence is noticed by `Life`, more cheaply than by a timer for each request.
        .header_read_timeout(None)
        .max_headers(limits.max_headers)
        .max_buf_size(limits.max_header_bytes)
        .max_header_size(limits.max_header_bytes)
        .serve_connection(TokioIo::new(stream), served);
    let mut end = life.drive(&mut connection, Phase::Closing, || false).await;
    if matches!(end, End::Enough) {
        Pin::new(&mut connection).graceful_shutdown();
        end = life.finish(&mut connection, || false).await;
    }
    life.ended(&end);
    let next = takeover.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (end, next) {
        (End::Ended(Ok(())), Some(next)) => {
            let parts = connection.into_parts();
            let taken = Taken::new(parts.io.into_inner(), parts.read_buf);
            next.run(taken, Leaving::new(life.phase())).await;
        }
        // To a client of HTTP/1.0 the end of the connection is the end of the answer, which has none
        // (RFC 9112, section 8): hyper says of its body that it failed.
        (End::Ended(Err(error)), _) if error.is_user() && old.load(Ordering::Relaxed) => {
            connection.into_parts().io.into_inner().spoil();
        }
        _ => {}
    }
}
