//! Rules, files and requests of every sort.

pub(crate) use proptest::prelude::any;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value as Json;

/// Rules: made of the language's pieces, or of anything.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => vec(piece(), 1..12).prop_map(|pieces| pieces.concat()),
        4 => expression(),
        1 => any::<String>(),
        1 => "[()'\":@! a-c%]{0,24}",
    ]
}

fn piece() -> impl Strategy<Value = String> {
    let blank = select(vec![" ", " ", " ", "  ", "\t", "\u{a0}", "\u{1f}", ""]);
    let fragment =
        select(vec!["and", "or", "not", "AND", "(", ")", "((", "@", "!", "role", "'x'", "'a':'a'"]);
    let word = prop_oneof![2 => fragment.prop_map(str::to_owned), 3 => leaf()];
    (word, blank).prop_map(|(word, blank)| format!("{word}{blank}"))
}

fn expression() -> impl Strategy<Value = String> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            vec(inner.clone(), 2..4).prop_map(|parts| parts.join(" or ")),
            inner.prop_map(|part| format!("not {part}")),
        ]
    })
}

fn leaf() -> impl Strategy<Value = String> {
    let kind = select(vec![
        "role",
        "role",
        "user_id",
        "project_id",
        "a",
        "a.b",
        "list",
        "list.b",
        "none",
        "True",
        "'a'",
        "1",
        "",
        "class",
        "1j",
        "http",
        "rule",
        "is_admin",
        "foo-bar",
    ]);
    let matching = select(vec![
        "admin",
        "ADMIN",
        "member",
        "%(a)s",
        "%(b)s",
        "%(a)s",
        "x%(a)s",
        "%(missing)s",
        "%(a)d",
        "50%",
        "%%",
        "None",
        "True",
        "1",
        "",
        "'a'",
        "//h/%(a)s",
    ]);
    (kind, matching).prop_map(|(kind, matching)| format!("{kind}:{matching}"))
}

/// Policy files: of rules as YAML, or of anything.
pub(crate) fn file() -> impl Strategy<Value = String> {
    let name = select(vec!["a", "b", "\"c\"", "default", "yes", "- d", "&e f", "<<"]);
    let value = prop_oneof![
        4 => text().prop_map(|text| Json::from(text).to_string()),
        2 => select(vec!["rule:a", "rule:b", "rule:c or rule:a", "*e", "yes", "!", "[]", "{}", "|\n  role:a"])
            .prop_map(str::to_owned),
        2 => text(),
        1 => json().prop_map(|json| json.to_string()),
    ];
    let lines = vec((name, value), 0..6).prop_map(|entries| {
        let lines = entries.iter().map(|(name, value)| format!("{name}: {value}\n"));
        lines.collect::<String>()
    });
    prop_oneof![6 => lines, 1 => any::<String>(), 1 => json().prop_map(|json| json.to_string())]
}

/// Values of every sort.
pub(crate) fn json() -> impl Strategy<Value = Json> {
    let single = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        word().prop_map(Json::from),
    ];
    single.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            btree_map(word(), inner, 0..4)
                .prop_map(|entries| { Json::Object(entries.into_iter().collect()) }),
        ]
    })
}

fn word() -> impl Strategy<Value = String> {
    let known = select(vec![
        "a",
        "b",
        "admin",
        "role:admin",
        "u1",
        "user_id",
        "roles",
        "system_scope",
        "é",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

/// Credentials: plausible ones, or anything.
pub(crate) fn credentials() -> impl Strategy<Value = Json> {
    let roles = prop_oneof![
        6 => vec(select(vec!["admin", "Member", "reader"]), 0..3).prop_map(Json::from_iter),
        1 => json(),
    ];
    let names = select(vec!["user_id", "project_id", "a", "list", "none", "is_admin", "foo-bar"]);
    let value = prop_oneof![4 => select(vec!["u1", "u2"]).prop_map(Json::from), 2 => json()];
    let plausible = (roles, btree_map(names, value, 0..6)).prop_map(|(roles, others)| {
        let others = others.into_iter().map(|(name, value)| (name.to_owned(), value));
        Json::Object(others.chain([("roles".to_owned(), roles)]).collect())
    });
    prop_oneof![6 => plausible, 1 => json()]
}

/// Targets in which keys may stand several times.
pub(crate) fn target() -> impl Strategy<Value = Vec<(String, Json)>> {
    let key = select(vec!["a", "a", "b", "c"]).prop_map(str::to_owned);
    let value = prop_oneof![
        4 => select(vec!["u1", "u2", "admin", "True"]).prop_map(Json::from),
        1 => json(),
    ];
    vec((key, value), 0..5)
}
