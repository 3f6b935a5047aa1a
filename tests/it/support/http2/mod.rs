//! Services that speak HTTP/2: one that keeps to it, and one that sends whatever frames it likes.

mod raw;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use bytes::Bytes;
use h2::server::{self, SendResponse};
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request, Response};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Certificate;

pub use raw::{FrameKind, Frames, RawHttp2, frame};

/// A service that keeps to HTTP/2 and records what it is asked.
pub struct Http2 {
    address: SocketAddr,
    secure: bool,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What a service allows.
#[derive(Clone, Copy, Default)]
pub struct Terms {
    /// How many streams of a connection may be open at once.
    pub max_streams: Option<u32>,
    /// How much of each body is taken before it is read.
    pub window: Option<u32>,
}

/// A request as it was received.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The head, with the pseudo fields in its URI.
    pub head: Arc<http::request::Parts>,
    /// Which connection it came over, counted from 1.
    pub connection: usize,
}

/// One request, to be answered.
pub struct Exchange {
    /// The request.
    pub asked: Asked,
    /// Its body.
    pub body: RecvStream,
    /// What it is answered with.
    pub respond: SendResponse<Bytes>,
    shared: Arc<Shared>,
}

type Answering = Pin<Box<dyn Future<Output = Result<(), h2::Error>> + Send>>;
type Answer = Arc<dyn Fn(Exchange) -> Answering + Send + Sync>;

/// What all connections share.
struct Shared {
    answer: Answer,
    asked: Mutex<Vec<Asked>>,
    bodies: Mutex<Vec<(Bytes, Option<HeaderMap>)>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    cut: AtomicUsize,
}

impl Http2 {
    /// One on loopback that answers everything with 200.
    #[track_caller]
    pub fn start() -> Self {
        Self::answering(Terms::default(), |mut exchange| async move {
            exchange.receive().await?;
            exchange.respond(200, b"here")
        })
    }

    /// One that answers by `answer`.
    #[track_caller]
    pub fn answering<A>(
        terms: Terms,
        answer: impl Fn(Exchange) -> A + Send + Sync + 'static,
    ) -> Self
    where
        A: Future<Output = Result<(), h2::Error>> + Send + 'static,
    {
        Self::behind(None, terms, answer)
    }

    /// One that speaks TLS, and of these protocols.
    #[track_caller]
    pub fn over_tls(certificate: &Certificate, protocols: &[&str]) -> Self {
        let mut config = (*certificate.server()).clone();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::behind(Some(acceptor), Terms::default(), |mut exchange| async move {
            exchange.receive().await?;
            exchange.respond(200, b"here")
        })
    }

    #[track_caller]
    fn behind<A>(
        tls: Option<TlsAcceptor>,
        terms: Terms,
        answer: impl Fn(Exchange) -> A + Send + Sync + 'static,
    ) -> Self
    where
        A: Future<Output = Result<(), h2::Error>> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).unwrap();
        let (address, secure) = (listener.local_addr().unwrap(), tls.is_some());
        let shared = Arc::new(Shared {
            answer: Arc::new(move |exchange| Box::pin(answer(exchange))),
            asked: Mutex::default(),
            bodies: Mutex::default(),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = serve(listener, tls, terms, serving) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, secure, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// What to write as `upstream.url`.
    pub fn url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The latest request.
    #[track_caller]
    pub fn last(&self) -> Asked {
        self.asked().last().cloned().expect("no request has reached the service")
    }

    /// Every body that was received whole, and its trailers.
    pub fn bodies(&self) -> Vec<(Bytes, Option<HeaderMap>)> {
        self.shared.bodies.lock().unwrap().clone()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many of them are open.
    pub fn open_connections(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// How many streams ended before their end.
    pub fn cut(&self) -> usize {
        self.shared.cut.load(Ordering::SeqCst)
    }
}

impl Drop for Http2 {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.unwrap().expect("the service does not panic");
        }
    }
}

impl Exchange {
    /// Reads the body and records it.
    pub async fn receive(&mut self) -> Result<(), h2::Error> {
        let mut body = Vec::new();
        while let Some(piece) = self.body.data().await {
            let piece = piece?;
            self.body.flow_control().release_capacity(piece.len())?;
            body.extend_from_slice(&piece);
        }
        let trailers = self.body.trailers().await?;
        self.shared.bodies.lock().unwrap().push((body.into(), trailers));
        Ok(())
    }

    /// Answers with a whole body.
    pub fn respond(&mut self, status: u16, body: &'static [u8]) -> Result<(), h2::Error> {
        let head = Response::builder().status(status).body(()).unwrap();
        let mut stream = self.respond.send_response(head, body.is_empty())?;
        if !body.is_empty() {
            stream.send_data(Bytes::from_static(body), true)?;
        }
        Ok(())
    }

    /// Refuses the stream unseen.
    pub fn refuse(&mut self) {
        self.respond.send_reset(Reason::REFUSED_STREAM);
    }
}

async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, terms: Terms, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
        shared.open.fetch_add(1, Ordering::SeqCst);
        let (shared, tls) = (Arc::clone(&shared), tls.clone());
        connections.spawn(async move {
            match tls {
                None => converse(stream, terms, number, &shared).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        converse(stream, terms, number, &shared).await;
                    }
                }
            }
            shared.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

async fn converse<S>(stream: S, terms: Terms, number: usize, shared: &Arc<Shared>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut builder = server::Builder::new();
    if let Some(max) = terms.max_streams {
        builder.max_concurrent_streams(max);
    }
    if let Some(window) = terms.window {
        builder.initial_window_size(window);
    }
    let Ok(mut connection) = builder.handshake::<_, Bytes>(stream).await else { return };
    let mut answers = JoinSet::new();
    // A proxy that leaves, and a test that says so, are both the expected end.
    while let Some(Ok((request, respond))) = connection.accept().await {
        let exchange = received(request, respond, number, shared);
        let answer = (shared.answer)(exchange);
        let shared = Arc::clone(shared);
        answers.spawn(async move {
            if answer.await.is_err() {
                shared.cut.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
}

fn received(
    request: Request<RecvStream>,
    respond: SendResponse<Bytes>,
    connection: usize,
    shared: &Arc<Shared>,
) -> Exchange {
    let (head, body) = request.into_parts();
    let asked = Asked { head: Arc::new(head), connection };
    shared.asked.lock().unwrap().push(asked.clone());
    Exchange { asked, body, respond, shared: Arc::clone(shared) }
}
