//! A service that calls on a user's behalf.

use super::basics::SPOOFED;
use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::{Delay, RolesOptional, ServiceRoles};

const BOTH: &str = "GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>";
const BAD_SERVICE: &str = "GET /\nX-Auth-Token: <member>\nX-Service-Token: unknown";
const BAD_USER: &str = "GET /\nX-Auth-Token: unknown\nX-Service-Token: <service>";
const BOTH_BAD: &str = "GET /\nX-Auth-Token: unknown\nX-Service-Token: unknown";
const NO_USER: &str = "GET /\nX-Service-Token: <service>";
const ROLELESS: &str = "GET /\nX-Auth-Token: <member>\nX-Service-Token: <roleless>";
const EXPIRED: &str = "GET /\nX-Auth-Token: <expired>\nX-Service-Token: <service>";
const EXPIRED_ROLELESS: &str = "GET /\nX-Auth-Token: <expired>\nX-Service-Token: <roleless>";

pub(super) fn cases() -> Vec<Case> {
    let spoofed = format!("GET /\nX-Auth-Token: <member>\nX-Foo: kept\n{SPOOFED}");
    let mut cases = vec![
        case("21 31", "both good", &[], &[BOTH], SAME),
        case("32", "a bad service token", &[], &[BAD_SERVICE], SAME),
        case("33", "no service token, spoofed", &[], &[&spoofed], SAME),
        case("34", "a bad user token", &[], &[BAD_USER], SAME),
        case("35", "no user token", &[], &[NO_USER], SAME),
        case("36", "both good, delayed", &[Delay], &[BOTH], SAME),
        case("37 47", "a bad service token, delayed", &[Delay], &[BAD_SERVICE], SAME),
        case("38", "both bad, delayed", &[Delay], &[BOTH_BAD], SAME),
        case("39", "no service token, spoofed, delayed", &[Delay], &[&spoofed], SAME),
        case("40", "a bad user token, delayed", &[Delay], &[BAD_USER], SAME),
        case("41 49", "no user token, delayed", &[Delay], &[NO_USER], SAME),
        case("42", "the role is there; an expired user token", &[], &[BOTH, EXPIRED], SAME),
        case("43", "the role is missing", &[], &[ROLELESS, EXPIRED_ROLELESS], SAME),
        case("43", "the role is missing, delayed", &[Delay], &[ROLELESS, EXPIRED_ROLELESS], SAME),
        case("44", "the role is there but optional", &[RolesOptional], &[BOTH, EXPIRED], SAME),
        case(
            "45",
            "the role is missing and optional",
            &[RolesOptional],
            &[ROLELESS, EXPIRED_ROLELESS],
            SAME,
        ),
        case(
            "46",
            "blanks around a service token, delayed",
            &[Delay],
            &["GET /\nX-Service-Token: \t <service> "],
            SAME,
        ),
        case(
            "48",
            "an expired service token, delayed",
            &[Delay],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <expired-service>"],
            SAME,
        ),
        case(
            "N15",
            "an expired token, vouched for and then not",
            &[],
            &[
                "GET /\nX-Auth-Token: <expired#N15>\nX-Service-Token: <service>",
                "GET /\nX-Auth-Token: <expired#N15>",
            ],
            SAME,
        ),
        case(
            "N15",
            "an expired token, not vouched for and then so",
            &[],
            &[
                "GET /\nX-Auth-Token: <expired#15N>",
                "GET /\nX-Auth-Token: <expired#15N>\nX-Service-Token: <service>",
            ],
            SAME,
        ),
    ];
    cases.extend(others());
    cases
}

/// What keystonemiddleware's own tests do not ask.
fn others() -> Vec<Case> {
    let project_user = "GET /\nX-Auth-Token: <member>\nX-Service-Token: <system>";
    let system_user = "GET /\nX-Auth-Token: <system>\nX-Service-Token: <service>";
    vec![
        case(
            "N4",
            "a service token of the system's scope",
            &[ServiceRoles("admin")],
            &[project_user],
            &["system-scope"],
        ),
        case(
            "N4",
            "a system-scoped user and a project-scoped service",
            &[],
            &[system_user],
            &["system-scope"],
        ),
        case(
            "",
            "both of the system's scope",
            &[ServiceRoles("admin")],
            &["GET /\nX-Auth-Token: <system-reader>\nX-Service-Token: <system>"],
            SAME,
        ),
        case(
            "",
            "a service token of a domain's scope",
            &[ServiceRoles("admin")],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <domain>"],
            SAME,
        ),
        case(
            "",
            "an unscoped service token",
            &[RolesOptional],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service-unscoped>"],
            SAME,
        ),
        case(
            "",
            "an unscoped service token where a role is needed",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service-unscoped>"],
            SAME,
        ),
        case(
            "",
            "an empty service token",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token:"],
            SAME,
        ),
        case(
            "",
            "a revoked service token",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <revoked-service>"],
            SAME,
        ),
        case(
            "",
            "an expired service token",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <expired-service>"],
            SAME,
        ),
        case(
            "",
            "two roles make one, in other letters they do not",
            &[ServiceRoles("Service, reader")],
            &[BOTH, ROLELESS],
            SAME,
        ),
        case(
            "",
            "the user's token as the service's",
            &[RolesOptional],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <member>"],
            SAME,
        ),
        case(
            "",
            "the service's own token as the user's",
            &[],
            &["GET /\nX-Auth-Token: <service>\nX-Service-Token: <service>"],
            SAME,
        ),
        case(
            "",
            "two service tokens, delayed",
            &[Delay],
            &[
                "GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>\nX-Service-Token: <service>",
            ],
            SAME,
        ),
        case(
            "",
            "a service token with an underscore in its name",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX_Service_Token: <service>"],
            &["field-names"],
        ),
        case(
            "",
            "a service token of blanks",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token:   "],
            SAME,
        ),
        case(
            "",
            "two service tokens",
            &[],
            &[
                "GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>\nX-Service-Token: <service>",
            ],
            SAME,
        ),
        case(
            "",
            "names beyond ASCII and a service",
            &[],
            &["GET /\nX-Auth-Token: <foreign>\nX-Service-Token: <service>"],
            SAME,
        ),
        case(
            "",
            "a service with names beyond ASCII",
            &[RolesOptional],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <foreign>"],
            SAME,
        ),
        case(
            "",
            "a revoked user token is not vouched for",
            &[],
            &["GET /\nX-Auth-Token: <revoked>\nX-Service-Token: <service>"],
            SAME,
        ),
        case(
            "",
            "an expired unscoped user token, vouched for",
            &[],
            &["GET /\nX-Auth-Token: <expired-unscoped>\nX-Service-Token: <service>"],
            SAME,
        ),
    ]
}
