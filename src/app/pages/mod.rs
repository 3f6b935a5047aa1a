//! Pages about the process itself, on listeners of their own: telemetry for machines that watch,
//! admin for people on this host. Nothing here is reachable through the public listener.

mod admin;
mod telemetry;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

pub(super) use admin::Admin;
pub(super) use telemetry::Telemetry;

/// More connections than this at once are not a scrape.
const MAX_CONNECTIONS: usize = 64;

/// A set of pages.
pub(super) trait Pages: Send + Sync + 'static {
    /// Answers one request; `body` has been read, up to its limit.
    fn answer(&self, request: &Request<()>, body: &str) -> impl Future<Output = Page> + Send;

    /// The longest body that the page at `path` takes, in bytes.
    fn longest_body(_path: &str) -> usize {
        4096
    }
}

/// What a page says.
pub(super) struct Page {
    status: StatusCode,
    kind: &'static str,
    text: String,
}

impl Page {
    fn text(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", text: text.into() }
    }

    fn json(value: &serde_json::Value) -> Self {
        Self { status: StatusCode::OK, kind: "application/json", text: format!("{value:#}\n") }
    }
}

/// A connection, and how to end it.
struct Open {
    task: AbortHandle,
    /// It has asked for something and is waiting for it.
    busy: Arc<AtomicBool>,
}

/// Serves `pages` until cancelled, which closes every connection. Where there are too many, the
/// oldest makes room, so that idle ones cannot keep a probe out, nor end one that is under way.
pub(super) async fn serve<P: Pages>(listener: TcpListener, pages: Arc<P>) {
    let mut connections = JoinSet::new();
    let mut open: VecDeque<Open> = VecDeque::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let pages = Arc::clone(&pages);
        let busy = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&busy);
        let service = service_fn(move |request| {
            let (pages, busy) = (Arc::clone(&pages), Arc::clone(&noted));
            async move {
                busy.store(true, Ordering::Relaxed);
                let response = one(&*pages, request).await;
                busy.store(false, Ordering::Relaxed);
                Ok::<_, Infallible>(response)
            }
        });
        if open.len() >= MAX_CONNECTIONS {
            let idle = open.iter().position(|one| !one.busy.load(Ordering::Relaxed));
            if let Some(one) = open.remove(idle.unwrap_or(0)) {
                one.task.abort();
            }
        }
        let task = connections.spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(75))
                .serve_connection(TokioIo::new(stream), service);
            // Whoever left early has nothing more to hear.
            let _ = connection.await;
        });
        open.push_back(Open { task, busy });
        while connections.try_join_next().is_some() {}
        open.retain(|one| !one.task.is_finished());
    }
}

async fn one<P: Pages>(pages: &P, request: Request<Incoming>) -> Response<Full<Bytes>> {
    use http_body_util::{BodyExt, Limited};
    let (head, body) = request.into_parts();
    let read = Limited::new(body, P::longest_body(head.uri.path())).collect();
    let body = match tokio::time::timeout(Duration::from_secs(5), read).await {
        Ok(Ok(body)) => body.to_bytes(),
        _ => return response(Page::text(StatusCode::BAD_REQUEST, "the body is too long\n")),
    };
    let text = String::from_utf8_lossy(&body);
    response(pages.answer(&Request::from_parts(head, ()), text.trim()).await)
}

fn response(page: Page) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(page.text));
    *response.status_mut() = page.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(page.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
