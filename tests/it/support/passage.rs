//! The way to a service without anything before it: no tokens, no policy, whatever the caller
//! wishes for.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use portcullis::dial::{Endpoint, Multiplexing, Protocol, Trust};
use portcullis::telemetry::Registry;
use portcullis::upstream::{
    Asker, Deadlines, Metrics, RequestBody, ResponseError, Settings, Tunnel, Upstream, Wish,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server of HTTP/1.1 that passes everything on.
pub struct Passage {
    /// Where it is.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What is let through, and what is wished for.
#[derive(Clone)]
pub struct Through {
    /// The trailers of requests that may pass.
    pub trailers: Vec<&'static str>,
    /// What requests hope for.
    pub wish: Wish,
}

impl Passage {
    /// Before the service at this address. A tunnel that is granted answers 200 with what comes
    /// through it, to the end, after `ping` was sent into it.
    #[track_caller]
    pub fn to(url: &str, protocol: Protocol, through: Through) -> Self {
        let (endpoint, _) = Endpoint::parse(url, Trust::System).expect("an address");
        let settings = Settings {
            endpoint,
            protocol,
            connect_timeout: Duration::from_secs(5),
            deadlines: Deadlines { response: Duration::from_secs(5), body: None, total: None },
            idle_timeout: Duration::from_secs(5),
            max_age: None,
            max_idle: 8,
            multiplexing: Multiplexing { max_streams: 100, ping_interval: None },
            max_pending: 100,
            max_pending_per_client: None,
        };
        let metrics = Metrics::register(&Registry::default()).unwrap();
        let upstream = Arc::new(Upstream::new("default", &settings, &metrics).unwrap());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = serve(listener, upstream, through) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().expect("the passage does not panic");
        }
    }
}

async fn serve(listener: TcpListener, upstream: Arc<Upstream>, through: Through) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (upstream, through) = (Arc::clone(&upstream), through.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| pass(request, &upstream, &through));
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Body = BoxBody<Bytes, ResponseError>;

async fn pass(
    request: Request<Incoming>,
    upstream: &Upstream,
    through: &Through,
) -> Result<Response<Body>, Infallible> {
    let allowed: Arc<[HeaderName]> =
        through.trailers.iter().map(|name| HeaderName::from_static(name)).collect();
    let request = request.map(|body| RequestBody::new(body, None).with_trailers(&allowed));
    let exchanged = upstream.forward(request, through.wish, Asker::Nobody, |_| None).await;
    Ok(match exchanged.result {
        Ok(mut response) => match response.body_mut().take_tunnel() {
            None => response.map(BodyExt::boxed),
            Some(tunnel) => said(StatusCode::OK, spoken(tunnel).await),
        },
        Err(error) => said(StatusCode::BAD_GATEWAY, error.to_string().into()),
    })
}

async fn spoken(mut tunnel: Tunnel) -> Bytes {
    let mut heard = Vec::new();
    tunnel.write_all(b"ping").await.expect("the tunnel takes bytes");
    tunnel.read_to_end(&mut heard).await.expect("the tunnel ends");
    heard.into()
}

fn said(status: StatusCode, text: Bytes) -> Response<Body> {
    let body = Full::new(text).map_err(|never| match never {}).boxed();
    Response::builder().status(status).body(body).unwrap()
}
