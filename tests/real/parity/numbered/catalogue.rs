//! The catalogue, in the form of Keystone's v2 API.

use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::{Catalogue, Default, Delay};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("27", "no catalogue", &[], &["GET /\nX-Auth-Token: <member>"], SAME),
        case(
            "",
            "neither side is told about the catalogue",
            &[Default],
            &["GET /\nX-Auth-Token: <member>"],
            &["catalogue-off"],
        ),
        case(
            "28 29 30",
            "several services in two regions, three interfaces",
            &[Catalogue],
            &["GET /\nX-Auth-Token: <member>"],
            SAME,
        ),
        case(
            "",
            "no catalogue for a bad token, delayed",
            &[Catalogue, Delay],
            &["GET /\nX-Auth-Token: unknown\nX-Service-Catalog: []"],
            SAME,
        ),
    ]
}
