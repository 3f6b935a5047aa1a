//! Requests that are turned away, and what their senders are told.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

use super::metrics::Rejected;

/// A request that is turned away, and what more can be said in the log.
pub(super) struct Turned {
    pub(super) why: Rejected,
    pub(super) detail: Option<String>,
}

impl From<Rejected> for Turned {
    fn from(why: Rejected) -> Self {
        Self { why, detail: None }
    }
}

impl Rejected {
    /// What the client is answered.
    pub(super) fn response(self) -> Response<Full<Bytes>> {
        let (status, text) = match self {
            Rejected::Broken => (StatusCode::BAD_REQUEST, "the body broke off\n"),
            Rejected::Busy => {
                (StatusCode::TOO_MANY_REQUESTS, "too much is being reviewed at once\n")
            }
            Rejected::ContentType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "only application/json, not encoded\n")
            }
            Rejected::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "the webhook itself failed\n"),
            Rejected::Malformed => {
                (StatusCode::BAD_REQUEST, "not an AdmissionReview of admission.k8s.io/v1\n")
            }
            Rejected::Method => (StatusCode::METHOD_NOT_ALLOWED, "only POST\n"),
            Rejected::Path => (StatusCode::NOT_FOUND, "only /mutate\n"),
            Rejected::Timeout => (StatusCode::REQUEST_TIMEOUT, "the body did not come in time\n"),
            Rejected::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too long\n"),
        };
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, plain);
        if self == Rejected::Method {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}
