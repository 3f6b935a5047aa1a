//! Which paths a rule's template matches.

use crate::parity::case::{Case, SAME, case};
use crate::parity::setting::Knob::{self, Catalogue, ServiceType};

const COMPUTE: &[Knob] = &[Catalogue, ServiceType("compute")];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = TEMPLATES.iter().map(template).collect();
    for (what, template, path, rows, statuses) in ODD {
        let request = format!("GET {path}\nX-Auth-Token: <rules compute GET {template}>");
        let name = format!("the template {template} and the path {path}: {what}");
        let shows = match *rows {
            ["access-rule-literals"] => "N27",
            ["access-rule-paths"] => "N28",
            _ => "",
        };
        cases.push(case(shows, &name, COMPUTE, &[&request], rows).saying(&[*statuses]));
    }
    cases
}

fn template(row: &Template) -> Case {
    let (shows, service, template, good, bad) = row;
    let ask = |path: &&str| format!("GET {path}\nX-Auth-Token: <rules {service} GET {template}>");
    let asks: Vec<_> = good.iter().chain(*bad).map(ask).collect();
    let asks: Vec<_> = asks.iter().map(String::as_str).collect();
    let statuses = [vec![200; good.len()], vec![401; bad.len()]].concat();
    let name = format!("the template {template} of {service}");
    case(shows, &name, &[Catalogue, ServiceType(service)], &asks, SAME).saying(&statuses)
}

