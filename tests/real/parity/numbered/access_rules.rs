//! What an application credential's access rules let through.

use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::{self, Catalogue, Delay, RolesOptional, ServiceType};

const COMPUTE: &[Knob] = &[Catalogue, ServiceType("compute")];
const IMAGE: &[Knob] = &[Catalogue, ServiceType("image")];

/// A request that the seeded rules allow, and one that they do not.
const ALLOWED: &str = "GET /v2.1/servers\nX-Auth-Token: <rules>";
const DENIED: &str = "GET /v2.1/flavors\nX-Auth-Token: <rules>";

pub(super) fn cases() -> Vec<Case> {
    let with = |request: &str, service: &str| format!("{request}\nX-Service-Token: {service}");
    let chained = with(DENIED, "<service>");
    let both = [Catalogue, ServiceType("compute"), Delay];
    let optional = [Catalogue, RolesOptional, ServiceType("compute")];
    vec![
        case("70", "a rule fits", COMPUTE, &[ALLOWED], SAME),
        case(
            "70",
            "no rule fits",
            COMPUTE,
            &[DENIED, "GET /v2.1/servers/a/b\nX-Auth-Token: <rules>"],
            SAME,
        ),
        case(
            "70",
            "a rule fits but for the method",
            COMPUTE,
            &[
                "DELETE /v2.1/servers\nX-Auth-Token: <rules>",
                "HEAD /v2.1/servers\nX-Auth-Token: <rules>",
            ],
            SAME,
        ),
        case(
            "70",
            "a rule fits, whatever the query",
            COMPUTE,
            &["GET /v2.1/servers?limit=1&path=/v2.1/flavors\nX-Auth-Token: <rules>"],
            SAME,
        ),
        case("71", "rules for another service", IMAGE, &[ALLOWED], SAME),
        case(
            "71",
            "rules for another service, with a service token",
            IMAGE,
            &[&with(ALLOWED, "<service>")],
            SAME,
        ),
        case(
            "72",
            "a service that the catalogue does not list",
            &[Catalogue, ServiceType("dns")],
            &[ALLOWED, &with(ALLOWED, "<service>")],
            SAME,
        ),
        case("", "no service type", &[Catalogue], &[ALLOWED, &chained], SAME),
        case("", "no rule fits, delayed", &both, &[DENIED], SAME),
        case("", "a chained request", COMPUTE, &[&chained], SAME),
        case(
            "N5",
            "a junk service token does not make a chain",
            &both,
            &[&with(DENIED, "junk")],
            &["chained-requests"],
        ),
        case(
            "N5",
            "a service token without the role does not make a chain",
            &both,
            &[&with(DENIED, "<roleless>")],
            &["chained-requests"],
        ),
        case("", "a junk service token", COMPUTE, &[&with(DENIED, "junk")], SAME),
        case(
            "",
            "any token as a service token does not make a chain",
            &optional,
            &[&with(DENIED, "<roleless>")],
            &["chained-requests"],
        ),
        case(
            "",
            "a service token with rules of its own",
            &optional,
            &["GET /v2.1/flavors\nX-Auth-Token: <member>\nX-Service-Token: <rules>"],
            &["service-token-rules"],
        ),
        case(
            "",
            "a service token with rules of its own that fit",
            &optional,
            &["GET /v2.1/servers\nX-Auth-Token: <member>\nX-Service-Token: <rules>"],
            SAME,
        ),
        case(
            "",
            "its own token does not make a chain",
            &optional,
            &[&with(DENIED, "<rules>")],
            &["chained-requests"],
        ),
        case(
            "N6",
            "rules without a catalogue for the service",
            &[ServiceType("compute")],
            &[ALLOWED],
            &["rules-without-catalogue"],
        ),
        case(
            "",
            "validating a token is always allowed",
            &[Catalogue, ServiceType("identity")],
            &[
                "GET /v3/auth/tokens\nX-Auth-Token: <rules>",
                "GET /identity/v3/auth/tokens\nX-Auth-Token: <rules>",
                "HEAD /v3/auth/tokens\nX-Auth-Token: <rules>",
                "GET /v3/auth/tokens/\nX-Auth-Token: <rules>",
            ],
            SAME,
        ),
    ]
}
