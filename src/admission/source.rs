//! Who says whom a token stands for.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::identity::{Allowance, BadToken, Identity, RawToken};
use crate::validation::{TokenFailure, Validator};

/// Whom the tokens of one request stand for, said in advance: for requests that are rehearsed and
/// never sent. What the tokens themselves look like does not matter then.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The user.
    pub user: Result<Arc<Identity>, BadToken>,
    /// The service that calls on the user's behalf.
    pub service: Result<Arc<Identity>, BadToken>,
}

/// Where identities come from.
pub(super) enum Source {
    /// Said in advance.
    Cast(Cast),
    /// Keystone, and what is remembered of it.
    Validator(Arc<Validator>),
}

/// Which of the two tokens of a request.
#[derive(Clone, Copy)]
pub(super) enum Whose {
    Service,
    User,
}

impl Source {
    /// As [`Validator::validate`].
    pub(super) async fn ask(
        &self,
        whose: Whose,
        token: RawToken<'_>,
        allowance: Allowance,
        request_id: Option<&HeaderValue>,
        waited: &mut Duration,
    ) -> Result<Arc<Identity>, TokenFailure> {
        let said = match (self, whose) {
            (Self::Validator(validator), _) => {
                return validator.validate(token, allowance, request_id, waited).await;
            }
            (Self::Cast(cast), Whose::Service) => &cast.service,
            (Self::Cast(cast), Whose::User) => &cast.user,
        };
        said.clone().map_err(TokenFailure::Bad)
    }
}
