//! The one table of refusals: what a client is told, in OpenStack's JSON shape.
//!
//! Every body is a constant, so no error's text, no token and nothing a client sent can reach a
//! response through here.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use crate::admission::Rejection;
use crate::identity::BadToken;
use crate::upstream::UpstreamError;

use super::metrics::Rejected;

/// Why a request was answered by us.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// Its framing or target cannot be passed on.
    BadRequest,
    /// Too much is going on already.
    Overload,
    /// It has more fields than the limit.
    TooManyFields,
    /// Rules ask for members of its body, and it is no JSON that can be read in one way.
    BodyNotJson,
    /// Its body is longer than the route takes.
    BodyTooLarge,
    /// The rule of this name says no, and clients may know.
    Forbidden(Box<str>),
    /// The proxy itself failed.
    Internal,
    /// A method that asks for a tunnel or an echo.
    Method,
    /// It is for another host than the connection.
    Misdirected,
    /// The decision said no.
    Rejected(Rejection),
    /// Its body did not go on, or did so too slowly.
    Stalled,
    /// The service gave no answer.
    Upstream(Gateway),
}

/// What went wrong with the service, as far as a client needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gateway {
    /// No response, or a broken one.
    Bad,
    /// Too many requests wait for it already.
    Full,
    /// Too many of this client's requests wait for it already.
    Share,
    /// None in time.
    Timeout,
}

impl From<&UpstreamError> for Refusal {
    fn from(error: &UpstreamError) -> Self {
        match error {
            UpstreamError::BodyTooLong => Self::BodyTooLarge,
            UpstreamError::Client(_) => Self::BadRequest,
            UpstreamError::Broken(_)
            | UpstreamError::Connect(_)
            | UpstreamError::NoTunnel
            | UpstreamError::Unusable => Self::Upstream(Gateway::Bad),
            UpstreamError::Deadline(_) => Self::Upstream(Gateway::Timeout),
            UpstreamError::Full => Self::Upstream(Gateway::Full),
            UpstreamError::Share => Self::Upstream(Gateway::Share),
            UpstreamError::Stalled => Self::Stalled,
        }
    }
}

impl From<Rejected> for Refusal {
    fn from(why: Rejected) -> Self {
        match why {
            Rejected::Fields => Self::TooManyFields,
            Rejected::Method => Self::Method,
            Rejected::Misdirected => Self::Misdirected,
            Rejected::Overload => Self::Overload,
            Rejected::Connection
            | Rejected::Framing
            | Rejected::Host
            | Rejected::Path
            | Rejected::Target => Self::BadRequest,
        }
    }
}

