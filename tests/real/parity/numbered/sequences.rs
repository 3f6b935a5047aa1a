//! What is remembered of one request must not change what the next one gets.

use crate::parity::case::{Entry, SAME, entry};
use crate::parity::setting::Knob::{Catalogue, Delay, RolesOptional, ServiceType};

const EXPIRED: &str = "GET /\nX-Auth-Token: <expired#often>";
const VOUCHED: &str = "GET /\nX-Auth-Token: <expired#often>\nX-Service-Token: <service>";
const NOT_VOUCHED: &str = "GET /\nX-Auth-Token: <expired#often>\nX-Service-Token: <roleless>";

#[rustfmt::skip]
pub(super) const CASES: &[Entry] = &[
    entry("N15", "an expired token, vouched for now and then", &[],
        &[EXPIRED, VOUCHED, NOT_VOUCHED, VOUCHED, EXPIRED, VOUCHED], SAME),
    entry("N15", "an expired token, vouched for now and then, delayed", &[Delay],
        &[VOUCHED, EXPIRED, NOT_VOUCHED, VOUCHED, EXPIRED], SAME),
    entry("", "an expired token, vouched for now and then, where any token is a service's", &[RolesOptional],
        &[NOT_VOUCHED, VOUCHED, NOT_VOUCHED, EXPIRED], SAME),
    entry("", "an expired token as a service token after it was vouched for", &[RolesOptional],
        &[VOUCHED, "GET /\nX-Auth-Token: <member>\nX-Service-Token: <expired#often>"], SAME),
    entry("", "a user's token, then a service's", &[RolesOptional],
        &["GET /\nX-Auth-Token: <reader#both>",
          "GET /\nX-Auth-Token: <member>\nX-Service-Token: <reader#both>",
          "GET /\nX-Auth-Token: <reader#both>\nX-Service-Token: <service>"], SAME),
    entry("", "an unknown token, with and without a service", &[],
        &["GET /\nX-Auth-Token: stays-unknown",
          "GET /\nX-Auth-Token: stays-unknown\nX-Service-Token: <service>",
          "GET /\nX-Auth-Token: stays-unknown"], SAME),
    entry("", "an unknown token, then nothing, then a good one, delayed", &[Delay],
        &["GET /\nX-Auth-Token: unknown-first", "GET /", "GET /\nX-Auth-Token: <member>", "GET /"], SAME),
    entry("", "rules that fit now and then", &[Catalogue, ServiceType("compute")],
        &["GET /v2.1/servers\nX-Auth-Token: <rules>",
          "GET /v2.1/flavors\nX-Auth-Token: <rules>",
          "GET /v2.1/flavors\nX-Auth-Token: <rules>\nX-Service-Token: <service>",
          "GET /v2.1/flavors\nX-Auth-Token: <rules>",
          "GET /v2.1/servers/1\nX-Auth-Token: <rules>"], SAME),
    entry("", "one token under two names", &[],
        &["GET /\nX-Storage-Token: <member#names>", "GET /\nX-Auth-Token: <member#names>",
          "GET /\nX-Storage-Token: <member#names>"], SAME),
    entry("", "a token with and without padding", &[],
        &["GET /\nX-Auth-Token: <member#padded>", "GET /\nX-Auth-Token: <member#padded>=="], SAME),
];
