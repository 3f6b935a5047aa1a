//! The decision: who is this, and may the request go on. The whole product on one page.
//!
//! Every door hands in the same neutral request and gets the same answer; no door decides.

mod decision;
mod request;

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{Allowance, BadToken};
use crate::validation::{TokenFailure, Validator};

pub use decision::{Grant, Rejection};
pub use request::{AccessRequest, Credential};

/// Decides. Shared by all workers.
pub struct Admission {
    validator: Arc<Validator>,
    max_token_bytes: usize,
}

impl Admission {
    /// Decides by what `validator` says. Tokens longer than `max_token_bytes` are refused without
    /// asking: Keystone's own servers answer those with a 431 or a reset, which one client could
    /// make look like an outage.
    pub fn new(validator: Arc<Validator>, max_token_bytes: usize) -> Self {
        Self { validator, max_token_bytes }
    }

    /// Whether `request` may go on, and as whom.
    ///
    /// Cancel-safe. Waits for Keystone at most as long as the validator does, and adds that time
    /// to `waited`.
    ///
    /// # Errors
    /// The rejection; each door words it in its own protocol.
    pub async fn admit(
        &self,
        request: &AccessRequest<'_>,
        waited: &mut Duration,
    ) -> Result<Grant, Rejection> {
        let token = match request.user {
            Credential::Absent => return Err(Rejection::MissingToken),
            Credential::Several => return Err(Rejection::BadToken(BadToken::Malformed)),
            Credential::Single(token) => token,
        };
        if token.is_empty() {
            return Err(Rejection::MissingToken);
        }
        if token.len() > self.max_token_bytes {
            return Err(Rejection::BadToken(BadToken::TooLong));
        }
        let validated =
            self.validator.validate(token, Allowance::None, request.request_id, waited).await;
        match validated {
            Ok(user) => Ok(Grant::new(user)),
            Err(TokenFailure::Bad(bad)) => Err(Rejection::BadToken(bad)),
            Err(TokenFailure::Unavailable { retry_after }) => {
                Err(Rejection::Unavailable { retry_after })
            }
        }
    }
}
