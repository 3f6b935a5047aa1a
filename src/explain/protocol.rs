//! What is spoken, as a description says it: the fields by which a door tells.

use http::{HeaderName, HeaderValue, Method, Request, Version, header};

use super::Wrong;
use super::members::Members;

/// What a client speaks besides plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Plain,
    Grpc,
    WebSocket,
}

impl Spoken {
    /// The member `protocol`; plain requests, when there is none.
    pub(super) fn read(members: &mut Members<'_>) -> Result<Self, Wrong> {
        match members.text("protocol")?.as_deref() {
            None | Some("plain") => Ok(Self::Plain),
            Some("grpc") => Ok(Self::Grpc),
            Some("websocket") => Ok(Self::WebSocket),
            Some(other) => {
                let message = format!("{other:?} is no protocol; write plain, grpc or websocket");
                Err(members.wrong("protocol", message))
            }
        }
    }

    /// The method that its clients use.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Grpc => "POST",
            Self::Plain | Self::WebSocket => "GET",
        }
    }

    /// Adds what its clients send, where the description does not say otherwise.
    pub(super) fn dress(self, request: &mut Request<()>) -> Result<(), Wrong> {
        let fields: &[(HeaderName, &'static str)] = match self {
            Self::Plain => return Ok(()),
            Self::Grpc => {
                *request.version_mut() = Version::HTTP_2;
                &[(header::CONTENT_TYPE, "application/grpc"), (header::TE, "trailers")]
            }
            Self::WebSocket if request.method() != Method::GET => {
                return Err(Wrong::new("protocol", "is asked for with GET; leave the method out"));
            }
            // The key is the one in RFC 6455; any 16 bytes are as good.
            Self::WebSocket => &[
                (header::CONNECTION, "Upgrade"),
                (header::UPGRADE, "websocket"),
                (header::SEC_WEBSOCKET_VERSION, "13"),
                (header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
            ],
        };
        for (name, value) in fields {
            let entry = request.headers_mut().entry(name);
            entry.or_insert(HeaderValue::from_static(value));
        }
        Ok(())
    }
}
