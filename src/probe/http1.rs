//! A question over HTTP/1.1, as a kubelet would ask it.

use std::pin::pin;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::Empty;

use crate::dial::{Endpoint, Stream, connect};

use super::error::Unwell;

/// Who asks. Some applications look for the word "probe".
pub(super) const USER_AGENT: &str = concat!("portcullis-probe/", env!("CARGO_PKG_VERSION"));

/// Asks for `path` with `headers` and closes. A status of 200 to 399 is well: a redirect is an
/// answer, and is not followed.
pub(super) async fn ask(
    stream: Stream,
    endpoint: &Endpoint,
    path: &PathAndQuery,
    headers: &HeaderMap,
) -> Result<String, Unwell> {
    let (mut sender, connection) = connect(stream, &endpoint.address).await?;
    let request = request(endpoint, path, headers);
    let (mut answer, connection) = (pin!(sender.send_request(request)), pin!(connection));
    let answered = tokio::select! {
        biased;
        answered = &mut answer => answered,
        // The answer may have come together with the end.
        _ = connection => answer.await,
    };
    // The body is of no interest, and dropping the connection says so.
    let status = answered.map_err(Unwell::Broken)?.status();
    if status.is_success() || status.is_redirection() {
        Ok(format!("the application answers {}", status.as_u16()))
    } else {
        Err(Unwell::Status(status))
    }
}

fn request(endpoint: &Endpoint, path: &PathAndQuery, headers: &HeaderMap) -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = path.clone().into();
    let fields = request.headers_mut();
    let host = HeaderValue::from_str(&endpoint.authority);
    // An authority is what a URL parser has let through, so it can be sent.
    fields.extend(host.ok().map(|host| (header::HOST, host)));
    fields.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    fields.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    fields.insert(header::CONNECTION, HeaderValue::from_static("close"));
    for name in headers.keys() {
        fields.remove(name);
        for value in headers.get_all(name) {
            fields.append(name, value.clone());
        }
    }
    request
}
