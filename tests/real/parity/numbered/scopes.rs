//! What the service is told about each kind of token.

use crate::parity::case::{Case, Entry, SAME, case, entry};
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

#[rustfmt::skip]
pub(super) const CASES: &[Entry] = &[
    entry("26", "a credential without rules, where rules count", &[Catalogue, ServiceType("compute")],
        &["GET /v2.1/servers\nX-Auth-Token: <unrestricted>"], SAME),
    entry("N21", "a name with a line break, a role with a comma", &[],
        &["GET /\nX-Auth-Token: <odd>"], &["names-encoded"]),
    entry("22 23", "a spoofed catalogue, and both tokens", &[Catalogue],
        &["GET /\nX-Auth-Token: <member>\nX-Service-Token: <service>\nX-Service-Catalog: []"], SAME),
    entry("22", "a spoofed catalogue with a token that has none", &[Catalogue],
        &["GET /\nX-Auth-Token: <unscoped>\nX-Service-Catalog: []"], SAME),
];

/// Each kind as it is, with the catalogue, and with all its facts.
pub(super) fn kinds() -> impl Iterator<Item = Case> {
    KINDS.iter().flat_map(|(shows, kind)| {
        let request = format!("GET /\nX-Auth-Token: <{kind}>");
        let name = |told: &str| format!("a token of kind {kind}{told}");
        [
            case(shows, &name(""), &[], &[&request], SAME),
            case("", &name(", with the catalogue"), &[Catalogue], &[&request], SAME),
            case("", &name(", with all its facts"), &[Info], &[&request], &["token-info"]),
        ]
    })
}
