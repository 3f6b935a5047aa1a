//! Every way in which the service says no.

use serde_json::{Value, json};

use crate::api::Reply;
use crate::profile::{ErrorShape, RateLimit};
use crate::token::Dead;

/// A request that is not fulfilled.
pub(crate) enum Refusal {
    /// 400: the request makes no sense; the text says why.
    Malformed(String),
    /// 401: the caller is nobody known.
    Unauthenticated,
    /// 403 naming the rule that forbids it.
    Forbidden(&'static str),
    /// 403 without naming anything.
    NotAuthorized,
    /// A refusal to talk about another token than the caller's, with the profile's status.
    OtherToken(u16),
    /// 404: no subject was named.
    NoSubject,
    /// 404 or 403: the subject is no good.
    DeadSubject(Dead, String),
    /// 404: nothing there; an HTML page, as the web framework answers.
    NoSuchPath,
    /// 410.
    Gone,
    /// 429.
    TooMany(RateLimit),
    /// 500: Keystone raised what it did not catch.
    Crash,
}

impl Refusal {
    /// The answer, in the service's shape. `base` is the address that the challenge names.
    pub(crate) fn reply(self, shape: ErrorShape, base: &str) -> Reply {
        let gateway = shape == ErrorShape::Gateway;
        match self {
            Self::Malformed(why) => error(400, "Bad Request", &format!("{why} {MALFORMED}")),
            Self::Unauthenticated | Self::OtherToken(401) if gateway => {
                Reply::json(401, &gateway_error("APIGW.0307", "The token must be updated."))
            }
            Self::Unauthenticated | Self::OtherToken(401) => {
                let challenge = format!("Keystone uri=\"{base}/v3\"");
                error(401, "Unauthorized", UNAUTHENTICATED).with("WWW-Authenticate", &challenge)
            }
            Self::Forbidden(action) => {
                let message = format!("{NOT_AUTHORIZED}: {action}.");
                error(403, "Forbidden", &message)
            }
            Self::NotAuthorized => error(403, "Forbidden", &format!("{NOT_AUTHORIZED}.")),
            Self::OtherToken(status) => {
                error(status, "Forbidden", &format!("{NOT_AUTHORIZED}: identity:validate_token."))
            }
            Self::NoSubject => error(404, "Not Found", "No token in the request"),
            Self::DeadSubject(Dead::TrustBroken, _) => {
                error(403, "Forbidden", &format!("{NOT_AUTHORIZED}."))
            }
            Self::DeadSubject(dead, token) => error(404, "Not Found", &obituary(&dead, &token)),
            Self::NoSuchPath if gateway => {
                Reply::json(404, &gateway_error("APIGW.0101", "The API does not exist."))
            }
            Self::NoSuchPath => Reply::html(404, NO_SUCH_PATH),
            Self::Gone => error(410, "Gone", "The resource is no longer available."),
            Self::TooMany(limit) => too_many(shape, &limit),
            Self::Crash => Reply::crash(),
        }
    }
}

/// Keystone's words on a token that is no good. One of them repeats the token.
fn obituary(dead: &Dead, token: &str) -> String {
    match dead {
        Dead::Unknown => "Could not recognize Fernet token".to_owned(),
        Dead::Over | Dead::TrustBroken => "Failed to validate token".to_owned(),
        Dead::ProjectDisabled(id) => {
            format!("Unable to validate token because project {id} is disabled")
        }
        Dead::DomainDisabled(id) => {
            format!("Unable to validate token because domain {id} is disabled")
        }
        Dead::NoRoles => format!("Could not find token: {token}."),
    }
}

fn too_many(shape: ErrorShape, limit: &RateLimit) -> Reply {
    let reply = match shape {
        ErrorShape::Keystone => error(429, "Too Many Requests", "Please wait before retrying."),
        ErrorShape::Ovh => {
            let error = json!({"status": "Too Many Requests", "message": "Rate limit exceeded."});
            Reply::json(429, &json!({ "error": error }))
        }
        ErrorShape::Gateway => {
            Reply::json(429, &gateway_error("APIGW.0308", "The throttling threshold is reached."))
        }
    };
    match &limit.retry_after {
        Some(value) => reply.with("Retry-After", value),
        None => reply,
    }
}

fn error(code: u16, title: &str, message: &str) -> Reply {
    let error = json!({"code": code, "message": message, "title": title});
    Reply::json(code, &json!({ "error": error }))
}

fn gateway_error(code: &str, message: &str) -> Value {
    json!({"error_code": code, "error_msg": message, "request_id": "0a1b2c3d"})
}

const UNAUTHENTICATED: &str = "The request you have made requires authentication.";
const NOT_AUTHORIZED: &str = "You are not authorized to perform the requested action";
const MALFORMED: &str = "The server could not comply with the request since it is either malformed \
    or otherwise incorrect. The client is assumed to be in error.";
const NO_SUCH_PATH: &str = "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n\
    <h1>Not Found</h1>\n<p>The requested URL was not found on the server. If you entered the URL \
    manually please check your spelling and try again.</p>\n";
