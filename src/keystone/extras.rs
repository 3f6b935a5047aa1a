//! What the service is to be told besides who the user is: long, optional, and left out rather
//! than allowed to break a request.

use std::time::Duration;

use crate::identity::Draft;
use crate::label;
use crate::telemetry::{Counters, Label as _, MetricError, Quiet, Registry};

use super::settings::ExtraSettings;
use super::wire::{Unusable, info, v2};

label! {
    /// A field that was left out.
    Field as "field" {
        /// `X-Service-Catalog`.
        ServiceCatalog => "service_catalog",
        /// `X-Portcullis-Token-Info`.
        TokenInfo => "token_info",
    }
}

/// Adds the optional fields to identities, and counts those that it leaves out.
pub(super) struct Extras {
    settings: ExtraSettings,
    left_out: Counters<Field>,
    complaints: Quiet,
}

impl Extras {
    pub(super) fn new(settings: ExtraSettings, registry: &Registry) -> Result<Self, MetricError> {
        let left_out = registry.counters(
            "identity_fields_left_out_total",
            "Optional fields that an identity does without: longer than headers.max_field, or not \
             to be made of Keystone's answer.",
        )?;
        Ok(Self { settings, left_out, complaints: Quiet::new(Duration::from_secs(10)) })
    }

    /// Whether the catalogue must be asked for.
    pub(super) fn need_catalogue(&self) -> bool {
        self.settings.service_catalog
    }

    /// Adds what `body`, the whole answer, says beyond `draft`.
    pub(super) fn add(&self, body: &[u8], draft: &mut Draft) {
        if self.settings.service_catalog {
            draft.catalogue = self.within(Field::ServiceCatalog, v2(body));
        }
        if self.settings.token_info {
            draft.token_info = self.within(Field::TokenInfo, info(body).map(Some));
        }
    }

    fn within(&self, field: Field, made: Result<Option<String>, Unusable>) -> Option<String> {
        let why = match made {
            Ok(None) => return None,
            Ok(Some(text)) if text.len() <= self.settings.max_field => return Some(text),
            Ok(Some(_)) => "it is longer than headers.max_field",
            Err(Unusable) => "Keystone's answer does not allow it",
        };
        self.left_out.count(field);
        if let Some(held_back) = self.complaints.pass() {
            tracing::warn!(field = field.as_str(), why, held_back, "a header is left out");
        }
        None
    }
}
