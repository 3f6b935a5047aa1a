//! Odd requests: names, doubles, and what only a proxy meets.

use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::Delay;

pub(super) fn cases() -> Vec<Case> {
    vec![
        case(
            "N2",
            "an empty X-Auth-Token hides X-Storage-Token",
            &[],
            &["GET /\nX-Auth-Token:\nX-Storage-Token: <member>"],
            SAME,
        ),
        case(
            "N18",
            "identity with underscores",
            &[],
            &[
                "GET /\nX-Auth-Token: <domain>\nX_Roles: admin\nX_Project_Id: spoofed\nX_Tenant: spoofed",
            ],
            SAME,
        ),
        case(
            "N18",
            "a field of the client's own with an underscore",
            &[],
            &["GET /\nX-Auth-Token: <member>\nMy_Field: here"],
            &["field-names"],
        ),
        case(
            "",
            "a token with underscores",
            &[],
            &["GET /\nX_Auth_Token: <member>"],
            &["field-names"],
        ),
        case(
            "N19",
            "Connection names identity",
            &[],
            &["GET /\nX-Auth-Token: <member>\nConnection: X-Roles, X-User-Id"],
            SAME,
        ),
        case(
            "N19",
            "Connection names the client's own field",
            &[],
            &["GET /\nX-Auth-Token: <member>\nConnection: X-Foo\nX-Foo: here"],
            &["hops"],
        ),
        case(
            "N20",
            "two tokens",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Auth-Token: <admin>"],
            SAME,
        ),
        case(
            "N20",
            "the same token twice",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Auth-Token: <member>"],
            SAME,
        ),
        case(
            "N20",
            "two tokens, delayed",
            &[Delay],
            &["GET /\nX-Auth-Token: <member>\nX-Auth-Token: <admin>"],
            SAME,
        ),
        case(
            "",
            "the client says where it comes from",
            &[],
            &["GET /\nX-Auth-Token: <member>\nX-Forwarded-For: 10.0.0.1"],
            &["origin"],
        ),
        case(
            "",
            "identity in another proxy's words",
            &[],
            &[
                "GET /\nX-Auth-Token: <member>\nRemote-User: spoofed\nX-Authenticated-Userid: spoofed",
            ],
            &["foreign-identity"],
        ),
        case(
            "",
            "a relative redirect of the service's",
            &[],
            &["GET /a\nX-Auth-Token: <member>\nX-Echo-Status: 302\nX-Echo-Location: /b"],
            &["location"],
        ),
        case(
            "",
            "an absolute redirect of the service's",
            &[],
            &[
                "GET /a\nX-Auth-Token: <member>\nX-Echo-Status: 302\nX-Echo-Location: http://x.example/b",
            ],
            SAME,
        ),
        case(
            "",
            "an odd target",
            &[],
            &["GET //a%2Fb/../%7Ec?x=1&y=%00?z\nX-Auth-Token: <member>"],
            SAME,
        ),
        case("", "a body", &[], &["PUT /a\nX-Auth-Token: <member>\n\n{\"a\": \"ü\"}"], SAME),
        case("", "a token beyond ASCII", &[], &["GET /\nX-Auth-Token: ünbekannt"], SAME),
        case(
            "",
            "a token beyond ASCII, delayed",
            &[Delay],
            &["GET /\nX-Auth-Token: ünbekannt"],
            SAME,
        ),
        case("", "a token with blanks inside", &[], &["GET /\nX-Auth-Token: a b"], SAME),
        case("", "a token with a comma", &[], &["GET /\nX-Auth-Token: a,b"], SAME),
        case(
            "",
            "a token in Authorization is none",
            &[],
            &["GET /\nAuthorization: Bearer <member>"],
            SAME,
        ),
        case("", "a token in the query is none", &[], &["GET /?X-Auth-Token=<member>"], SAME),
    ]
}
