//! A place where the identity service answers. There is always the one where we log in; tokens
//! may be asked about at another, which our own account's catalogue names.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{Method, Request, request};
use http_body_util::Full;

use crate::dial::{Security, TrustError};

use super::Base;
use super::error::Fault;
use super::metrics::{Metrics, Operation};
use super::transport::{Answer, Transport, Way};

/// How every such place is reached.
#[derive(Clone)]
pub(super) struct Sites {
    /// How both sides prove who they are, where there is TLS: one for all places, those that are
    /// known already included.
    pub(super) security: Arc<ArcSwap<Security>>,
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
        let way = self.way(&base, self.security.load_full())?;
        let transport =
            Transport::new(way, Arc::clone(&self.security), self.retries, self.metrics.clone());
        Ok(Site { base, transport })
    }

    /// Whether a place could be reached by other proofs.
    pub(super) fn check(&self, site: &Site, security: &Security) -> Result<(), TrustError> {
        self.way(&site.base, Arc::new(security.clone())).map(drop)
    }

    fn way(&self, base: &Base, security: Arc<Security>) -> Result<Way, TrustError> {
        Way::new(base.endpoint.clone(), security, self.connect_timeout)
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