/// What is shown, the service's type, a template, paths that it matches, and paths that it does not.
type Template =
    (&'static str, &'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const TEMPLATES: &[Template] = &[
    (
        "73 74",
        "compute",
        "/v2.1/servers/{server_id}",
        &["/v2.1/servers/9"],
        &["/v2.1/servers/9/ips"],
    ),
    (
        "75 76 77",
        "image",
        "/v2/images/*",
        &["/v2/images/a-b"],
        &["/v2/images", "/v2/images/a/file"],
    ),
    ("78", "identity", "/**", &["/v3/users", "/"], &[]),
    (
        "79 80 81",
        "block-storage",
        "/v3/{project_id}/types/{volume_type_id}",
        &["/v3/p/types/t"],
        &["/v2/p/types/t", "/v3/p/types", "/v3/p/types/t/x"],
    ),
    (
        "82 83 84",
        "object-store",
        "/v1/*/*/*",
        &["/v1/a/c/o"],
        &["/v1/a/c", "/v1/a/c/o/p", "/v2/a/c/o"],
    ),
    ("85 100", "compute", "/t1/things", &["/t1/things"], &["/t1/things/a-b-c"]),
    (
        "86 101 102 103 108 109",
        "compute",
        "/t2/things/{id}",
        &["/t2/things/1"],
        &["/t2/things//", "/t2/things/1/", "/t2/things/1/2", "/t2/things/", "/t2/things"],
    ),
    ("87", "compute", "/t3/things/{id}/", &["/t3/things/1/"], &["/t3/things/1"]),
    ("88 104", "compute", "/t4/things/*", &["/t4/things/1"], &["/t4/things/1/2", "/t4/things/"]),
    ("89", "compute", "/t5/things/*/", &["/t5/things/1/"], &["/t5/things/1"]),
    (
        "90 91 92",
        "compute",
        "/t6/things/**",
        &["/t6/things/1", "/t6/things/1/", "/t6/things/1/2", "/t6/things/"],
        &["/t6/things", "/t6/thing"],
    ),
    (
        "93 94 95 96 97",
        "network",
        "/**",
        &["/t7/a", "/t7/a/", "/t7/a/1", "/t7/a/1/2", "/t7/a/1/b/2"],
        &[],
    ),
    (
        "98 106 107",
        "compute",
        "/t8/*/*/*",
        &["/t8/a/1/2"],
        &["/t8/a/1/2/3", "/t8/a/1/", "/t8//1/2"],
    ),
    ("99", "compute", "/t9/{p}/things/{id}", &["/t9/1/things/2"], &["/t9/things/2"]),
];

/// What is odd, a template, a path, the rows, and keystonemiddleware's status.
#[rustfmt::skip]
const ODD: &[(&str, &str, &str, &[&str], u16)] = &[
    ("an escaped tilde", "/o1/~me/*", "/o1/%7Eme/x", SAME, 200),
    ("a blank", "/o2/{name}", "/o2/a%20b", SAME, 200),
    ("a letter beyond ASCII", "/o3/{name}", "/o3/%C3%BC", SAME, 200),
    ("two slashes in a row", "/o4/**", "/o4//x", SAME, 200),
    ("an empty segment", "/o5/*/x", "/o5//x", SAME, 401),
    ("a name in braces and a star", "/o6/*{x}", "/o6/ab", SAME, 200),
    ("three stars", "/o7/***", "/o7/a", SAME, 200),
    ("an open brace", "/o8/{a", "/o8/a", SAME, 200),
    ("a colon and an equals sign", "/o9/a:b=c", "/o9/a:b=c", SAME, 200),
    ("an escaped colon", "/o10/a:b", "/o10/a%3Ab", SAME, 200),
    ("a dot is any character", "/o11.1/a", "/o11x1/a", &["access-rule-literals"], 200),
    ("a plus repeats", "/o12/a+", "/o12/aaa", &["access-rule-literals"], 200),
    ("a plus is no plus", "/o13/a+", "/o13/a+", &["access-rule-literals"], 401),
    ("parentheses group", "/o14/a(b)", "/o14/a(b)", &["access-rule-literals"], 401),
    ("a bracket crashes", "/o15/a[", "/o15/a", &["access-rule-literals"], 500),
    ("an escaped slash", "/o16/{name}", "/o16%2Fx", &["access-rule-paths"], 200),
    ("a parent", "/o17/*", "/o17/..", &["access-rule-paths"], 200),
    ("an escaped parent", "/o18/**", "/o18/a/%2E%2e/b", &["access-rule-paths"], 200),
    ("a backslash", "/o19/*", "/o19/a%5Cb", &["access-rule-paths"], 200),
    ("escaped twice", "/o20/*", "/o20/a%252Fb", &["access-rule-paths"], 200),
    ("a parameter", "/o22/{name}", "/o22/a;b=c", SAME, 200),
    ("three dots", "/o23/*", "/o23/...", SAME, 200),
    ("a plus", "/o24/{name}", "/o24/a+b", SAME, 200),
    ("escapes in small letters", "/o25/%C3%BC", "/o25/%c3%bc", SAME, 200),
    ("an escape in the template", "/o26/a%20b", "/o26/a%20b", SAME, 200),
    ("other letters", "/O27/a", "/o27/a", SAME, 401),
    ("two names in a row", "/o28/{a}{b}", "/o28/x", SAME, 401),
    ("two names and a hyphen", "/o29/{a}-{b}", "/o29/x-y", SAME, 200),
    ("two stars in the middle", "/o30/**/x", "/o30/a/b/x", SAME, 200),
    ("two stars for nothing", "/o31/**/x", "/o31//x", &["access-rule-paths"], 200),
    ("a slash at the end", "/o32/**", "/o32/a/", SAME, 200),
    ("nothing after two stars", "/o33/**", "/o33", SAME, 401),
    ("a dot", "/o34/*", "/o34/.", &["access-rule-paths"], 200),
    ("an escaped control character", "/o35/*", "/o35/a%00b", &["access-rule-paths"], 200),
    ("half an escape", "/o36/*", "/o36/a%", &["access-rule-paths"], 200),
    ("bytes that are no UTF-8", "/o37/*", "/o37/%FF", &["access-rule-paths"], 500),
    ("a parent that no rule names", "/o21/a", "/o21/b/../a", SAME, 401),
];
