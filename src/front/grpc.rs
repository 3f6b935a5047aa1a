//! Refusals in the words of gRPC: a client of it looks at `grpc-status`, not at the status.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::reply::Reply;

/// The same refusal as a response of nothing but trailers (gRPC's PROTOCOL-HTTP2 document), which
/// in HTTP/2 is a head without a body.
pub(super) fn in_grpc(reply: Reply) -> Reply {
    let mut headers: HeaderMap = reply.headers;
    let (status, message) = meaning(reply.status);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(STATUS, HeaderValue::from(u16::from(status)));
    headers.insert(MESSAGE, HeaderValue::from_static(message));
    Reply { status: StatusCode::OK, headers, body: bytes::Bytes::new() }
}

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// The status of gRPC that stands for one of HTTP (its document on that mapping), and a sentence.
pub(super) fn meaning(status: StatusCode) -> (u8, &'static str) {
    match status.as_u16() {
        401 => (16, "The request you have made requires authentication."),
        403 => (7, "You are not authorized to perform the requested action."),
        405 => (12, "This method is not passed on."),
        408 => (4, "The request was not sent in time."),
        413 | 431 => (8, "The request is larger than this service accepts."),
        429 => (8, "Too many of your requests are in progress."),
        502..=504 => (14, "The service is temporarily unavailable."),
        _ => (13, "The request could not be passed on."),
    }
}
