//! Answers, with the headers that Keystone puts on all of its own.

use std::fmt::Write;

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::fault::Canned;

/// A whole answer.
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// A JSON answer by Keystone itself.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let mut text = ascii(body);
        text.push('\n');
        Self::plain(status, "application/json", text).by_keystone()
    }

    /// An HTML answer by Keystone itself.
    pub(crate) fn html(status: u16, page: &'static str) -> Self {
        Self::plain(status, "text/html; charset=utf-8", page).by_keystone()
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        let mut reply = Self::plain(status, "", "").by_keystone();
        reply.headers.remove(CONTENT_TYPE);
        reply
    }

    /// An answer by something in front of Keystone, or by a broken one.
    pub(crate) fn plain(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Self { status: status_code(status), headers, body: body.into() }
    }

    /// Keystone's web framework on a method it has no handler for.
    pub(crate) fn method_not_allowed(allowed: &'static str) -> Self {
        let body = json!({"message": "The method is not allowed for the requested URL."});
        let mut reply = Self::json(405, &body);
        reply.headers.insert(ALLOW, HeaderValue::from_static(allowed));
        reply
    }

    /// The HTTP server on a header line beyond its limit.
    pub(crate) fn header_too_long() -> Self {
        let mut reply = Self::plain(431, "text/html", HEADER_TOO_LONG);
        reply.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        reply
    }

    /// Keystone's size limit.
    pub(crate) fn body_too_long() -> Self {
        Self::plain(413, "text/plain; charset=UTF-8", "413 Request Entity Too Large\n")
    }

    /// The WSGI server when Keystone raised what it did not catch.
    pub(crate) fn crash() -> Self {
        let mut reply = Self::plain(500, "text/html", CRASH);
        reply.headers.insert(CONNECTION, HeaderValue::from_static("close"));
        reply
    }

    /// The same with one more header; left out when HTTP does not allow it.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            self.headers.append(name, value);
        }
        self
    }

    /// The same about this token.
    pub(crate) fn about(mut self, token: &str) -> Self {
        self.headers.remove(SUBJECT);
        self.with(SUBJECT, token)
    }

    /// The response to send, with its body made of these bytes.
    pub(crate) fn into_response<B>(self, body: impl FnOnce(Bytes) -> B) -> http::Response<B> {
        let mut response = http::Response::new(body(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    fn by_keystone(self) -> Self {
        self.with(VARY.as_str(), "X-Auth-Token").with("x-openstack-request-id", &request_id())
    }
}

impl From<Canned> for Reply {
    fn from(canned: Canned) -> Self {
        let bare = Self {
            status: status_code(canned.status),
            headers: HeaderMap::new(),
            body: canned.body,
        };
        canned.headers.iter().fold(bare, |reply, (name, value)| reply.with(name, value))
    }
}

/// JSON in ASCII, everything else escaped, as Python writes it.
pub(crate) fn ascii(body: &Value) -> String {
    let mut text = String::new();
    for character in body.to_string().chars() {
        if character.is_ascii() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn request_id() -> String {
    let random = fastrand::u128(..);
    let version_4 = (random & !(0xf << 76) | (0x4 << 76)) & !(0x3 << 62) | (0x2 << 62);
    let digits = format!("{version_4:032x}");
    let mut id = String::from("req-");
    for (position, digit) in digits.chars().enumerate() {
        if matches!(position, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(digit);
    }
    id
}

const SUBJECT: &str = "X-Subject-Token";
const HEADER_TOO_LONG: &str = "<html>\n  <head>\n    <title>Request Header Fields Too Large</title>\n  \
    </head>\n  <body>\n    <h1><p>Request Header Fields Too Large</p></h1>\n  </body>\n</html>\n";
const CRASH: &str = "<html>\n  <head>\n    <title>Internal Server Error</title>\n  </head>\n  <body>\n    \
    <h1><p>Internal Server Error</p></h1>\n    \n  </body>\n</html>\n";

#[cfg(test)]
mod tests {
    use super::{ascii, request_id};

    #[test]
    fn text_outside_ascii_is_escaped_in_utf_16() {
        let body = serde_json::json!("é東😀\"");
        assert_eq!(ascii(&body), r#""\u00e9\u6771\ud83d\ude00\"""#);
    }

    #[test]
    fn request_ids_are_random_uuids() {
        let id = request_id();
        assert_eq!(id.len(), 40);
        assert_eq!(id.as_bytes().get(18), Some(&b'4'));
        assert_ne!(id, request_id());
    }
}
