//! What a person on this host may see and do: the configuration in force, the cache, web sockets,
//! the log level. Nothing secret is shown.

use std::net::IpAddr;
use std::sync::Arc;

use http::uri::Authority;
use http::{Method, Request, StatusCode, header};
use serde_json::json;

use crate::explain::{Account, Question, Reading, Tokens};
use crate::front;
use crate::identity::{Clock, TokenDigest};
use crate::telemetry::LogControl;
use crate::validation::{Purge, Validator};

use super::super::reload::Books;
use super::{Page, Pages};

/// `/config`, `/cache`, `/explain` and `/log-level`.
pub(in super::super) struct Admin {
    pub(in super::super) validator: Arc<Validator>,
    pub(in super::super) log: Option<LogControl>,
    pub(in super::super) books: Arc<Books>,
    pub(in super::super) door: Arc<front::Shared>,
    pub(in super::super) access_rules: bool,
}

const HELP: &str = "\
GET /config            the configuration in force, where each value came from, and what came of
                       reading it again
GET /cache             how full the token cache is
DELETE /cache?all      forget everything, or one of
  ?user=ID ?project=ID ?audit_id=ID ?token_digest=SHA256
DELETE /tunnels?all    end every web socket, or those of one of
  ?user=ID ?project=ID ?audit_id=ID
GET /log-level         the log filter in force
POST /explain          what would come of a request that is described in JSON, and why
PUT /log-level         replace it, for example by: info,portcullis::keystone=debug
";

impl Pages for Admin {
    async fn answer(&self, request: &Request<()>, body: &str) -> Page {
        if request.headers().contains_key(header::ORIGIN) || !names_this_host(request) {
            return Page::text(StatusCode::FORBIDDEN, "not for browsers\n");
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/config") => Page::json(&self.books.page()),
            (&Method::GET, "/cache") => self.fill(),
            (&Method::DELETE, "/cache") => self.purge(request.uri().query().unwrap_or_default()),
            (&Method::DELETE, "/tunnels") => self.end(request.uri().query().unwrap_or_default()),
            (&Method::POST, "/explain") => self.explain(body).await,
            (&Method::GET, "/log-level") => self.level(),
            (&Method::PUT, "/log-level") => self.set_level(body),
            _ => Page::text(StatusCode::NOT_FOUND, HELP),
        }
    }

    fn longest_body(path: &str) -> usize {
        // A saved identity with a whole catalogue fits, and a body of some size beside it.
        if path == "/explain" { 512 * 1024 } else { 4096 }
    }
}

impl Admin {
    fn fill(&self) -> Page {
        self.validator.tidy();
        let fill = self.validator.fill();
        Page::json(&json!({
            "identities": fill.identities,
            "bytes": fill.bytes,
            "capacity_bytes": fill.capacity_bytes,
            "refusals": fill.refusals,
        }))
    }

    fn purge(&self, query: &str) -> Page {
        let Some(which) = which(query) else {
            return Page::text(StatusCode::BAD_REQUEST, HELP);
        };
        let purged = self.validator.purge(&which);
        tracing::info!(purged, "the cache was purged on request");
        Page::json(&json!({ "purged": purged }))
    }

    /// Ends web sockets whose users are no longer wanted.
    fn end(&self, query: &str) -> Page {
        // A tunnel knows its user, and not the token it was opened with.
        let Some(which) = which(query).filter(|which| !matches!(which, Purge::Token(_))) else {
            return Page::text(StatusCode::BAD_REQUEST, HELP);
        };
        let ended = self.door.tunnels().end_where(|user| match user {
            Some(user) => which.means(user),
            None => matches!(which, Purge::All),
        });
        tracing::info!(ended, "web sockets were ended on request");
        Page::json(&json!({ "ended": ended }))
    }

    /// What would come of a request, by the policy in force. The description may hold tokens; it
    /// is held no longer than this takes, and none of it is logged.
    async fn explain(&self, body: &str) -> Page {
        let how = Reading { access_rules: self.access_rules, tokens: Tokens::Allowed };
        let Ok(described) = serde_json::from_str(body) else {
            return Page::text(StatusCode::BAD_REQUEST, "the body is not JSON\n");
        };
        let question = match Question::read(&described, how) {
            Ok(question) => question,
            Err(wrong) => return Page::text(StatusCode::BAD_REQUEST, format!("{wrong}\n")),
        };
        let played = self.door.rehearse(question.parts(), question.body(), question.cast());
        Page::json(&Account::new(&question, played.await, Clock::system().now()).to_json())
    }

    fn level(&self) -> Page {
        match &self.log {
            Some(log) => Page::text(StatusCode::OK, format!("{}\n", log.level())),
            None => Page::text(StatusCode::NOT_FOUND, "logging is not controlled here\n"),
        }
    }

    fn set_level(&self, level: &str) -> Page {
        match self.log.as_ref().map(|log| log.set_level(level)) {
            Some(Ok(())) => {
                tracing::info!(level, "the log level was changed on request");
                self.level()
            }
            Some(Err(error)) => Page::text(StatusCode::BAD_REQUEST, format!("{error}\n")),
            None => self.level(),
        }
    }
}

/// Whether the client asked for this host by an address or as localhost. A page in a browser here
/// must not be able to use this door, not even by a name that was rebound to loopback.
fn names_this_host(request: &Request<()>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        // Without a Host there is no browser.
        (None, _) => return true,
        (Some(host), None) => host.to_str().ok(),
        (Some(_), Some(_)) => return false,
    };
    let Some(authority) = host.and_then(|host| host.parse::<Authority>().ok()) else {
        return false;
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok()
}

/// Reads the one thing that a purge is asked for.
fn which(query: &str) -> Option<Purge> {
    let (key, value) = query.split_once('=').unwrap_or((query, ""));
    if value.contains('&') || (value.is_empty() && key != "all") {
        return None;
    }
    match key {
        "all" => Some(Purge::All),
        "audit_id" => Some(Purge::Audit(value.to_owned())),
        "project" => Some(Purge::Project(value.to_owned())),
        "token_digest" => TokenDigest::from_hex(value).map(Purge::Token),
        "user" => Some(Purge::User(value.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purge_names_exactly_one_thing() {
        assert!(matches!(which("all"), Some(Purge::All)));
        assert!(matches!(which("user=u1"), Some(Purge::User(id)) if id == "u1"));
        assert!(matches!(which("project=p1"), Some(Purge::Project(id)) if id == "p1"));
        assert!(matches!(which("audit_id=a1"), Some(Purge::Audit(id)) if id == "a1"));
        let digest = format!("token_digest={}", "0".repeat(64));
        assert!(matches!(which(&digest), Some(Purge::Token(_))));
        for bad in ["", "user", "user=", "user=a&project=b", "token_digest=ab", "everything"] {
            assert!(which(bad).is_none(), "{bad}");
        }
    }
}
