//! What an application credential's access rules let through.

use crate::parity::case::{Entry, SAME, entry};
use crate::parity::setting::Knob::{self, Catalogue, Delay, Info, RolesOptional, ServiceType};

const COMPUTE: &[Knob] = &[Catalogue, ServiceType("compute")];
const DELAYED: &[Knob] = &[Catalogue, Delay, ServiceType("compute")];
const IMAGE: &[Knob] = &[Catalogue, ServiceType("image")];
const OPTIONAL: &[Knob] = &[Catalogue, RolesOptional, ServiceType("compute")];

/// A request that the seeded rules allow, one that they do not, and that one in a chain.
const ALLOWED: &str = "GET /v2.1/servers\nX-Auth-Token: <rules>";
const DENIED: &str = "GET /v2.1/flavors\nX-Auth-Token: <rules>";
const CHAINED: &str = "GET /v2.1/flavors\nX-Auth-Token: <rules>\nX-Service-Token: <service>";

#[rustfmt::skip]
pub(super) const CASES: &[Entry] = &[
    entry("70", "a rule fits", COMPUTE, &[ALLOWED], SAME),
    entry("70", "no rule fits", COMPUTE, &[DENIED, "GET /v2.1/servers/a/b\nX-Auth-Token: <rules>"], SAME),
    entry("70", "a rule fits but for the method", COMPUTE,
        &["DELETE /v2.1/servers\nX-Auth-Token: <rules>", "HEAD /v2.1/servers\nX-Auth-Token: <rules>"], SAME),
    entry("70", "a rule fits, whatever the query", COMPUTE,
        &["GET /v2.1/servers?limit=1&path=/v2.1/flavors\nX-Auth-Token: <rules>"], SAME),
    entry("71", "rules for another service", IMAGE, &[ALLOWED], SAME),
    entry("71", "rules for another service, with a service token", IMAGE,
        &["GET /v2.1/servers\nX-Auth-Token: <rules>\nX-Service-Token: <service>"], SAME),
    entry("72", "a service that the catalogue does not list", &[Catalogue, ServiceType("dns")],
        &[ALLOWED, "GET /v2.1/servers\nX-Auth-Token: <rules>\nX-Service-Token: <service>"], SAME),
    entry("", "no service type", &[Catalogue], &[ALLOWED, CHAINED], SAME),
    entry("", "no rule fits, delayed", DELAYED, &[DENIED], SAME),
    entry("", "a chained request", COMPUTE, &[CHAINED], SAME),
    entry("N5", "a junk service token does not make a chain", DELAYED,
        &["GET /v2.1/flavors\nX-Auth-Token: <rules>\nX-Service-Token: junk"], &["chained-requests"]),
    entry("N5", "a service token without the role does not make a chain", DELAYED,
        &["GET /v2.1/flavors\nX-Auth-Token: <rules>\nX-Service-Token: <roleless>"], &["chained-requests"]),
    entry("", "a junk service token", COMPUTE, &["GET /v2.1/flavors\nX-Auth-Token: <rules>\nX-Service-Token: junk"], SAME),
    entry("", "any token as a service token does not make a chain", OPTIONAL,
        &["GET /v2.1/flavors\nX-Auth-Token: <rules>\nX-Service-Token: <roleless>"], &["chained-requests"]),
    entry("", "all facts of a token with rules", &[Catalogue, Info, ServiceType("compute")],
        &[ALLOWED], &["token-info"]),
    entry("", "a service token with rules of its own", OPTIONAL,
        &["GET /v2.1/flavors\nX-Auth-Token: <member>\nX-Service-Token: <rules>"], &["service-token-rules"]),
    entry("", "a service token with rules of its own that fit", OPTIONAL,
        &["GET /v2.1/servers\nX-Auth-Token: <member>\nX-Service-Token: <rules>"], SAME),
    entry("", "its own token does not make a chain", OPTIONAL,
        &["GET /v2.1/flavors\nX-Auth-Token: <rules>\nX-Service-Token: <rules>"], &["chained-requests"]),
    entry("N6", "rules without a catalogue for the service", &[ServiceType("compute")],
        &[ALLOWED], &["rules-without-catalogue"]),
    entry("", "validating a token is always allowed", &[Catalogue, ServiceType("identity")],
        &["GET /v3/auth/tokens\nX-Auth-Token: <rules>", "GET /identity/v3/auth/tokens\nX-Auth-Token: <rules>", "HEAD /v3/auth/tokens\nX-Auth-Token: <rules>", "GET /v3/auth/tokens/\nX-Auth-Token: <rules>"],
        SAME),
];
