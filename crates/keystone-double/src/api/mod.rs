//! The v3 API: which request is which, and what Keystone answers.

mod ask;
mod caller;
mod discovery;
mod lists;
mod login;
mod refusal;
mod replay;
mod reply;
mod revoke;
mod subject;
mod validate;

use http::Method;

use crate::double::Double;
use crate::state::State;

pub(crate) use ask::Ask;
pub(crate) use reply::{Reply, ascii};

use refusal::Refusal;

impl Double {
    /// Answers a request as the profile's service would, faults aside.
    pub(crate) fn reply(&self, ask: &Ask) -> Reply {
        let mut state = self.state();
        if ask.has_header_over(state.profile.header_limit) {
            return Reply::header_too_long();
        }
        let answer = if ask.body.is_none() { Ok(Reply::body_too_long()) } else { state.route(ask) };
        answer.unwrap_or_else(|refusal| {
            refusal.reply(state.profile.errors, &ask.base(&state.profile))
        })
    }
}

impl State {
    fn route(&mut self, ask: &Ask) -> Result<Reply, Refusal> {
        if self.profile.strict && ask.raw_path.contains("//") {
            return Err(Refusal::Malformed("the path holds two slashes in a row".to_owned()));
        }
        let path = ask.path.as_deref().ok_or(Refusal::NoSuchPath)?;
        match (&ask.method, path) {
            (&Method::GET | &Method::HEAD, "/" | "") => Ok(self.versions(ask)),
            (&Method::GET | &Method::HEAD, "/v3") => Ok(self.version(ask)),
            (&Method::GET | &Method::HEAD, TOKENS) => self.validate(ask),
            (&Method::POST, TOKENS) => self.login(ask),
            (&Method::DELETE, TOKENS) => self.revoke_subject(ask),
            (&Method::OPTIONS, TOKENS) => Ok(Reply::html(200, "").with("Allow", ALLOWED)),
            (_, TOKENS) => Ok(Reply::method_not_allowed(ALLOWED)),
            (&Method::GET, EVENTS) => self.revocation_events(ask),
            (&Method::GET, "/v3/auth/catalog") => self.own_catalog(ask),
            (&Method::GET, "/v3/auth/projects") => self.own_projects(ask),
            (&Method::GET, "/v3/auth/tokens/OS-PKI/revoked" | "/v3/OS-PKI/revoked") => {
                Err(Refusal::Gone)
            }
            (&Method::GET, "/healthcheck") => Ok(Reply::html(200, "OK")),
            _ => Err(Refusal::NoSuchPath),
        }
    }
}

/// The paths below the prefix, without a slash at their end.
const TOKENS: &str = "/v3/auth/tokens";
const EVENTS: &str = "/v3/OS-REVOKE/events";
const ALLOWED: &str = "HEAD, OPTIONS, GET, POST, DELETE";
