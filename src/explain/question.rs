//! A request in words, made one that a door could have received.

use std::fmt;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use serde_json::Value;

use crate::admission::Cast;
use crate::identity::{Class, Secret, classify};

use super::members::Members;
use super::protocol::Spoken;
use super::who::{Reading, Who};

/// A request, and who sends it.
pub struct Question {
    pub(super) parts: Parts,
    pub(super) body: Bytes,
    cast: Option<Cast>,
}

/// What is wrong with a description, and the key where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// As in `as.roles`.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Every key of a description.
pub(super) const KEYS: [&str; 8] =
    ["as", "body", "headers", "host", "method", "path", "protocol", "request"];

impl Question {
    /// Reads a description: `request` (`GET /v3/p1`) or `method` and `path`, and perhaps `host`,
    /// `protocol`, `headers`, `body` and `as`.
    ///
    /// # Errors
    /// The first thing that is wrong. No message holds a token.
    pub fn read(value: &Value, how: Reading) -> Result<Self, Wrong> {
        let mut members = Members::of("", value, &KEYS)?;
        let spoken = Spoken::read(&mut members)?;
        let (method, target) = line(&mut members, spoken)?;
        let host = members.text("host")?;
        let mut headers = fields(&mut members)?;
        let body = body(&mut members, &mut headers);
        let who = Who::read("as", members.take("as").as_ref(), how)?;
        members.end()?;
        let host = host
            .or_else(|| target.authority().map(ToString::to_string))
            .unwrap_or_else(|| "localhost".to_owned());
        let host = HeaderValue::try_from(host)
            .map_err(|_| Wrong::new("host", "is not a value that a header can carry"))?;
        headers.insert(header::HOST, host);
        let cast = bear(who, &mut headers)?;
        let mut request = Request::new(());
        *request.method_mut() = method;
        *request.uri_mut() = target;
        *request.headers_mut() = headers;
        spoken.dress(&mut request)?;
        Ok(Self { parts: request.into_parts().0, body, cast })
    }

    /// The request's head.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Its body.
    pub fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// Who sends it; `None` when the tokens in it say so.
    pub fn cast(&self) -> Option<Cast> {
        self.cast.clone()
    }
}

impl Wrong {
    pub(super) fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.to_owned(), message: message.into() }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.key, self.message)
    }
}

impl std::error::Error for Wrong {}

fn line(members: &mut Members<'_>, spoken: Spoken) -> Result<(Method, Uri), Wrong> {
    let request = members.text("request")?;
    let method = members.text("method")?;
    let path = members.text("path")?;
    let (method, path, key) = match (request, method, path) {
        (Some(line), None, None) => {
            let Some((method, path)) = line.split_once(' ') else {
                let message = "is not a method and a path; write it as in GET /v3/p1/volumes";
                return Err(members.wrong("request", message));
            };
            (method.to_owned(), path.trim().to_owned(), "request")
        }
        (None, method, Some(path)) => {
            (method.unwrap_or_else(|| spoken.method().to_owned()), path, "path")
        }
        (None, _, None) => {
            return Err(members.wrong("request", "missing; write it as in GET /v3/p1/volumes"));
        }
        (Some(_), ..) => {
            return Err(members.wrong("request", "says it twice; leave out method and path"));
        }
    };
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| members.wrong(key, format!("{method:?} is not a method")))?;
    let target = path
        .parse()
        .map_err(|_| members.wrong(key, format!("{path:?} is no path that a request can have")))?;
    Ok((method, target))
}

fn fields(members: &mut Members<'_>) -> Result<HeaderMap, Wrong> {
    let mut headers = HeaderMap::new();
    let written = match members.take("headers") {
        None => return Ok(headers),
        Some(Value::Object(written)) => written,
        Some(_) => return Err(members.wrong("headers", "must hold names and values")),
    };
    for (name, value) in written {
        let key = format!("headers.{name}");
        let wrong = |message: &str| Wrong::new(&key, message);
        let name: HeaderName = name.parse().map_err(|_| wrong("is not a header's name"))?;
        if classify(&name) == Some(Class::Credential) {
            return Err(wrong("is a token, which has no place here; say who comes with as"));
        }
        if name == header::HOST {
            return Err(wrong("is a key of its own; write host"));
        }
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        for value in values {
            let text = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Array(_) | Value::Bool(_) | Value::Null | Value::Object(_) => {
                    return Err(wrong("must be a text or a list of texts"));
                }
            };
            // As HTTP/1 reads it; HTTP/2 has no value with blanks at its ends.
            let text = text.trim_matches([' ', '\t']);
            let value = HeaderValue::try_from(text).map_err(|_| wrong("no header carries that"))?;
            headers.append(&name, value);
        }
    }
    Ok(headers)
}

/// A text is sent as it is, anything else as JSON. Length and kind are stated as a client would,
/// unless they are written.
fn body(members: &mut Members<'_>, headers: &mut HeaderMap) -> Bytes {
    let body = match members.take("body") {
        None => return Bytes::new(),
        Some(Value::String(text)) => Bytes::from(text),
        Some(json) => {
            let kind = HeaderValue::from_static("application/json");
            headers.entry(header::CONTENT_TYPE).or_insert(kind);
            Bytes::from(json.to_string())
        }
    };
    if !headers.contains_key(header::TRANSFER_ENCODING) {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    body
}

/// Puts tokens where a client would. Whoever is described has one too; what it looks like does not
/// matter.
fn bear(who: Who, headers: &mut HeaderMap) -> Result<Option<Cast>, Wrong> {
    let described = |there: bool| there.then(|| Secret::new("described".to_owned()));
    let (user, service, cast) = match who {
        Who::Cast { cast, user, service } => (described(user), described(service), Some(cast)),
        Who::Tokens { user, service } => (user, service, None),
    };
    for (name, key, token) in
        [("x-auth-token", "as.token", user), ("x-service-token", "as.service_token", service)]
    {
        let Some(token) = token else { continue };
        let mut value = HeaderValue::try_from(token.expose())
            .map_err(|_| Wrong::new(key, "no header carries that"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(cast)
}
