//! What the operator decides about remote checks.

use std::time::Duration;

use serde_json::json;

use crate::dial::Security;

use super::Inquiry;

/// How other servers are asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who may have signed their certificates.
    pub security: Security,
    /// How long one answer may take, connecting included.
    pub timeout: Duration,
    /// How the question is written.
    pub form: Form,
}

/// How the question is written: oslo.policy's `remote_content_type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// A form whose fields are JSON.
    #[default]
    Urlencoded,
}

impl Form {
    /// The content type and the body.
    pub(super) fn body(self, inquiry: &Inquiry<'_>) -> (&'static str, String) {
        let Inquiry { rule, target, credentials, .. } = inquiry;
        match self {
            Self::Json => {
                let body = json!({"rule": rule, "target": target, "credentials": credentials});
                ("application/json", body.to_string())
            }
            Self::Urlencoded => {
                let body = form_urlencoded::Serializer::new(String::new())
                    .append_pair("rule", &json!(rule).to_string())
                    .append_pair("target", &target.to_string())
                    .append_pair("credentials", &credentials.to_string())
                    .finish();
                ("application/x-www-form-urlencoded", body)
            }
        }
    }
}
