//! A client that speaks HTTP/2 as it should.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use http::{HeaderMap, Request};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::DEADLINE;

/// A connection on which any number of requests can be under way.
pub struct Multiplexed {
    runtime: Runtime,
    sender: SendRequest<Bytes>,
    driver: Driver,
}

/// A request under way.
pub struct UnderWay {
    /// Its body, unless it had none.
    pub upload: SendStream<Bytes>,
    answer: ResponseFuture,
}

/// What a request was answered.
#[derive(Debug)]
pub struct Received {
    /// The status code.
    pub status: u16,
    /// The fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// The fields after the body.
    pub trailers: Option<HeaderMap>,
}

impl Multiplexed {
    /// Connects.
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let hello = async { begun(plain(address).await).await };
        let (sender, driver) = runtime.block_on(bounded(hello));
        Self { runtime, sender, driver }
    }

    /// Connects by TLS, as `config` has it, and asks for `name`; an error is the handshake's.
    #[track_caller]
    pub fn secure(
        address: SocketAddr,
        config: &Arc<ClientConfig>,
        name: &str,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut config = (**config).clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        let hello = async {
            let stream = plain(address).await;
            let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
            std::io::Result::Ok(begun(stream).await)
        };
        let (sender, driver) = runtime.block_on(bounded(hello))?;
        Ok(Self { runtime, sender, driver })
    }

    /// Asks, and reads the answer.
    #[track_caller]
    pub fn get(&mut self, path: &str, fields: &[(&str, &str)]) -> Received {
        self.send("GET", path, fields, b"")
    }

    /// Sends a whole request, and reads the answer.
    #[track_caller]
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        body: &[u8],
    ) -> Received {
        let mut exchange = self.begin(method, path, fields, body.is_empty());
        if !body.is_empty() {
            self.upload(&mut exchange, body);
        }
        self.finish(exchange)
    }

    /// Begins a request; `whole` ones have no body.
    #[track_caller]
    pub fn begin(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        whole: bool,
    ) -> UnderWay {
        self.try_begin(method, path, fields, whole).expect("room for a request")
    }

    /// The same, unless the proxy takes no more requests.
    pub fn try_begin(
        &mut self,
        method: &str,
        path: &str,
        fields: &[(&str, &str)],
        whole: bool,
    ) -> Result<UnderWay, h2::Error> {
        let uri = format!("http://service.example{path}");
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        let Self { runtime, sender, .. } = self;
        runtime.block_on(bounded(async {
            std::future::poll_fn(|context| sender.poll_ready(context)).await?;
            let (answer, upload) = sender.send_request(request, whole)?;
            // The driver's turn, so that the request is on its way.
            tokio::task::yield_now().await;
            Ok(UnderWay { upload, answer })
        }))
    }

    /// Sends all of a body, as fast as the proxy takes it.
    #[track_caller]
    pub fn upload(&mut self, exchange: &mut UnderWay, body: &[u8]) {
        let all = async {
            let mut rest = Bytes::copy_from_slice(body);
            while !rest.is_empty() {
                exchange.upload.reserve_capacity(rest.len());
                let room = std::future::poll_fn(|cx| exchange.upload.poll_capacity(cx)).await;
                let Some(Ok(room)) = room else { return };
                let piece = rest.split_to(room.min(rest.len()));
                // A proxy that has answered already takes no more.
                if exchange.upload.send_data(piece, rest.is_empty()).is_err() {
                    return;
                }
            }
        };
        self.runtime.block_on(bounded(all));
    }

    /// Reads the answer.
    #[track_caller]
    pub fn finish(&mut self, exchange: UnderWay) -> Received {
        self.try_finish(exchange).expect("an answer")
    }

    /// The same, unless the stream ends without one.
    pub fn try_finish(&mut self, exchange: UnderWay) -> Result<Received, h2::Error> {
        self.runtime.block_on(bounded(read(exchange)))
    }

    /// Reads the answers to requests that are all under way.
    #[track_caller]
    pub fn finish_all(&mut self, exchanges: Vec<UnderWay>) -> Vec<Received> {
        let all = join_all(exchanges.into_iter().map(read));
        let all = self.runtime.block_on(bounded(all));
        all.into_iter().map(|answer| answer.expect("an answer")).collect()
    }

    /// Waits until the proxy has ended the connection, and says whether it was in good order.
    #[track_caller]
    pub fn end(self) -> Result<(), h2::Error> {
        let Self { runtime, sender, driver } = self;
        let ended = runtime.block_on(bounded(driver)).expect("no panic");
        drop(sender);
        match ended {
            Err(error) if error.reason() == Some(Reason::NO_ERROR) => Ok(()),
            ended => ended,
        }
    }
}

type Driver = tokio::task::JoinHandle<Result<(), h2::Error>>;

async fn plain(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).unwrap();
    stream
}

async fn begun<S>(stream: S) -> (SendRequest<Bytes>, Driver)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    (sender, tokio::spawn(connection))
}

async fn read(exchange: UnderWay) -> Result<Received, h2::Error> {
    let (head, mut body) = exchange.answer.await?.into_parts();
    let mut data = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        let _ = body.flow_control().release_capacity(piece.len());
        data.extend_from_slice(&piece);
    }
    let trailers = body.trailers().await?;
    Ok(Received { status: head.status.as_u16(), headers: head.headers, body: data, trailers })
}

async fn bounded<F: Future>(future: F) -> F::Output {
    timeout(DEADLINE, future).await.unwrap_or_else(|_| panic!("nothing happens for {DEADLINE:?}"))
}
