//! The service decides about requests without a valid token.

use super::basics::SPOOFED;
use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::Delay;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(
            "50",
            "the service's own 401, delayed",
            &[Delay],
            &[
                "GET /\nX-Echo-Status: 401\nX-Echo-Body: mine",
                "GET /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Body: mine",
            ],
            SAME,
        ),
        case(
            "50",
            "the service's own 401",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Body: mine"],
            SAME,
        ),
        case(
            "50",
            "the service's own 401, asked by HEAD",
            &[],
            &["HEAD /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Body: mine"],
            SAME,
        ),
        case(
            "N25",
            "the service's own 401 with its own challenge",
            &[Delay],
            &[
                "GET /\nX-Echo-Status: 401\nX-Echo-Challenge: Basic realm=\"mine\"",
                "GET /\nX-Auth-Token: <member>\nX-Echo-Status: 401\nX-Echo-Challenge: Negotiate",
            ],
            SAME,
        ),
        case(
            "",
            "a challenge with another status is the service's own",
            &[Delay],
            &[
                "GET /\nX-Echo-Status: 403\nX-Echo-Challenge: Basic realm=\"mine\"",
                "GET /\nX-Echo-Status: 200\nX-Echo-Challenge: Basic realm=\"mine\"",
            ],
            SAME,
        ),
        case("52", "no token, delayed", &[Delay], &["GET /"], SAME),
        case(
            "53",
            "an unknown token, delayed, spoofed",
            &[Delay],
            &[&format!("GET /\nX-Auth-Token: unknown\n{SPOOFED}")],
            &["system-scope"],
        ),
        case(
            "N3",
            "no token, delayed, a spoofed system scope",
            &[Delay],
            &["GET /\nOpenStack-System-Scope: all"],
            &["system-scope"],
        ),
        case("", "an empty token, delayed", &[Delay], &["GET /\nX-Auth-Token:"], SAME),
        case("", "a token of blanks, delayed", &[Delay], &["GET /\nX-Auth-Token:    "], SAME),
        case("", "a revoked token, delayed", &[Delay], &["GET /\nX-Auth-Token: <revoked>"], SAME),
        case("", "a good token, delayed", &[Delay], &["GET /\nX-Auth-Token: <member>"], SAME),
        case(
            "",
            "an unknown X-Storage-Token, delayed",
            &[Delay],
            &["GET /\nX-Storage-Token: unknown"],
            SAME,
        ),
    ]
}
