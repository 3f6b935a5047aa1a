//! What the operator decides about decisions.

use std::time::Duration;

/// What a request must show.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The longest token that is worth asking about, in bytes. Keystone's own servers answer
    /// longer ones with a 431 or a reset, which one client could make look like an outage.
    pub max_token_bytes: usize,
    /// Pass on what is refused, marked as such, and let the service decide.
    pub delay: bool,
    /// The guarded service's type in the catalogue; without it, tokens with access rules are
    /// refused.
    pub service_type: Option<String>,
    /// Any of these roles makes a service token one; compared exactly.
    pub service_token_roles: Vec<String>,
    /// Whether a service token without such a role is refused.
    pub service_token_roles_required: bool,
    /// What a client is told to wait when a server that a rule asks does not answer.
    pub retry_after: Duration,
    /// Whether Keystone may be asked to overlook that a user token has expired, when a service
    /// vouches for its bearer. Only an account of our own can ask that.
    pub overlook_expiry: bool,
}

impl Settings {
    /// What is followed of `newer` while the process runs: what Keystone is asked stays.
    #[must_use]
    pub fn following(&self, newer: &Self) -> Self {
        Self {
            max_token_bytes: newer.max_token_bytes,
            delay: newer.delay,
            service_token_roles: newer.service_token_roles.clone(),
            service_token_roles_required: newer.service_token_roles_required,
            ..self.clone()
        }
    }

    pub(super) fn is_service_role(&self, role: &str) -> bool {
        self.service_token_roles.iter().any(|known| known == role)
    }
}
