//! A service that calls on a user's behalf.

use crate::parity::case::{Entry, SAME, entry};
use crate::parity::setting::Knob::{Delay, RolesOptional, ServiceRoles};

const BOTH: &str = "GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>";
const BAD_SERVICE: &str = "GET /\nX-Auth-Token: <member>\nX-Service-Token: unknown";
const BAD_USER: &str = "GET /\nX-Auth-Token: unknown\nX-Service-Token: <service>";
const BOTH_BAD: &str = "GET /\nX-Auth-Token: unknown\nX-Service-Token: unknown";
const NO_USER: &str = "GET /\nX-Service-Token: <service>";
const ROLELESS: &str = "GET /\nX-Auth-Token: <member>\nX-Service-Token: <roleless>";
const EXPIRED: &str = "GET /\nX-Auth-Token: <expired>\nX-Service-Token: <service>";
const EXPIRED_ROLELESS: &str = "GET /\nX-Auth-Token: <expired>\nX-Service-Token: <roleless>";
const SPOOFED: &str = "GET /\nX-Auth-Token: <member>\nX-Foo: kept\n<spoofed>";

#[rustfmt::skip]
pub(super) const CASES: &[Entry] = &[
    entry("21 31", "both good", &[], &[BOTH], SAME),
    entry("32", "a bad service token", &[], &[BAD_SERVICE], SAME),
    entry("33", "no service token, spoofed", &[], &[SPOOFED], SAME),
    entry("34", "a bad user token", &[], &[BAD_USER], SAME),
    entry("35", "no user token", &[], &[NO_USER], SAME),
    entry("36", "both good, delayed", &[Delay], &[BOTH], SAME),
    entry("37 47", "a bad service token, delayed", &[Delay], &[BAD_SERVICE], SAME),
    entry("38", "both bad, delayed", &[Delay], &[BOTH_BAD], SAME),
    entry("39", "no service token, spoofed, delayed", &[Delay], &[SPOOFED], SAME),
    entry("40", "a bad user token, delayed", &[Delay], &[BAD_USER], SAME),
    entry("41 49", "no user token, delayed", &[Delay], &[NO_USER], SAME),
    entry("42", "the role is there; an expired user token", &[], &[BOTH, EXPIRED], SAME),
    entry("43", "the role is missing", &[], &[ROLELESS, EXPIRED_ROLELESS], SAME),
    entry("43", "the role is missing, delayed", &[Delay], &[ROLELESS, EXPIRED_ROLELESS], SAME),
    entry("44", "the role is there but optional", &[RolesOptional], &[BOTH, EXPIRED], SAME),
    entry("45", "the role is missing and optional", &[RolesOptional], &[ROLELESS, EXPIRED_ROLELESS], SAME),
    entry("46", "blanks around a service token, delayed", &[Delay],
        &["GET /\nX-Service-Token: \t <service> "], SAME),
    entry("48", "an expired service token, delayed", &[Delay],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <expired-service>"], SAME),
    entry("N15", "an expired token, vouched for and then not", &[],
        &["GET /\nX-Auth-Token: <expired#N15>\nX-Service-Token: <service>", "GET /\nX-Auth-Token: <expired#N15>"],
        SAME),
    entry("N15", "an expired token, not vouched for and then so", &[],
        &["GET /\nX-Auth-Token: <expired#15N>", "GET /\nX-Auth-Token: <expired#15N>\nX-Service-Token: <service>"],
        SAME),
    // What keystonemiddleware's own tests do not ask.
    entry("N4", "a service token of the system's scope", &[ServiceRoles("admin")],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <system>"], &["system-scope"]),
    entry("N4", "a system-scoped user and a project-scoped service", &[], &["GET /\nX-Auth-Token: <system>\nX-Service-Token: <service>"], &["system-scope"]),
    entry("", "both of the system's scope", &[ServiceRoles("admin")],
        &["GET /\nX-Auth-Token: <system-reader>\nX-Service-Token: <system>"], SAME),
    entry("", "a service token of a domain's scope", &[ServiceRoles("admin")],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <domain>"], SAME),
    entry("", "an unscoped service token", &[RolesOptional],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service-unscoped>"], SAME),
    entry("", "an unscoped service token where a role is needed", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service-unscoped>"], SAME),
    entry("", "an empty service token", &[], &["GET /\nX-Auth-Token: <member>\nX-Service-Token:"], SAME),
    entry("", "a revoked service token", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <revoked-service>"], SAME),
    entry("", "an expired service token", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <expired-service>"], SAME),
    entry("", "two roles make one, in other letters they do not", &[ServiceRoles("Service, reader")],
        &[BOTH, ROLELESS], SAME),
    entry("", "the user's token as the service's", &[RolesOptional],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <member>"], SAME),
    entry("", "the service's own token as the user's", &[],
        &["GET /\nX-Auth-Token: <service>\nX-Service-Token: <service>"], SAME),
    entry("", "two service tokens, delayed", &[Delay],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>\nX-Service-Token: <service>"], SAME),
    entry("", "a service token with an underscore in its name", &[],
        &["GET /\nX-Auth-Token: <member>\nX_Service_Token: <service>"], &["field-names"]),
    entry("", "a service token of blanks", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token:   "], SAME),
    entry("", "a service token beside X-Storage-Token", &[],
        &["GET /\nX-Storage-Token: <member>\nX-Service-Token: <service>", "GET /\nX-Storage-Token: <expired>\nX-Service-Token: <service>"],
        SAME),
    entry("", "no role makes a service token one", &[ServiceRoles("")], &[BOTH, EXPIRED], SAME),
    entry("", "two service tokens", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>\nX-Service-Token: <service>"], SAME),
    entry("", "names beyond ASCII and a service", &[],
        &["GET /\nX-Auth-Token: <foreign>\nX-Service-Token: <service>"], SAME),
    entry("", "a service with names beyond ASCII", &[RolesOptional],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <foreign>"], SAME),
    entry("", "a revoked user token is not vouched for", &[],
        &["GET /\nX-Auth-Token: <revoked>\nX-Service-Token: <service>"], SAME),
    entry("", "an expired unscoped user token, vouched for", &[],
        &["GET /\nX-Auth-Token: <expired-unscoped>\nX-Service-Token: <service>"], SAME),
];
