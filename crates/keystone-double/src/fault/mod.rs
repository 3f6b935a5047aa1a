//! Misbehaviour on demand.

mod plan;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::Semaphore;

pub(crate) use plan::{Ending, Hold, Plan};

/// What a request asks of the double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GET` and `HEAD` of `/v3/auth/tokens`.
    Validate,
    /// `POST` of `/v3/auth/tokens`.
    Login,
    /// `DELETE` of `/v3/auth/tokens`.
    Revoke,
    /// `GET` of `/v3/OS-REVOKE/events`.
    Events,
    /// `GET` of `/` and `/v3`.
    Discover,
    /// Everything else; for a fault: every request.
    Any,
}

/// A misbehaviour, where it shows and for how long.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) operation: Operation,
    pub(crate) kind: FaultKind,
    pub(crate) remaining: Option<u32>,
}

impl Fault {
    /// A misbehaviour of one operation, until healed.
    pub fn new(operation: Operation, kind: FaultKind) -> Self {
        Self { operation, kind, remaining: None }
    }

    /// A misbehaviour of validations.
    pub fn validate(kind: FaultKind) -> Self {
        Self::new(Operation::Validate, kind)
    }

    /// A misbehaviour of logins.
    pub fn login(kind: FaultKind) -> Self {
        Self::new(Operation::Login, kind)
    }

    /// A misbehaviour of everything.
    pub fn any(kind: FaultKind) -> Self {
        Self::new(Operation::Any, kind)
    }

    /// The same for the next `requests` only.
    #[must_use]
    pub fn times(mut self, requests: u32) -> Self {
        self.remaining = Some(requests);
        self
    }
}

/// What goes wrong.
///
/// `Delay` and `Gate` only hold a request up and add up with others; of the rest, the oldest fault
/// that fits decides the answer.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// Exactly this answer.
    Answer(Canned),
    /// The request is read and never answered.
    Hang,
    /// The answer comes late.
    Delay(Duration),
    /// Each request takes a permit for good before it goes on, so a test holds answers back
    /// and lets them go one by one.
    Gate(Arc<Semaphore>),
    /// The connection is closed without an answer.
    Reset,
    /// A whole body is announced, half of it sent, and the connection closed.
    Truncate,
    /// A body that never ends, one byte per `pause`, or as fast as it is read when that is zero.
    Endless {
        /// The time between two bytes.
        pause: Duration,
    },
    /// The usual JSON answer with padding, so many bytes of it.
    Huge(usize),
    /// The usual answer, with another token in `X-Subject-Token`.
    OtherSubject,
    /// 302 to this address.
    Redirect(String),
    /// 200 with a page for people, as a captive portal sends.
    Html,
    /// 404 of a web server that is no Keystone.
    NotKeystone404,
}

impl FaultKind {
    /// A Keystone error of this status.
    pub fn status(status: u16) -> Self {
        let title = http::StatusCode::from_u16(status)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("Unknown");
        let error = serde_json::json!({"code": status, "message": title, "title": title});
        Self::Answer(Canned::json(status, &serde_json::json!({ "error": error })))
    }

    /// 429 with this `Retry-After`, or without one.
    pub fn too_many(retry_after: Option<&str>) -> Self {
        match (Self::status(429), retry_after) {
            (Self::Answer(canned), Some(value)) => {
                Self::Answer(canned.header("Retry-After", value))
            }
            (kind, _) => kind,
        }
    }
}

/// A whole answer, prepared by a test.
#[derive(Clone, Debug)]
pub struct Canned {
    /// The status code; 500 when it is none.
    pub status: u16,
    /// Names and values; what HTTP does not allow is left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Canned {
    /// An answer of any kind, without headers.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, crate::api::ascii(body)).header("Content-Type", "application/json")
    }

    /// An HTML answer.
    pub fn html(status: u16, page: &str) -> Self {
        Self::new(status, page.to_owned()).header("Content-Type", "text/html")
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}
