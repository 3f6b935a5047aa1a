//! The catalogue, in the form of Keystone's v2 API.

use crate::parity::case::{Entry, SAME, entry};
use crate::parity::setting::Knob::{Catalogue, Default, Delay};

#[rustfmt::skip]
pub(super) const CASES: &[Entry] = &[
    entry("27", "no catalogue", &[], &["GET /\nX-Auth-Token: <member>"], SAME),
    entry("", "neither side is told about the catalogue", &[Default],
        &["GET /\nX-Auth-Token: <member>"], &["catalogue-off"]),
    entry("28 29 30", "several services in two regions, three interfaces", &[Catalogue],
        &["GET /\nX-Auth-Token: <member>"], SAME),
    entry("", "no catalogue for a bad token, delayed", &[Catalogue, Delay],
        &["GET /\nX-Auth-Token: unknown\nX-Service-Catalog: []"], SAME),
];
