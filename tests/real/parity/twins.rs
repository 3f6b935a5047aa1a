//! One service twice: behind Portcullis, and behind the real keystonemiddleware.

use std::net::SocketAddr;
use std::rc::Rc;

use serde_json::Value;

use super::exchange::{Answer, Seen, Side};
use super::middleware::Middleware;
use super::setting::{Asked, Knob, here, there};
use crate::support::{Call, Client, Request, Sidecar, Upstream};

/// Both sides in one setting. Whatever is sent goes to both.
pub(crate) struct Twins {
    // Dropped in this order: the proxy says goodbye to a service that is still there.
    sidecar: Sidecar,
    upstream: Upstream,
    middleware: Rc<Middleware>,
    address: SocketAddr,
}

impl Twins {
    #[track_caller]
    pub(crate) fn start(middleware: &Rc<Middleware>, setting: &[Knob], asked: Asked<'_>) -> Self {
        let upstream = Upstream::start();
        upstream.answer(echo);
        let yaml = format!("upstream: \"{}\"\n{}", upstream.url(), here(setting, asked));
        let sidecar = Sidecar::start(&yaml);
        let address = middleware.serve(&there(setting, asked));
        Self { sidecar, upstream, middleware: Rc::clone(middleware), address }
    }

    /// Sends exactly these bytes to Portcullis.
    #[track_caller]
    pub(crate) fn ask_here(&self, request: &[u8]) -> Side {
        self.upstream.forget();
        let answer = answer(self.sidecar.public, request);
        Side { reached: alone(&self.upstream.requests(), seen), answer }
    }

    /// The same to keystonemiddleware.
    #[track_caller]
    pub(crate) fn ask_there(&self, request: &[u8]) -> Side {
        let answer = answer(self.address, request);
        Side { reached: alone(&self.middleware.seen(self.address), told), answer }
    }
}

#[track_caller]
fn answer(address: SocketAddr, request: &[u8]) -> Answer {
    let mut client = Client::connect(address);
    client.send(request);
    let response = client.try_response(request.starts_with(b"HEAD "));
    let response = response.unwrap_or_else(|error| panic!("no answer from {address}: {error}"));
    Answer::new(response.status, &response.head.fields, &response.body)
}

/// A request is to reach the service once or not at all.
#[track_caller]
fn alone<T>(reached: &[T], seen: fn(&T) -> Seen) -> Option<Seen> {
    assert!(reached.len() < 2, "the request has reached the service twice");
    reached.last().map(seen)
}

/// What has reached the service behind Portcullis.
fn seen(request: &Request) -> Seen {
    let fields = request
        .fields()
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value).into_owned()));
    Seen::new(request.method(), request.target(), fields, &request.body.data)
}

/// The same as middleware.py tells it.
fn told(record: &Value) -> Seen {
    let text = |name: &str| record[name].as_str().unwrap();
    let fields = record["fields"].as_object().unwrap().iter();
    let fields = fields.map(|(name, value)| (name.as_str(), value.as_str().unwrap().to_owned()));
    let body: Vec<u8> = text("body").chars().map(|byte| u8::try_from(byte).unwrap()).collect();
    Seen::new(text("method"), text("target"), fields, &body).informed(record["token_info"].clone())
}

/// Answers as middleware.py's application does.
fn echo(call: &mut Call<'_>) -> std::io::Result<()> {
    call.receive()?;
    let asked = |name: &str| call.request.header(name).map(str::to_owned);
    let status = asked("X-Echo-Status").and_then(|status| status.parse().ok()).unwrap_or(200);
    let body = asked("X-Echo-Body").unwrap_or_default();
    let fields: Vec<_> =
        FIELDS.iter().filter_map(|(name, asking)| Some((*name, asked(asking)?))).collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    call.respond(status, &fields, body.as_bytes())
}

/// Fields of the answer, and those of the request that ask for them.
const FIELDS: [(&str, &str); 3] = [
    ("Content-Type", "X-Echo-Type"),
    ("Location", "X-Echo-Location"),
    ("WWW-Authenticate", "X-Echo-Challenge"),
];
