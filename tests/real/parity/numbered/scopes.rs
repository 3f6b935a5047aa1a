//! What the service is told about each kind of token.

use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::{Catalogue, Info, ServiceType};

/// Which numbers a kind of token shows, and its name.
const KINDS: [(&str, &str); 16] = [
    ("15 20", "member"),
    ("", "reader"),
    ("", "admin"),
    ("16", "unscoped"),
    ("17 24", "domain"),
    ("17", "acme-domain"),
    ("", "acme-project"),
    ("18", "system"),
    ("18", "system-reader"),
    ("N22", "foreign"),
    ("N22", "foreign-unscoped"),
    ("25", "trust"),
    ("25", "impersonated"),
    ("", "restricted"),
    ("", "unrestricted"),
    ("", "rescoped"),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case(
            "26",
            "a credential without rules, where rules count",
            &[Catalogue, ServiceType("compute")],
            &["GET /v2.1/servers\nX-Auth-Token: <unrestricted>"],
            SAME,
        ),
        case(
            "N21",
            "a name with a line break, a role with a comma",
            &[],
            &["GET /\nX-Auth-Token: <odd>"],
            &["names-encoded"],
        ),
        case(
            "22 23",
            "a spoofed catalogue, and both tokens",
            &[Catalogue],
            &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>\nX-Service-Catalog: []"],
            SAME,
        ),
        case(
            "22",
            "a spoofed catalogue with a token that has none",
            &[Catalogue],
            &["GET /\nX-Auth-Token: <unscoped>\nX-Service-Catalog: []"],
            SAME,
        ),
    ];
    for (shows, kind) in KINDS {
        let request = format!("GET /\nX-Auth-Token: <{kind}>");
        cases.push(case(shows, &format!("a token of kind {kind}"), &[], &[&request], SAME));
        let name = format!("a token of kind {kind}, with the catalogue");
        cases.push(case("", &name, &[Catalogue], &[&request], SAME));
        let name = format!("a token of kind {kind}, with all its facts");
        cases.push(case("", &name, &[Info], &[&request], &["token-info"]));
    }
    cases
}
