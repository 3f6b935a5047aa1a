//! Who says whom a token stands for, and what other servers say.

use std::sync::Arc;

use crate::identity::{BadToken, Identity};
use crate::remote::Remote;
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

/// Where answers come from.
#[derive(Clone)]
pub(super) enum Source {
    /// Said in advance.
    Cast(Cast),
    /// Those who know.
    Live {
        /// Keystone, and what is remembered of it.
        validator: Arc<Validator>,
        /// The servers that rules name.
        remote: Arc<Remote>,
    },
}

impl Cast {
    /// Whom the user token stands for.
    pub(super) fn user(&self) -> Result<Arc<Identity>, TokenFailure> {
        self.user.clone().map_err(TokenFailure::Bad)
    }

    /// Whom the service token stands for.
    pub(super) fn service(&self) -> Result<Arc<Identity>, TokenFailure> {
        self.service.clone().map_err(TokenFailure::Bad)
    }
}
