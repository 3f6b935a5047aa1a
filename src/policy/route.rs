//! What a route stands for.

use std::sync::Arc;

use http::HeaderName;

use crate::identity::Kind;

/// A route.
#[derive(Clone, Debug)]
pub struct Route {
    /// What it is called in metrics and logs.
    pub name: Box<str>,
    /// What it takes, as it was written, for people: `GET /v1/{id}`.
    pub takes: Box<str>,
    /// Who may take it.
    pub access: Access,
    /// Whether a request without a valid token is passed on as such, and not refused; `None`
    /// leaves that to `auth.delay_decision`.
    pub pass_invalid: Option<bool>,
    /// For tokens of which scopes it is.
    pub scopes: Scopes,
    /// Whether a denial is only recorded.
    pub shadow: bool,
    /// Query parameters that rules may ask for, as `query.NAME`.
    pub query: Box<[Box<str>]>,
    /// Header fields that rules may ask for, as `header.NAME`.
    pub headers: Box<[HeaderName]>,
    /// Whether rules may ask for members of a JSON body, as `body.NAME`.
    pub body: Option<BodyFacts>,
    /// The longest body in bytes; `None` for no limit.
    pub max_body: Option<u64>,
    /// What may be spoken besides plain requests; `None` leaves that to `policy.protocols`.
    pub protocols: Option<Protocols>,
    /// Fields that may come behind a request's body.
    pub trailers: Arc<[HeaderName]>,
    /// The upstream's name.
    pub upstream: Box<str>,
}

/// What a request is, beyond HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Nothing.
    Plain,
    /// A call of gRPC, or a stream of them.
    Grpc,
    /// A request for a tunnel in which WebSocket is spoken.
    WebSocket,
}

/// Protocols besides plain requests, which are always among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protocols {
    /// [`Protocol::Grpc`].
    pub grpc: bool,
    /// [`Protocol::WebSocket`].
    pub websocket: bool,
}

impl Protocols {
    /// Whether that protocol is among them.
    pub fn contain(self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::Plain => true,
            Protocol::Grpc => self.grpc,
            Protocol::WebSocket => self.websocket,
        }
    }

    /// Adds the one that is called so.
    ///
    /// # Errors
    /// A sentence, begun with the word, when none is.
    pub fn add(&mut self, word: &str) -> Result<(), String> {
        match word {
            "plain" => {}
            "grpc" => self.grpc = true,
            "websocket" => self.websocket = true,
            _ => return Err(format!("{word:?} is no protocol; write plain, grpc or websocket")),
        }
        Ok(())
    }
}

/// Who may take a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody; no token is looked at.
    Public,
    /// Whoever the rule of this name allows.
    Rule(Box<str>),
    /// Whoever has a valid token.
    Token,
}

/// How a JSON body is read for rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyFacts {
    /// The longest that is read, in bytes; a longer one is refused.
    pub limit: usize,
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a set of four, each by its name")]
pub struct Scopes {
    /// Domain-scoped tokens.
    pub domain: bool,
    /// Project-scoped ones.
    pub project: bool,
    /// System-scoped ones.
    pub system: bool,
    /// Those without a scope.
    pub unscoped: bool,
}

impl Scopes {
    /// All of them.
    pub const ALL: Self = Self { domain: true, project: true, system: true, unscoped: true };

    /// Whether tokens of that scope are in it.
    pub fn take(self, kind: Kind) -> bool {
        match kind {
            Kind::Domain => self.domain,
            Kind::Project => self.project,
            Kind::System => self.system,
            Kind::Unscoped => self.unscoped,
        }
    }
}

impl Route {
    /// The name of the rule that decides, if one does.
    pub fn rule(&self) -> Option<&str> {
        match &self.access {
            Access::Rule(rule) => Some(rule),
            Access::Public | Access::Token => None,
        }
    }

    /// The one route there is where none was written.
    pub fn anywhere() -> Self {
        Self {
            name: DEFAULT.into(),
            takes: "/**".into(),
            access: Access::Token,
            pass_invalid: None,
            scopes: Scopes::ALL,
            shadow: false,
            query: Box::default(),
            headers: Box::default(),
            body: None,
            max_body: None,
            protocols: None,
            trailers: Arc::default(),
            upstream: DEFAULT.into(),
        }
    }
}

/// The name of what was given none.
const DEFAULT: &str = "default";
