//! Who is let in, who is refused, and with which words.

use crate::parity::case::{Entry, SAME, entry};
use crate::parity::setting::Knob::{Delay, ServiceType};

#[rustfmt::skip]
pub(super) const CASES: &[Entry] = &[
    entry("1", "a good token, twice", &[], &["GET /\nX-Auth-Token: <member#1>"; 2], SAME),
    entry("2", "an unknown token", &[], &["GET /\nX-Auth-Token: unknown"], SAME),
    entry("3", "no token", &[], &["GET /"], SAME),
    entry("4 N1", "no token, asked by HEAD", &[], &["HEAD /"], SAME),
    entry("N1", "an unknown token, asked by POST", &[],
        &["POST /\nX-Auth-Token: unknown\nAccept: text/html\n\nbody"], SAME),
    entry("5", "an empty token", &[], &["GET /\nX-Auth-Token:"], SAME),
    entry("5", "a token of blanks", &[], &["GET /\nX-Auth-Token:   \t "], SAME),
    entry("6", "blanks around a token", &[], &["GET /\nX-Auth-Token: \t <member> \t"], SAME),
    entry("7 11", "an unknown token, delayed", &[Delay], &["GET /\nX-Auth-Token: unknown"], SAME),
    entry("8", "an expired token, delayed", &[Delay], &["GET /\nX-Auth-Token: <expired>"], SAME),
    entry("8", "an expired token", &[], &["GET /\nX-Auth-Token: <expired>"], SAME),
    entry("9", "a token in X-Auth-Token", &[], &["GET /\nX-Auth-Token: <reader>"], SAME),
    entry("10", "a token in X-Storage-Token", &[], &["GET /\nX-Storage-Token: <member>"], SAME),
    entry("10", "X-Auth-Token wins over X-Storage-Token", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Storage-Token: <admin>"], &["storage-token"]),
    entry("10", "X-Auth-Token wins even when it is bad", &[],
        &["GET /\nX-Auth-Token: unknown\nX-Storage-Token: <admin>"], SAME),
    entry("12", "every header is spoofed", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Foo: kept\n<spoofed>"], SAME),
    entry("12", "every header is spoofed, in other letters", &[],
        &["GET /\nX-Auth-Token: <member>\n<SPOOFED>"], SAME),
    entry("12", "every header is spoofed with an unscoped token", &[],
        &["GET /\nX-Auth-Token: <unscoped>\n<spoofed>"], SAME),
    entry("13", "the service names no type", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Echo-Body: text"], SAME),
    entry("13", "the service names a type", &[],
        &["GET /\nX-Auth-Token: <member>\nX-Echo-Body: text\nX-Echo-Type: text/x-odd"], SAME),
    entry("14", "a bad token, twice", &[], &["GET /\nX-Auth-Token: bad-twice"; 2], SAME),
    entry("", "a revoked token", &[], &["GET /\nX-Auth-Token: <revoked>"], SAME),
    entry("", "a token of a disabled user", &[], &["GET /\nX-Auth-Token: <disabled>"], SAME),
    entry("", "a token of a disabled project", &[], &["GET /\nX-Auth-Token: <frozen>"], SAME),
    entry("", "a token with padding", &[], &["GET /\nX-Auth-Token: <member>=="], SAME),
    entry("", "a service type changes nothing for ordinary tokens", &[ServiceType("compute")],
        &["GET /v2.1/servers\nX-Auth-Token: <member>"], SAME),
];
