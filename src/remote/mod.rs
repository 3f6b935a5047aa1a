//! Another server that decides: the `http:` and `https:` checks of policies, asked as oslo.policy
//! asks them, but with a deadline and with certificates checked.
//!
//! What comes back is yes, no, or a failure to know, which is never taken for either.

mod metrics;
mod settings;
mod url;

use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use serde_json::Value;
use tokio::time::timeout;

use crate::dial::{Dialer, Endpoint, handshake};
use crate::telemetry::{MetricError, Registry, Stopwatch};

use metrics::{Metrics, Outcome};

pub use settings::{Form, Settings};

/// An answer is five characters long; a page of an error may be longer.
const MAX_ANSWER: usize = 64 * 1024;

/// The question was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a remote check was not answered")]
pub struct Unanswered;

/// What the other server is told.
#[derive(Debug)]
pub struct Inquiry<'a> {
    /// The check as it was written, with placeholders.
    pub check: &'a str,
    /// The same with the values of this request.
    pub url: &'a str,
    /// The name of the rule.
    pub rule: &'a str,
    /// What is asked for.
    pub target: Value,
    /// Who asks.
    pub credentials: Value,
}

/// Asks other servers.
pub struct Remote {
    settings: ArcSwap<Settings>,
    metrics: Metrics,
}

impl Remote {
    /// Prepares to ask.
    ///
    /// # Errors
    /// When its metrics are declared already.
    pub fn new(settings: Settings, registry: &Registry) -> Result<Self, MetricError> {
        let settings = ArcSwap::from_pointee(settings);
        Ok(Self { settings, metrics: Metrics::register(registry)? })
    }

    /// Asks by other settings from now on; questions under way end as they began.
    pub fn follow(&self, settings: Settings) {
        self.settings.store(Arc::new(settings));
    }

    /// Whether the other server allows. Takes at most the configured time; cancelling closes the
    /// connection. As in Python the body must be `True`, perhaps in double quotes, and the status does
    /// not matter to that word or to `False`. Unlike Python's, any other text is a no with a status of
    /// success only.
    ///
    /// # Errors
    /// When no answer came, or what came is a balancer's page or nothing rather than the server's word.
    pub async fn ask(&self, inquiry: &Inquiry<'_>) -> Result<bool, Unanswered> {
        let watch = Stopwatch::start();
        let settings = self.settings.load_full();
        let asked = timeout(settings.timeout, Self::exchange(&settings, inquiry)).await;
        let answer = asked.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        self.metrics.observe(Outcome::of(answer.as_ref().ok().copied()), watch.elapsed());
        answer.map_err(|error| {
            if let Some(held_back) = self.metrics.complaints.pass() {
                let check = inquiry.check;
                tracing::warn!(check, error, held_back, "a remote check was not answered");
            }
            Unanswered
        })
    }

    async fn exchange(settings: &Settings, inquiry: &Inquiry<'_>) -> Result<bool, String> {
        let url = url::safe(inquiry.check, inquiry.url)?;
        let (endpoint, _) = Endpoint::parse(url.origin, settings.security.clone())?;
        let (kind, body) = settings.form.body(inquiry);
        let request = Request::builder()
            .method(Method::POST)
            .uri(url.path)
            .header(header::HOST, &endpoint.authority)
            .header(header::CONTENT_TYPE, kind)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| error.to_string())?;
        let address = endpoint.address.clone();
        let told = |error: &dyn std::error::Error| {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{error}{cause}")
        };
        let dialer = Dialer::new(endpoint, settings.timeout).map_err(|e| told(&e))?;
        let stream = dialer.connect().await.map_err(|error| told(&error))?;
        let mut sender = handshake(stream, &address).await.map_err(|error| told(&error))?;
        let response = sender.send_request(request).await.map_err(|error| told(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        let word = matches!(text.trim_matches('"'), "True" | "False");
        if word || (status.is_success() && !text.is_empty()) {
            Ok(oslo_policy::allows(&text))
        } else {
            Err(format!("status {status} without an answer"))
        }
    }
}
