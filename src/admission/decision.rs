//! What comes of a decision.

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{BadToken, Identity};

/// Proof that a request may go on. Only a decision makes one.
#[derive(Clone, Debug)]
pub struct Grant {
    user: Result<Arc<Identity>, Rejection>,
    service: Result<Option<Arc<Identity>>, Rejection>,
}

impl Grant {
    pub(super) fn new(
        user: Result<Arc<Identity>, Rejection>,
        service: Result<Option<Arc<Identity>>, Rejection>,
    ) -> Self {
        Self { user, service }
    }

    /// Whom Keystone vouched for; `None` when the decision is left to the service.
    pub fn user(&self) -> Option<&Arc<Identity>> {
        self.user.as_ref().ok()
    }

    /// The service that calls on the user's behalf.
    pub fn service(&self) -> Party<'_> {
        match &self.service {
            Ok(None) => Party::Absent,
            Ok(Some(identity)) => Party::Confirmed(identity),
            Err(_) => Party::Invalid,
        }
    }

    /// Why the request would have been refused, when the decision is left to the service.
    pub fn deferred(&self) -> Option<Rejection> {
        self.user.as_ref().err().or_else(|| self.service.as_ref().err()).copied()
    }
}

/// One who may or may not have shown a token.
#[derive(Clone, Copy, Debug)]
pub enum Party<'a> {
    /// No token came.
    Absent,
    /// Keystone vouched for it.
    Confirmed(&'a Arc<Identity>),
    /// A token came that is no good.
    Invalid,
}

/// Why a request was not admitted. Small and without heap, because refusing must be cheap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The service token is no good.
    BadServiceToken(BadToken),
    /// The user token is no good.
    BadToken(BadToken),
    /// There is no user token.
    MissingToken,
    /// The service token is good, and has no service role.
    NoServiceRole,
    /// Nobody knows whether the tokens are good.
    Unavailable {
        /// How long the client should wait.
        retry_after: Duration,
    },
}

impl Rejection {
    /// Whether this is a failure to know, and no verdict.
    pub fn is_outage(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// The same about the other token.
    pub(super) fn of_the_service_token(self) -> Self {
        match self {
            Self::BadToken(bad) => Self::BadServiceToken(bad),
            other => other,
        }
    }
}

const _: () = assert!(size_of::<Rejection>() <= 24);
