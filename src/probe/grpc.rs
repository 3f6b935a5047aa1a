//! A question over gRPC: the `Check` of its health protocol, over HTTP/2 without TLS.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};

use crate::dial::{Endpoint, SharedSender};

use super::error::Unwell;
use super::health::{self, Health, Malformed};
use super::http1::USER_AGENT;

/// The method that is called.
const CHECK: &str = "/grpc.health.v1.Health/Check";

/// An answer is a dozen bytes.
const MAX_ANSWER: usize = 4096;

/// Asks how `service` is; an empty name stands for the whole application.
pub(super) async fn ask(
    mut sender: SharedSender<Full<Bytes>>,
    endpoint: &Endpoint,
    service: &str,
) -> Result<String, Unwell> {
    let answered = sender.send(request(endpoint, service)).await;
    let response = answered.map_err(|failed| Unwell::Broken(failed.into_error()))?;
    let (head, body) = response.into_parts();
    if head.status != StatusCode::OK {
        return Err(Unwell::Status(head.status));
    }
    let kind = head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !kind.is_some_and(|kind| kind.starts_with(b"application/grpc")) {
        return Err(Unwell::NotGrpc(Malformed::ContentType));
    }
    // A call that fails at once has its status in the head, and no body.
    fine(&head.headers)?;
    let body = Limited::new(body, MAX_ANSWER).collect().await;
    let body = body.map_err(|_| Unwell::NotGrpc(Malformed::Body))?;
    let trailers = body.trailers().cloned().unwrap_or_default();
    fine(&trailers)?;
    match health::read(&body.to_bytes()).map_err(Unwell::NotGrpc)? {
        Health::Serving => Ok("the application says SERVING".to_owned()),
        other => Err(Unwell::NotServing(other.as_str())),
    }
}

fn request(endpoint: &Endpoint, service: &str) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::from(health::write(service)));
    *request.method_mut() = Method::POST;
    // Both are what a URL parser has let through.
    let uri = format!("http://{}{CHECK}", endpoint.authority).parse();
    *request.uri_mut() = uri.unwrap_or_default();
    let fields = request.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    fields.insert(header::TE, HeaderValue::from_static("trailers"));
    fields.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    request
}

/// Whether a status that is there says that the call came to its end.
fn fine(fields: &HeaderMap) -> Result<(), Unwell> {
    let Some(status) = fields.get("grpc-status") else { return Ok(()) };
    let name = match status.as_bytes() {
        b"0" => return Ok(()),
        b"5" => "5 (NOT_FOUND): it knows no service of that name",
        b"12" => "12 (UNIMPLEMENTED): it has no grpc.health.v1.Health",
        b"14" => "14 (UNAVAILABLE)",
        b"16" => "16 (UNAUTHENTICATED)",
        // A number of two digits, where it is one at all.
        other => {
            let digits = other.len() <= 2 && other.iter().all(u8::is_ascii_digit);
            let number = if digits { String::from_utf8_lossy(other) } else { "unknown".into() };
            return Err(Unwell::Refused(number.into_owned()));
        }
    };
    Err(Unwell::Refused(name.to_owned()))
}
