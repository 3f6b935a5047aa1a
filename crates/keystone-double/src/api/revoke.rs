//! `DELETE` of `/v3/auth/tokens`.

use crate::api::{Ask, Refusal, Reply};
use crate::state::State;
use crate::token::Expired;

impl State {
    /// Revokes the subject token and, unless told otherwise, those made from it.
    pub(crate) fn revoke_subject(&mut self, ask: &Ask) -> Result<Reply, Refusal> {
        let caller = self.caller(ask)?;
        let subject = self.subject(ask, Expired::Refused)?;
        if !caller.is_user_of(&subject.record) && !caller.has_role("admin") {
            return Err(Refusal::Forbidden("identity:revoke_token"));
        }
        let cascade = !matches!(ask.parameter("cascade"), Some("false" | "False" | "0"));
        self.revoke(&subject.token, cascade);
        Ok(Reply::empty(204))
    }
}
