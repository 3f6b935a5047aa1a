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
            Self::Broken => (StatusCode::BAD_REQUEST, "the body broke off\n"),
            Self::Busy => (StatusCode::TOO_MANY_REQUESTS, "too much is being reviewed at once\n"),
            Self::ContentType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "only application/json, not encoded\n")
            }
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "the webhook itself failed\n"),
            Self::Malformed => {
                (StatusCode::BAD_REQUEST, "not an AdmissionReview of admission.k8s.io/v1\n")
            }
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "only POST\n"),
            Self::Path => (StatusCode::NOT_FOUND, "only /mutate\n"),
            Self::Timeout => (StatusCode::REQUEST_TIMEOUT, "the body did not come in time\n"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too long\n"),
        };
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, plain);
        if self == Self::Method {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}
