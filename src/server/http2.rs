//! A connection that speaks HTTP/2.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, Request, Response, header};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::timeout;

use super::Phase;
use super::activity::Silence;
use super::frames::Framed;
use super::life::{End, Life};
use super::pieces::Pieces;
use super::stream::Stream;
use super::streams::Streams;
use super::takeover::Answer;
use super::tracked::Tracked;

/// How often a client is asked whether it is still there, and how long it may take to say so. A
/// request that waits for a client long gone would otherwise wait for ever.
const PROBE_EVERY: Duration = Duration::from_secs(30);
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);

/// How long a client that has no requests may take to hear that its connection ends.
const FAREWELL: Duration = Duration::from_secs(1);

/// How many resets a client may cause before it is sent away: of requests that nobody has looked at
/// yet (CVE-2023-44487), and by mistakes of its own (CVE-2025-8671).
const MAX_PENDING_RESETS: usize = 20;
const MAX_LOCAL_RESETS: usize = 256;

/// What may wait in memory for one stream's client.
const MAX_SEND_BUFFER: usize = 64 * 1024;

/// Serves `stream` to its end.
pub(super) async fn run<S, R, B>(stream: Stream, service: S, life: Life)
where
    S: Fn(Request<Incoming>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Answer<B>> + Send + 'static,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: std::error::Error + Send + Sync,
{
    let (limits, streams) = (&life.limits, Streams::new(life.limits.write_timeout));
    let arriving = streams.clone();
    let served = service_fn(|request| {
        let (at_work, taking) = (life.activity.request(), arriving.arrived());
        life.serves();
        let head_alone = *request.method() == Method::HEAD;
        let answered = service(request);
        async move {
            // No stream leaves HTTP: there is nothing to take over.
            let Answer { mut response, takeover: _ } = answered.await;
            if head_alone {
                state_length(&mut response);
            }
            let response = response.map(|body| Pieces::new(body, head_alone));
            Ok::<_, Infallible>(response.map(|body| Tracked::new(body, at_work, Some(taking))))
        }
    });
    let activity = Arc::clone(&life.activity);
    let framed = Framed::new(stream, limits.http2.max_control_frames, activity);
    let mut connection = http2::Builder::new(streams)
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.http2.max_streams)
        .max_header_list_size(limits.http2.max_header_list)
        .initial_stream_window_size(limits.http2.stream_window)
        .initial_connection_window_size(limits.http2.connection_window)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_LOCAL_RESETS)
        .max_send_buf_size(MAX_SEND_BUFFER)
        .keep_alive_interval(PROBE_EVERY)
        .keep_alive_timeout(PROBE_TIMEOUT)
        .serve_connection(TokioIo::new(framed), served);
    // A client is told at once that the process leaves: it opens new streams elsewhere, and those
    // in progress finish.
    let mut end = life.drive(&mut connection, Phase::Leaving, || life.has_served_enough()).await;
    match end {
        End::Enough => {
            Pin::new(&mut connection).graceful_shutdown();
            // One that never hears the farewell would be served for ever.
            end = life.finish(&mut connection, || life.has_served_too_much()).await;
        }
        End::Silent(Silence::Idle) => {
            Pin::new(&mut connection).graceful_shutdown();
            let _ = timeout(FAREWELL, &mut connection).await;
        }
        End::Ended(_) | End::Silent(_) => {}
    }
    life.ended(&end);
}

/// Says how long the body would be that is left out. HTTP/1 does so by itself, and the HTTP/2
/// library would send the body.
fn state_length<B: Body>(response: &mut Response<B>) {
    let length = response.body().size_hint().exact();
    if let Some(length) = length.filter(|_| !response.body().is_end_stream()) {
        let stated = response.headers_mut().entry(header::CONTENT_LENGTH);
        stated.or_insert_with(|| HeaderValue::from(length));
    }
}
