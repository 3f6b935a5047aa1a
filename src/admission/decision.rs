//! What comes of a decision.

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{BadToken, Identity};

/// Proof that a request was admitted. Only a decision makes one.
#[derive(Clone, Debug)]
pub struct Grant {
    user: Arc<Identity>,
}

impl Grant {
    pub(super) fn new(user: Arc<Identity>) -> Self {
        Self { user }
    }

    /// Whom Keystone vouched for.
    pub fn user(&self) -> &Arc<Identity> {
        &self.user
    }
}

/// Why a request was not admitted. Small and without heap, because refusing must be cheap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The token is no good.
    BadToken(BadToken),
    /// There is none.
    MissingToken,
    /// Nobody knows whether the token is good.
    Unavailable {
        /// How long the client should wait.
        retry_after: Duration,
    },
}

const _: () = assert!(size_of::<Rejection>() <= 24);
