//! What a request must show, and what the service is told about it.

use super::{Absent, Field, KIB, Kind, MIB, Section};

pub(super) static SECTION: Section = Section {
    name: "auth",
    about: "What a request must show to pass. The names are keystonemiddleware's where it has them.",
    shorthand: None,
    fields: &[
        Field::new(
            "auth.delay_decision",
            Kind::Bool,
            Absent::Value("false"),
            "Pass requests without a valid token on, marked `X-Identity-Status: Invalid`, and let \
             the service decide: keystonemiddleware's `delay_auth_decision`. The service must look \
             at that header. When Keystone cannot be asked, the answer is still 503.",
        )
        .reloads(),
        Field::new(
            "auth.service_type",
            Kind::Text,
            Absent::Nothing,
            "This service's type in the catalogue, as in `compute`. Application credentials with \
             access rules are let in for what their rules for this type allow; without it they \
             are refused.",
        ),
        Field::new(
            "auth.service_token_roles",
            Kind::List,
            Absent::Value("service"),
            "Roles that make a service token (`X-Service-Token`) one: it needs any of them. Such a \
             caller may, in service mode, act for a user whose token has expired in the meantime. \
             Names are compared exactly.",
        )
        .reloads(),
        Field::new(
            "auth.service_token_roles_required",
            Kind::Bool,
            Absent::Value("true"),
            "Refuse service tokens that have none of `auth.service_token_roles`. Without it any \
             valid token counts as a service token, as in keystonemiddleware before 13, so this is \
             warned about at every start; it still lifts no check.",
        )
        .reloads(),
    ],
};

pub(super) static HEADERS: Section = Section {
    name: "headers",
    about: "What the service is told about an admitted request, besides who the user is.",
    shorthand: None,
    fields: &[
        Field::new(
            "headers.deprecated",
            Kind::Bool,
            Absent::Value("true"),
            "Send the older names too: `X-User`, `X-Role`, `X-Tenant`, `X-Tenant-Id` and \
             `X-Tenant-Name`. Whatever this says, clients cannot send them.",
        )
        .reloads(),
        Field::new(
            "headers.service_catalog",
            Kind::Bool,
            Absent::Value("false"),
            "Send the token's service catalogue as `X-Service-Catalog`, in the form of Keystone's \
             v2 API as keystonemiddleware does (its `include_service_catalog`). Answers and cache \
             entries become larger by the size of the catalogue.",
        ),
        Field::new(
            "headers.token_info",
            Kind::Bool,
            Absent::Value("false"),
            "Send the token's other facts as `X-Portcullis-Token-Info`, a JSON object: when it \
             ends, how it was obtained, application credential, trust, federation (docs/headers.md).",
        ),
        Field::new(
            "headers.max_field",
            Kind::Size(KIB, MIB),
            Absent::Value("7KiB"),
            "The longest `X-Service-Catalog` or `X-Portcullis-Token-Info` that is sent. A longer \
             one is left out and counted, because many servers refuse a request with a field above \
             8 KiB (gunicorn, Apache, nginx).",
        ),
    ],
};
