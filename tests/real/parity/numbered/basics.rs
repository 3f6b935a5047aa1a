//! Who is let in, who is refused, and with which words.

use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::{Delay, ServiceType};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("1", "a good token, twice", &[], &["GET /\nX-Auth-Token: <member#1>"; 2], SAME),
        case("2", "an unknown token", &[], &["GET /\nX-Auth-Token: unknown"], SAME),
        case("3", "no token", &[], &["GET /"], SAME),
        case("4 N1", "no token, asked by HEAD", &[], &["HEAD /"], SAME),
        case(
            "N1",
            "an unknown token, asked by POST",
            &[],
            &["POST /\nX-Auth-Token: unknown\nAccept: text/html\n\nbody"],
            SAME,
        ),
        case("5", "an empty token", &[], &["GET /\nX-Auth-Token:"], SAME),
        case("5", "a token of blanks", &[], &["GET /\nX-Auth-Token:   \t "], SAME),
        case("6", "blanks around a token", &[], &["GET /\nX-Auth-Token: \t <member> \t"], SAME),
        case(
            "7 11",
            "an unknown token, delayed",
            &[Delay],
            &["GET /\nX-Auth-Token: unknown"],
            SAME,
        ),
        case("8", "an expired token, delayed", &[Delay], &["GET /\nX-Auth-Token: <expired>"], SAME),
        case("8", "an expired token", &[], &["GET /\nX-Auth-Token: <expired>"], SAME),
        case("9", "a token in X-Auth-Token", &[], &["GET /\nX-Auth-Token: <reader>"], SAME),
        case("10", "a token in X-Storage-Token", &[], &["GET /\nX-Storage-Token: <member>"], SAME),
        case(
            "10",
            "X-Auth-Token wins over X-Storage-Token",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Storage-Token: <admin>"],
            &["storage-token"],
        ),
        case(
            "10",
            "X-Auth-Token wins even when it is bad",
            &[],
            &["GET /\nX-Auth-Token: unknown\nX-Storage-Token: <admin>"],
            SAME,
        ),
        case(
            "12",
            "every header is spoofed",
            &[],
            &[&format!("GET /\nX-Auth-Token: <member>\nX-Foo: kept\n{SPOOFED}")],
            SAME,
        ),
        case(
            "12",
            "every header is spoofed, in other letters",
            &[],
            &[&format!("GET /\nX-Auth-Token: <member>\n{}", SPOOFED.to_ascii_uppercase())],
            SAME,
        ),
        case(
            "12",
            "every header is spoofed with an unscoped token",
            &[],
            &[&format!("GET /\nX-Auth-Token: <unscoped>\n{SPOOFED}")],
            SAME,
        ),
        case(
            "13",
            "the service names no type",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Echo-Body: text"],
            SAME,
        ),
        case(
            "13",
            "the service names a type",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Echo-Body: text\nX-Echo-Type: text/x-odd"],
            SAME,
        ),
        case("14", "a bad token, twice", &[], &["GET /\nX-Auth-Token: bad-twice"; 2], SAME),
        case("", "a revoked token", &[], &["GET /\nX-Auth-Token: <revoked>"], SAME),
        case("", "a token of a disabled user", &[], &["GET /\nX-Auth-Token: <disabled>"], SAME),
        case("", "a token of a disabled project", &[], &["GET /\nX-Auth-Token: <frozen>"], SAME),
        case("", "a token with padding", &[], &["GET /\nX-Auth-Token: <member>=="], SAME),
        case(
            "",
            "a service type changes nothing for ordinary tokens",
            &[ServiceType("compute")],
            &["GET /v2.1/servers\nX-Auth-Token: <member>"],
            SAME,
        ),
    ]
}

/// A line for every header that keystonemiddleware removes, and the one that it only sets.
pub(in crate::parity) const SPOOFED: &str = "X-Identity-Status: Confirmed
X-Service-Identity-Status: Confirmed
X-Is-Admin-Project: True
X-Service-Catalog: []
X-Roles: admin
X-Service-Roles: service
X-Domain-Id: spoofed
X-Domain-Name: spoofed
X-Project-Id: spoofed
X-Project-Name: spoofed
X-Project-Domain-Id: spoofed
X-Project-Domain-Name: spoofed
X-User-Id: spoofed
X-User-Name: spoofed
X-User-Domain-Id: spoofed
X-User-Domain-Name: spoofed
X-Service-Domain-Id: spoofed
X-Service-Domain-Name: spoofed
X-Service-Project-Id: spoofed
X-Service-Project-Name: spoofed
X-Service-Project-Domain-Id: spoofed
X-Service-Project-Domain-Name: spoofed
X-Service-User-Id: spoofed
X-Service-User-Name: spoofed
X-Service-User-Domain-Id: spoofed
X-Service-User-Domain-Name: spoofed
X-Role: admin
X-User: spoofed
X-Tenant-Id: spoofed
X-Tenant-Name: spoofed
X-Tenant: spoofed
OpenStack-System-Scope: all";
