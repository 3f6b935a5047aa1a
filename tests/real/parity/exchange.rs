//! What one side made of a request: what the application saw, and what the client got.
//!
//! Both sides are brought into one form first: names as WSGI folds them, absent for `None`, and
//! without what belongs to a connection and not to the request.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::Fields;

/// One side's part in an exchange.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// `None` when the application was not reached.
    pub(crate) reached: Option<Seen>,
    /// What the client got.
    pub(crate) answer: Answer,
}

/// A request as the application saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Values by their names as in a WSGI environment, without `HTTP_`.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) body: String,
    /// keystonemiddleware's `keystone.token_info`.
    pub(crate) info: Value,
}

/// A response as the client got it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Values by their names in lower case, in their order.
    pub(crate) fields: BTreeMap<String, Vec<String>>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn new<'a>(
        method: &str,
        target: &str,
        fields: impl Iterator<Item = (&'a str, String)>,
        body: &[u8],
    ) -> Self {
        let mut folded: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in fields {
            let name = name.to_ascii_uppercase().replace('-', "_");
            if CONNECTION.contains(&name.as_str()) {
                continue;
            }
            // A WSGI server joins what stands twice.
            let joined = folded.get(&name).map(|first| format!("{first},{value}"));
            folded.insert(name, joined.unwrap_or(value));
        }
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            fields: folded,
            body: String::from_utf8_lossy(body).into_owned(),
            info: Value::Null,
        }
    }

    pub(crate) fn informed(self, info: Value) -> Self {
        Self { info, ..self }
    }

    /// Puts roles in order: the real Keystone names them in another one each time.
    pub(crate) fn order_roles(&mut self) {
        for name in ["ROLES", "ROLE", "SERVICE_ROLES"].map(|name| format!("X_{name}")) {
            self.fields.entry(name).and_modify(|roles| {
                let mut sorted: Vec<_> = roles.split(',').collect();
                sorted.sort_unstable();
                *roles = sorted.join(",");
            });
        }
    }
}

impl Answer {
    pub(crate) fn new(status: u16, fields: &Fields, body: &[u8]) -> Self {
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in fields {
            let name = name.to_ascii_lowercase();
            // A response that cannot have a body is framed by its status.
            let framing = name == "content-length" && matches!(status, 204 | 304);
            if !framing && !TRANSPORT.contains(&name.as_str()) {
                let value = String::from_utf8_lossy(value).into_owned();
                named.entry(name).or_default().push(value);
            }
        }
        Self { status, fields: named, body: String::from_utf8_lossy(body).into_owned() }
    }
}

/// Fields of a request that concern one connection. WSGI keeps the body's length and type
/// elsewhere than among the fields.
const CONNECTION: [&str; 7] = [
    "CONNECTION",
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "HOST",
    "KEEP_ALIVE",
    "TE",
    "TRANSFER_ENCODING",
];

/// Fields of a response that a server adds.
const TRANSPORT: [&str; 5] = ["connection", "date", "keep-alive", "server", "transfer-encoding"];
