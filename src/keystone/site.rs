//! A place where the identity service answers. There is always the one where we log in; tokens
//! may be asked about at another, which our own account's catalogue names.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, request};
use http_body_util::Full;

use crate::dial::{Dialer, Security, TrustError};

use super::Base;
use super::error::Fault;
use super::metrics::{Metrics, Operation};
use super::transport::{Answer, Transport};

/// How every such place is reached.
#[derive(Clone)]
pub(super) struct Sites {
    /// How both sides prove who they are, where there is TLS.
    pub(super) security: Security,
    /// Bound on making one connection.
    pub(super) connect_timeout: Duration,
    /// How often a failed connection is tried again.
    pub(super) retries: u32,
    pub(super) metrics: Metrics,
}

/// One place.
pub(super) struct Site {
    base: Base,
    transport: Transport,
}

impl Sites {
    /// The place that `base` names. Nothing is sent yet.
    pub(super) fn at(&self, base: Base) -> Result<Site, TrustError> {
        let dialer = Dialer::new(base.endpoint.clone(), self.connect_timeout)?;
        Ok(Site { base, transport: Transport::new(dialer, self.retries, self.metrics.clone()) })
    }
}

impl Site {
    /// Its address, for people.
    pub(super) fn url(&self) -> &str {
        &self.base.url
    }

    /// The head of a question; `rest` is what comes behind `/v3`.
    pub(super) fn request(&self, method: Method, rest: &str) -> request::Builder {
        self.transport.request(method, &format!("{}{rest}", self.base.path))
    }

    /// See [`Transport::ask`].
    pub(super) async fn ask(
        &self,
        operation: Operation,
        question: &(dyn Fn() -> Request<Full<Bytes>> + Sync),
    ) -> Result<Answer, Fault> {
        self.transport.ask(operation, question).await
    }

    /// Drops every idle connection: one just went silent, and the others may have too.
    pub(super) fn distrust_idle(&self) {
        self.transport.distrust_idle();
    }
}
