//! What all workers' doors have in common.

use http::HeaderValue;

use crate::admission::Admission;
use crate::identity::Names;
use crate::telemetry::{ACCESS_TARGET, Access};

use super::Settings;
use super::metrics::Metrics;
use super::reply::challenge;

/// The decision, the words of a refusal, and the books.
pub struct Shared {
    pub(super) admission: Admission,
    pub(super) challenge: HeaderValue,
    /// The names under which the service is told who the user is.
    pub(super) names: Names,
    pub(super) access: Access,
    pub(super) metrics: Metrics,
}

impl Shared {
    /// Puts a door's parts together. `None` when the identity service's public address cannot
    /// stand in a header.
    pub fn new(
        settings: &Settings,
        admission: Admission,
        access: Access,
        metrics: Metrics,
    ) -> Option<Self> {
        let challenge = challenge(&settings.www_authenticate_uri)?;
        let names = if settings.deprecated { Names::UserAndDeprecated } else { Names::User };
        Some(Self { admission, challenge, names, access, metrics })
    }

    pub(super) fn logs_access(&self) -> bool {
        self.access != Access::Off && tracing::enabled!(target: ACCESS_TARGET, tracing::Level::INFO)
    }
}
