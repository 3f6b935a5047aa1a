//! The service decides about requests without a valid token.

use crate::parity::case::{Entry, SAME, entry};
use crate::parity::setting::Knob::Delay;

#[rustfmt::skip]
pub(super) const CASES: &[Entry] = &[
    entry("50", "the service's own 401, delayed", &[Delay],
        &["GET /\nX-Echo-Status: 401\nX-Echo-Body: mine", "GET /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Body: mine"],
        SAME),
    entry("50", "the service's own 401", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Body: mine"], SAME),
    entry("50", "the service's own 401, asked by HEAD", &[],
        &["HEAD /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Body: mine"], SAME),
    entry("N25", "the service's own 401 with its own challenge", &[Delay],
        &["GET /\nX-Echo-Status: 401\nX-Echo-Challenge: Basic realm=\"mine\"", "GET /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Challenge: Negotiate"],
        SAME),
    entry("", "a challenge with another status is the service's own", &[Delay],
        &["GET /\nX-Echo-Status: 403\nX-Echo-Challenge: Basic realm=\"mine\"", "GET /\nX-Echo-Status: 200\nX-Echo-Challenge: Basic realm=\"mine\""],
        SAME),
    entry("52", "no token, delayed", &[Delay], &["GET /"], SAME),
    entry("53", "an unknown token, delayed, spoofed", &[Delay],
        &["GET /\nX-Auth-Token: unknown\n<spoofed>"], &["system-scope"]),
    entry("N3", "no token, delayed, a spoofed system scope", &[Delay],
        &["GET /\nOpenStack-System-Scope: all"], &["system-scope"]),
    entry("", "an empty token, delayed", &[Delay], &["GET /\nX-Auth-Token:"], SAME),
    entry("", "a token of blanks, delayed", &[Delay], &["GET /\nX-Auth-Token:    "], SAME),
    entry("", "a revoked token, delayed", &[Delay], &["GET /\nX-Auth-Token: <revoked>"], SAME),
    entry("", "a good token, delayed", &[Delay], &["GET /\nX-Auth-Token: <member>"], SAME),
    entry("", "an unknown X-Storage-Token, delayed", &[Delay], &["GET /\nX-Storage-Token: unknown"], SAME),
];
