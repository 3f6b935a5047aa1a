//! A cloud on a free port, and a client that sends exactly what it is told to.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use keystone_double::{Double, Profile, World};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// A running double.
pub(crate) struct Cloud {
    pub(crate) double: Double,
    pub(crate) host: String,
    prefix: String,
    task: JoinHandle<()>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Cloud {
    pub(crate) async fn keystone() -> Self {
        Self::of(Profile::keystone()).await
    }

    pub(crate) async fn of(profile: Profile) -> Self {
        let prefix = profile.prefix.clone();
        let double = Double::with_profile(World::sample(), profile);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            host: listener.local_addr().unwrap().to_string(),
            prefix,
            task: tokio::spawn(double.serve(listener)),
            double,
        }
    }

    /// Ends the service.
    pub(crate) fn stop(&self) {
        self.task.abort();
    }

    /// `GET /v3/auth/tokens?nocatalog=1`, as a proxy sends it.
    pub(crate) async fn validate(&self, caller: &str, subject: &str) -> Answer {
        self.tokens(Method::GET, "?nocatalog=1", caller, subject).await
    }

    /// Anything about a token.
    pub(crate) async fn tokens(
        &self,
        method: Method,
        query: &str,
        caller: &str,
        subject: &str,
    ) -> Answer {
        let path = format!("{}/v3/auth/tokens{query}", self.prefix);
        let headers = [
            ("X-Auth-Token", caller),
            ("X-Subject-Token", subject),
            ("Accept", "application/json"),
        ];
        self.send(method, &path, &headers, "").await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(Method::GET, path, &[("X-Auth-Token", token)], "").await
    }

    pub(crate) async fn login(&self, body: &Value) -> Answer {
        self.send(Method::POST, "/v3/auth/tokens", &[], &body.to_string()).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.attempt(method, path, headers, body).await.expect("an answer")
    }

    /// Sends a request on a connection of its own; an error when the line is cut.
    pub(crate) async fn attempt(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, hyper::Error> {
        let mut request = Request::builder().method(method).uri(path).header("Host", &self.host);
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
        let response = self.raw(request).await?;
        let (head, body) = response.into_parts();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: within(body.collect()).await?.to_bytes(),
        })
    }

    /// Sends a request and leaves the body of the answer unread.
    pub(crate) async fn raw(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<http::Response<hyper::body::Incoming>, hyper::Error> {
        let stream = TcpStream::connect(&self.host).await.unwrap();
        let mut http = hyper::client::conn::http1::Builder::new();
        let (mut sender, connection) =
            http.max_buf_size(8 << 20).handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        within(sender.send_request(request)).await
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn roles(&self) -> Vec<String> {
        let body = self.json();
        let roles = body["token"]["roles"].as_array().expect("roles");
        roles.iter().map(|role| role["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// A deadline for what should happen at once.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(10), future).await.expect("nothing happened for ten seconds")
}
