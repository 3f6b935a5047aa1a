//! What comes of a decision.

use std::sync::Arc;
use std::time::Duration;

use crate::identity::{BadToken, Identity};
use crate::policy::{Caller, Forbidden};

/// Who sent a request, as far as anybody knows.
#[derive(Clone, Debug)]
pub struct Standing {
    user: Result<Arc<Identity>, Rejection>,
    service: Result<Option<Arc<Identity>>, Rejection>,
    public: bool,
}

impl Standing {
    pub(super) fn new(
        user: Result<Arc<Identity>, Rejection>,
        service: Result<Option<Arc<Identity>>, Rejection>,
    ) -> Self {
        Self { user, service, public: false }
    }

    /// Whoever goes where nobody is asked.
    pub(super) fn nobody() -> Self {
        Self { user: Err(Rejection::MissingToken), service: Ok(None), public: true }
    }

    /// Whom Keystone vouched for.
    pub fn user(&self) -> Option<&Arc<Identity>> {
        self.user.as_ref().ok()
    }

    /// The service that calls on the user's behalf.
    pub fn service(&self) -> Option<&Arc<Identity>> {
        self.service.as_ref().ok()?.as_ref()
    }

    /// Those whom Keystone vouched for; `None` without a user.
    pub fn caller(&self) -> Option<Caller<'_>> {
        let service = self.service.as_ref().ok().and_then(Option::as_deref);
        Some(Caller { user: self.user.as_ref().ok()?, service })
    }
}

/// Proof that a request may go on. Only a decision makes one.
#[derive(Clone, Debug)]
pub struct Grant {
    standing: Standing,
    shadow: Option<Forbidden>,
}

impl Grant {
    pub(super) fn new(standing: Standing, shadow: Option<Forbidden>) -> Self {
        Self { standing, shadow }
    }

    /// The same, with what else would have refused the request, where that is only recorded.
    #[must_use]
    pub fn watched(mut self, would_refuse: Option<Forbidden>) -> Self {
        self.shadow = would_refuse.or(self.shadow);
        self
    }

    /// Whom Keystone vouched for; `None` when nobody was asked, or the decision is left to the
    /// service.
    pub fn user(&self) -> Option<&Arc<Identity>> {
        self.standing.user.as_ref().ok()
    }

    /// The service that calls on the user's behalf.
    pub fn service(&self) -> Party<'_> {
        match &self.standing.service {
            Ok(None) => Party::Absent,
            Ok(Some(identity)) => Party::Confirmed(identity),
            Err(_) => Party::Invalid,
        }
    }

    /// Whether the request goes where no token is looked at.
    pub fn is_public(&self) -> bool {
        self.standing.public
    }

    /// Why the request would have been refused, when the decision is left to the service.
    pub fn deferred(&self) -> Option<Rejection> {
        if self.standing.public {
            return None;
        }
        let Standing { user, service, .. } = &self.standing;
        user.as_ref().err().or_else(|| service.as_ref().err()).copied()
    }

    /// Why the policy would have refused it, where that is only recorded.
    pub fn shadow(&self) -> Option<Forbidden> {
        self.shadow
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
    /// The policy says no.
    Forbidden(Forbidden),
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
