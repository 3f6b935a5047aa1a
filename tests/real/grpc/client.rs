//! A client of gRPC.

use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;
use tonic::body::Body;
use tonic::client::Grpc;
use tonic::transport::{Certificate as Trusted, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Response, Status, Streaming};
use tower_service::Service;

use crate::support::Certificate;

use super::driver::Driver;
use super::messages::Plain;

/// One connection, and whoever uses it.
#[derive(Clone)]
pub(super) struct Client {
    driver: Arc<Driver>,
    line: Line,
    /// Goes with each call, unless it is empty.
    token: String,
}

/// What a service says, as far as it was heard.
pub(super) struct Hearing {
    driver: Arc<Driver>,
    said: Streaming<Bytes>,
}

impl Client {
    /// Connects, over TLS where there is a certificate to trust.
    #[track_caller]
    pub(super) fn connect(
        driver: &Arc<Driver>,
        address: SocketAddr,
        certificate: Option<&Certificate>,
    ) -> Self {
        let scheme = if certificate.is_some() { "https" } else { "http" };
        let mut endpoint = Endpoint::from_shared(format!("{scheme}://{address}")).unwrap();
        if let Some(certificate) = certificate {
            let pem = std::fs::read(certificate.ca_file()).unwrap();
            let tls = ClientTlsConfig::new().ca_certificate(Trusted::from_pem(pem));
            endpoint = endpoint.tls_config(tls).unwrap();
        }
        let channel = driver.wait(endpoint.connect()).expect("a connection");
        let line = Line { channel, trailers: HeaderMap::new() };
        Self { driver: Arc::clone(driver), line, token: String::new() }
    }

    /// Somebody with this token, over the same connection.
    pub(super) fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same with this field behind each request besides.
    pub(super) fn with_trailer(&self, name: &'static str, value: &'static str) -> Self {
        let mut client = self.clone();
        client.line.trailers.insert(name, HeaderValue::from_static(value));
        client
    }

    /// A message, or messages, and the token.
    pub(super) fn request<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        if !self.token.is_empty() {
            request.metadata_mut().insert("x-auth-token", self.token.parse().unwrap());
        }
        request
    }

    /// One message for one message.
    #[track_caller]
    pub(super) fn ask(
        &self,
        method: &'static str,
        message: impl Into<Bytes>,
    ) -> Result<Response<Bytes>, Status> {
        self.send(method, self.request(message.into()))
    }

    /// The same with whatever goes along.
    #[track_caller]
    pub(super) fn send(
        &self,
        method: &'static str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Status> {
        self.driver.wait(self.sending(method, request))
    }

    /// The same, when somebody waits for it.
    pub(super) async fn sending(
        &self,
        method: &'static str,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, Status> {
        self.grpc().await?.unary(request, PathAndQuery::from_static(method), Plain).await
    }

    /// Many messages for one.
    #[track_caller]
    pub(super) fn listen(
        &self,
        method: &'static str,
        message: impl Into<Bytes>,
    ) -> Result<Hearing, Status> {
        let message = message.into();
        let only = stream::iter([message]);
        self.open(method, only)
    }

    /// One message for many.
    #[track_caller]
    pub(super) fn tell(
        &self,
        method: &'static str,
        messages: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Result<Response<Bytes>, Status> {
        self.driver.wait(self.telling(method, messages))
    }

    /// The same, when somebody waits for it.
    pub(super) async fn telling(
        &self,
        method: &'static str,
        messages: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Result<Response<Bytes>, Status> {
        let (request, path) = (self.request(messages), PathAndQuery::from_static(method));
        self.grpc().await?.client_streaming(request, path, Plain).await
    }

    /// Many messages for many, each sent when the test says so.
    #[track_caller]
    pub(super) fn talk(&self, method: &'static str) -> (mpsc::Sender<Bytes>, Hearing) {
        let (mouth, messages) = mpsc::channel(1);
        let messages = stream::unfold(messages, |mut messages| async {
            messages.recv().await.map(|message| (message, messages))
        });
        (mouth, self.open(method, messages).expect("a conversation"))
    }

    #[track_caller]
    fn open(
        &self,
        method: &'static str,
        messages: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Result<Hearing, Status> {
        let request = self.request(messages);
        let response = self.driver.wait(async {
            self.grpc().await?.streaming(request, PathAndQuery::from_static(method), Plain).await
        })?;
        Ok(Hearing { driver: Arc::clone(&self.driver), said: response.into_inner() })
    }

    async fn grpc(&self) -> Result<Grpc<Line>, Status> {
        let mut grpc = Grpc::new(self.line.clone()).max_decoding_message_size(usize::MAX);
        grpc.ready().await.map_err(|gone| Status::from_error(gone.into()))?;
        Ok(grpc)
    }
}

impl Hearing {
    /// What is said next; `None` at the end of it.
    #[track_caller]
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Status> {
        self.driver.wait(self.said.message())
    }
}

/// A channel that can send fields behind a request, which the protocol has no use for.
#[derive(Clone)]
struct Line {
    channel: Channel,
    trailers: HeaderMap,
}

impl Service<http::Request<Body>> for Line {
    type Response = http::Response<Body>;
    type Error = tonic::transport::Error;
    type Future = <Channel as Service<http::Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let trailers = self.trailers.clone();
        let request = request.map(|body| {
            if trailers.is_empty() {
                body
            } else {
                Body::new(body.with_trailers(async { Some(Ok(trailers)) }))
            }
        });
        self.channel.call(request)
    }
}