/// A refusal, ready to be sent.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Words a refusal for HTTP.
pub(super) fn reply(refusal: &Refusal, challenge: &HeaderValue) -> Reply {
    let (status, body) = match refusal {
        Refusal::BadRequest => (StatusCode::BAD_REQUEST, BAD_REQUEST),
        Refusal::BodyNotJson => (StatusCode::BAD_REQUEST, NOT_JSON),
        Refusal::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, BODY_TOO_LARGE),
        Refusal::Forbidden(_) | Refusal::Rejected(Rejection::Forbidden(_)) => {
            (StatusCode::FORBIDDEN, FORBIDDEN)
        }
        Refusal::Internal => (StatusCode::INTERNAL_SERVER_ERROR, INTERNAL),
        Refusal::Method => (StatusCode::METHOD_NOT_ALLOWED, METHOD),
        Refusal::Misdirected => (StatusCode::MISDIRECTED_REQUEST, MISDIRECTED),
        Refusal::Rejected(
            Rejection::BadToken(BadToken::TooLong) | Rejection::BadServiceToken(BadToken::TooLong),
        ) => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_LONG),
        Refusal::Rejected(
            Rejection::BadServiceToken(_)
            | Rejection::BadToken(_)
            | Rejection::MissingToken
            | Rejection::NoServiceRole,
        ) => (StatusCode::UNAUTHORIZED, UNAUTHORIZED),
        Refusal::TooManyFields => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, TOO_MANY),
        Refusal::Overload => (StatusCode::SERVICE_UNAVAILABLE, OVERLOAD),
        Refusal::Rejected(Rejection::Unavailable { .. }) => {
            (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE)
        }
        Refusal::Stalled => (StatusCode::REQUEST_TIMEOUT, STALLED),
        Refusal::Upstream(Gateway::Bad) => (StatusCode::BAD_GATEWAY, BAD_GATEWAY),
        Refusal::Upstream(Gateway::Full) => (StatusCode::SERVICE_UNAVAILABLE, FULL),
        Refusal::Upstream(Gateway::Share) => (StatusCode::TOO_MANY_REQUESTS, SHARE),
        Refusal::Upstream(Gateway::Timeout) => (StatusCode::GATEWAY_TIMEOUT, TIMEOUT),
    };
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, challenge.clone());
    }
    if let Refusal::Rejected(Rejection::Unavailable { retry_after }) = refusal {
        headers.insert(header::RETRY_AFTER, seconds(*retry_after));
    }
    if matches!(refusal, Refusal::Overload) {
        headers.insert(header::RETRY_AFTER, seconds(Duration::from_secs(1)));
    }
    if let Refusal::Upstream(Gateway::Full | Gateway::Share) = refusal {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if matches!(
        refusal,
        Refusal::BadRequest | Refusal::BodyTooLarge | Refusal::Method | Refusal::Stalled
    ) {
        // What follows on this connection may not be what it seems.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";
        headers.insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
    let body = match refusal {
        Refusal::Forbidden(rule) => naming(rule),
        _ => Bytes::from_static(body.as_bytes()),
    };
    Reply { status, headers, body }
}

/// Keystone's own words, with the rule's name in them. The name is the operator's.
fn naming(rule: &str) -> Bytes {
    let message = format!("You are not authorized to perform the requested action: {rule}.");
    let message = serde_json::Value::from(message);
    let body =
        format!(r#"{{"error": {{"code": 403, "title": "Forbidden", "message": {message}}}}}"#);
    Bytes::from(body)
}

/// Tells a client that the service itself refused where it gets a token. What the service says of
/// its own stays (keystonemiddleware adds to a 401 in the same way, and to nothing else).
pub(super) fn challenged<B>(response: &mut Response<B>, challenge: &HeaderValue) {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().append(header::WWW_AUTHENTICATE, challenge.clone());
    }
}

/// Tells a client how its request was decided. What the service says under that name is not ours,
/// so it goes.
pub(super) fn explain<B>(response: &mut Response<B>, reason: Option<HeaderValue>) {
    match reason {
        Some(reason) => response.headers_mut().insert(REASON, reason),
        None => response.headers_mut().remove(REASON),
    };
}

/// The value of `WWW-Authenticate`, quoted as RFC 9110 wants it (keystonemiddleware bug 1762362).
///
/// Returns `None` when `uri` cannot stand in a header.
pub(super) fn challenge(uri: &str) -> Option<HeaderValue> {
    if uri.contains(['"', '\\']) {
        return None;
    }
    HeaderValue::try_from(format!("Keystone uri=\"{uri}\"")).ok()
}

/// Whole seconds, and at least one: a zero asks for an immediate repetition.
fn seconds(span: Duration) -> HeaderValue {
    let whole = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    HeaderValue::from(whole.max(1))
}

/// How a request was decided: a structured field (RFC 9651), an item with one parameter.
const REASON: HeaderName = HeaderName::from_static("x-portcullis-reason");

// keystonemiddleware's own text, byte for byte: clients have come to parse it.
const UNAUTHORIZED: &str = r#"{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}"#;

// keystonemiddleware words this by `Accept`, in three shapes; one shape that matches all our other
// refusals serves clients better.
const UNAVAILABLE: &str = r#"{"error": {"code": 503, "title": "Service Unavailable", "message": "The Keystone service is temporarily unavailable."}}"#;

const BAD_REQUEST: &str = r#"{"error": {"code": 400, "title": "Bad Request", "message": "The request cannot be passed on as it is framed."}}"#;
const NOT_JSON: &str = r#"{"error": {"code": 400, "title": "Bad Request", "message": "The body must be JSON in UTF-8, with no member twice."}}"#;
const BODY_TOO_LARGE: &str = r#"{"error": {"code": 413, "title": "Payload Too Large", "message": "The body is longer than this service accepts."}}"#;
// Keystone's own words.
const FORBIDDEN: &str = r#"{"error": {"code": 403, "title": "Forbidden", "message": "You are not authorized to perform the requested action."}}"#;
const TOO_MANY: &str = r#"{"error": {"code": 431, "title": "Request Header Fields Too Large", "message": "The request has more fields than this service accepts."}}"#;
const OVERLOAD: &str = r#"{"error": {"code": 503, "title": "Service Unavailable", "message": "Too many requests are in progress."}}"#;
const METHOD: &str = r#"{"error": {"code": 405, "title": "Method Not Allowed", "message": "This method is not passed on."}}"#;
const MISDIRECTED: &str = r#"{"error": {"code": 421, "title": "Misdirected Request", "message": "The connection was made to another host."}}"#;
const TOO_LONG: &str = r#"{"error": {"code": 431, "title": "Request Header Fields Too Large", "message": "The token is longer than this service accepts."}}"#;
const INTERNAL: &str = r#"{"error": {"code": 500, "title": "Internal Server Error", "message": "The request could not be passed on."}}"#;
const BAD_GATEWAY: &str = r#"{"error": {"code": 502, "title": "Bad Gateway", "message": "The service did not give a valid response."}}"#;
const STALLED: &str = r#"{"error": {"code": 408, "title": "Request Timeout", "message": "The body of the request did not arrive in time."}}"#;
const FULL: &str = r#"{"error": {"code": 503, "title": "Service Unavailable", "message": "Too many requests are waiting for the service."}}"#;
const SHARE: &str = r#"{"error": {"code": 429, "title": "Too Many Requests", "message": "Too many of your requests are in progress."}}"#;
const TIMEOUT: &str = r#"{"error": {"code": 504, "title": "Gateway Timeout", "message": "The service did not respond in time."}}"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Forbidden;

    #[test]
    fn d33_every_body_is_openstacks_error_shape_and_names_its_own_status() {
        let challenge = challenge("http://ks:5000/v3").unwrap();
        let unavailable = Rejection::Unavailable { retry_after: Duration::from_millis(4200) };
        for (refusal, status) in [
            (Refusal::BadRequest, 400),
            (Refusal::TooManyFields, 431),
            (Refusal::BodyNotJson, 400),
            (Refusal::BodyTooLarge, 413),
            (Refusal::Forbidden("a \"rule\"".into()), 403),
            (Refusal::Rejected(Rejection::Forbidden(Forbidden::NoRoute)), 403),
            (Refusal::Internal, 500),
            (Refusal::Method, 405),
            (Refusal::Misdirected, 421),
            (Refusal::Rejected(Rejection::MissingToken), 401),
            (Refusal::Rejected(Rejection::BadToken(BadToken::Expired)), 401),
            (Refusal::Rejected(Rejection::BadToken(BadToken::TooLong)), 431),
            (Refusal::Rejected(Rejection::BadServiceToken(BadToken::TooLong)), 431),
            (Refusal::Rejected(Rejection::BadServiceToken(BadToken::Expired)), 401),
            (Refusal::Rejected(Rejection::NoServiceRole), 401),
            (Refusal::Rejected(unavailable), 503),
            (Refusal::Stalled, 408),
            (Refusal::Upstream(Gateway::Bad), 502),
            (Refusal::Upstream(Gateway::Full), 503),
            (Refusal::Upstream(Gateway::Share), 429),
            (Refusal::Upstream(Gateway::Timeout), 504),
        ] {
            let reply = reply(&refusal, &challenge);
            assert_eq!(reply.status, status);
            let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
            assert_eq!(body["error"]["code"], status, "{body}");
            assert_eq!(body["error"]["title"], reply.status.canonical_reason().unwrap());
            assert_eq!(reply.headers.contains_key(header::WWW_AUTHENTICATE), status == 401);
            let retry_after = reply.headers.get(header::RETRY_AFTER);
            let expected = match refusal {
                Refusal::Upstream(Gateway::Full | Gateway::Share) => Some("1"),
                Refusal::Rejected(Rejection::Unavailable { .. }) => Some("5"),
                _ => None,
            };
            assert_eq!(retry_after.map(|value| value.to_str().unwrap()), expected);
        }
        let overload = reply(&Refusal::Overload, &challenge);
        assert_eq!(
            (overload.status.as_u16(), &overload.headers[header::RETRY_AFTER]),
            (503, &HeaderValue::from_static("1"))
        );
    }

    #[test]
    fn the_401_is_keystonemiddlewares_to_the_byte() {
        let challenge = challenge("http://keystone.example:5000/v3").unwrap();
        let reply = reply(&Refusal::Rejected(Rejection::MissingToken), &challenge);
        assert_eq!(reply.body.len(), 114);
        assert_eq!(
            reply.headers[header::WWW_AUTHENTICATE],
            "Keystone uri=\"http://keystone.example:5000/v3\""
        );
    }

    #[test]
    fn d31_a_challenge_cannot_be_broken_out_of() {
        for bad in ["http://ks\" x=\"", "http://ks\r\nX: y", "http://ks\\"] {
            assert!(challenge(bad).is_none(), "{bad}");
        }
    }
}
