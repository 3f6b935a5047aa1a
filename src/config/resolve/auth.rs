//! What a request must show, and what the service is told.

use super::reader::Reader;
use crate::keystone::{ExtraSettings, Mode};
use crate::{admission, keystone};

/// Decisions. What can be asked of Keystone depends on who asks it.
pub(super) fn admission(
    reader: &mut Reader<'_>,
    max_token_bytes: usize,
    keystone: Option<&keystone::Settings>,
) -> admission::Settings {
    let service_token_roles_required = reader.boolean("auth.service_token_roles_required");
    if !service_token_roles_required {
        reader.warnings.push(
            "auth.service_token_roles_required is off: any valid token is reported to the service \
             as a service token; give services the role and turn it on"
                .to_owned(),
        );
    }
    admission::Settings {
        max_token_bytes,
        delay: reader.boolean("auth.delay_decision"),
        service_type: reader.text("auth.service_type"),
        service_token_roles: reader.list("auth.service_token_roles"),
        service_token_roles_required,
        retry_after: reader.duration("keystone.retry_after"),
        overlook_expiry: keystone.is_some_and(|asks| matches!(asks.mode, Mode::Service(_))),
    }
}

/// Optional headers.
pub(super) fn extras(reader: &mut Reader<'_>) -> ExtraSettings {
    ExtraSettings {
        service_catalog: reader.boolean("headers.service_catalog"),
        token_info: reader.boolean("headers.token_info"),
        max_field: reader.count("headers.max_field"),
    }
}
