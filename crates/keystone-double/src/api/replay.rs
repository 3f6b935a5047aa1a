//! Tokens that another Keystone described, described once more.

use serde_json::Value;

use crate::api::caller::Caller;
use crate::api::subject::SUBJECT;
use crate::api::validate::{expired, nocatalog};
use crate::api::{Ask, Refusal, Reply};
use crate::clock::read;
use crate::state::State;
use crate::token::{Dead, Expired};

impl State {
    /// The answer about a recorded subject; `None` when nothing is recorded about it.
    pub(crate) fn replayed(&self, ask: &Ask, caller: &Caller) -> Option<Result<Reply, Refusal>> {
        let token = ask.header(SUBJECT)?;
        // Fernet ignores padding.
        let body = self.recorded.get(token.trim_end_matches('='))?;
        let dead = || Refusal::DeadSubject(Dead::Over, token.clone());
        if self.has_ended(body) && expired(ask) == Expired::Refused {
            return Some(Err(dead()));
        }
        let rules = body.pointer("/token/application_credential/access_rules");
        if rules.is_some() && ask.header("openstack-identity-access-rules").is_none() {
            return Some(Err(dead()));
        }
        if !caller.has_role("admin") && !caller.has_role("service") && !caller.reads_system() {
            return Some(Err(Refusal::Forbidden("identity:validate_token")));
        }
        let mut body = body.clone();
        if nocatalog(ask, &self.profile)
            && let Some(Value::Object(members)) = body.pointer_mut("/token")
        {
            members.remove("catalog");
        }
        Some(Ok(Reply::json(200, &body).about(&token)))
    }

    fn has_ended(&self, body: &Value) -> bool {
        let end = body.pointer("/token/expires_at").and_then(Value::as_str).and_then(read);
        end.is_some_and(|end| end <= self.clock.now())
    }
}
