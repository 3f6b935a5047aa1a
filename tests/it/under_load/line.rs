//! One connection of a client that asks as fast as it is told to, over either HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A connection, and whoever drives it.
pub(super) struct Line {
    sender: Sender,
    driver: tokio::task::JoinHandle<()>,
}

enum Sender {
    Http1(http1::SendRequest<Empty<Bytes>>),
    Http2(http2::SendRequest<Empty<Bytes>>),
}

/// What came of a request.
pub(super) enum Outcome {
    /// An answer with 200, whole.
    Answered(Next),
    /// It was never sent: the other side had said before that it would take no more.
    Unsent,
    /// It was sent, and not answered as it should be.
    Failed(String),
}

/// What the other side wants of the next request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Here,
    Elsewhere,
}

impl Line {
    /// Connects, by TLS where there is a configuration for it.
    pub(super) async fn open(
        address: SocketAddr,
        tls: Option<&Arc<ClientConfig>>,
        http2: bool,
    ) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        match tls {
            None => Self::over(stream, http2).await,
            Some(config) => {
                let name = ServerName::try_from("localhost").expect("a name");
                let connector = TlsConnector::from(Arc::clone(config));
                Self::over(connector.connect(name, stream).await?, http2).await
            }
        }
    }

    async fn over<S>(stream: S, http2: bool) -> io::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let io = TokioIo::new(stream);
        let (sender, driver) = if http2 {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            let handshake = builder.timer(TokioTimer::new()).handshake(io).await;
            let (sender, connection) = handshake.map_err(io::Error::other)?;
            (Sender::Http2(sender), tokio::spawn(async move { drop(connection.await) }))
        } else {
            let (sender, connection) = http1::handshake(io).await.map_err(io::Error::other)?;
            (Sender::Http1(sender), tokio::spawn(async move { drop(connection.await) }))
        };
        Ok(Self { sender, driver })
    }

    /// Whether it is known to take no more requests.
    pub(super) fn is_over(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => sender.is_closed(),
            Sender::Http2(sender) => sender.is_closed(),
        }
    }

    /// Asks, and takes the answer whole.
    pub(super) async fn get(&mut self, token: &str) -> Outcome {
        let sent = match &mut self.sender {
            Sender::Http1(sender) => match sender.ready().await {
                Ok(()) => sender.try_send_request(request("/", token)).await,
                Err(_) => return Outcome::Unsent,
            },
            Sender::Http2(sender) => match sender.ready().await {
                Ok(()) => sender.try_send_request(request("http://localhost/", token)).await,
                Err(_) => return Outcome::Unsent,
            },
        };
        match sent {
            Ok(response) => take(response).await,
            Err(error) => not_answered(error),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

fn request(target: &str, token: &str) -> Request<Empty<Bytes>> {
    let request = Request::get(target).header("x-auth-token", token);
    let request = if target == "/" { request.header(header::HOST, "localhost") } else { request };
    request.body(Empty::new()).expect("a request")
}

async fn take(response: Response<Incoming>) -> Outcome {
    let leave = response.headers().get(header::CONNECTION).is_some_and(|value| value == "close");
    let status = response.status();
    match response.into_body().collect().await {
        Err(error) => Outcome::Failed(format!("half an answer: {error:?}")),
        Ok(_) if status != StatusCode::OK => Outcome::Failed(format!("answered with {status}")),
        Ok(_) => Outcome::Answered(if leave { Next::Elsewhere } else { Next::Here }),
    }
}

fn not_answered(mut error: TrySendError<Request<Empty<Bytes>>>) -> Outcome {
    match error.take_message() {
        Some(_) => Outcome::Unsent,
        None => Outcome::Failed(format!("no answer: {:?}", error.into_error())),
    }
}
