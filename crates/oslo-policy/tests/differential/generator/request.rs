//! Credentials and targets.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

use super::one_of;

/// Credentials, most of them plausible.
pub(super) fn credentials(rng: &mut Rng) -> Json {
    let mut attributes = Map::new();
    let mut sometimes = |share: u8, name: &str, value: Json| {
        if rng.u8(..100) < share {
            attributes.insert(name.to_owned(), value);
        }
    };
    sometimes(95, "roles", json!(null));
    sometimes(90, "user_id", json!(null));
    sometimes(85, "project_id", json!(null));
    sometimes(30, "domain_id", json!(null));
    sometimes(30, "system_scope", json!(null));
    sometimes(10, "system", json!(null));
    sometimes(40, "is_admin", json!(null));
    sometimes(30, "is_admin_project", json!(true));
    sometimes(60, "token", json!(null));
    sometimes(60, "groups", json!(null));
    sometimes(40, "matrix", json!([["a", "b"], [1, null], []]));
    sometimes(40, "number", json!(null));
    sometimes(40, "float", json!(null));
    sometimes(60, "none", json!(null));
    sometimes(40, "empty", json!([]));
    sometimes(40, "foo-bar", json!("u1"));
    sometimes(40, "é", json!("u1"));
    sometimes(30, "nested", json!({"list": [{"a": [{"b": "u1"}, {"b": 1}]}, {"a": {"b": "p1"}}]}));
    sometimes(30, "mixed", json!([{"a": "u1"}, "text", {"a": "u2"}]));
    sometimes(20, "true", json!("True"));
    sometimes(20, "a/b", json!("1"));
    sometimes(20, "a,b", json!("1"));
    for (name, value) in &mut attributes {
        fill(rng, name, value);
    }
    attributes.into()
}

fn fill(rng: &mut Rng, name: &str, value: &mut Json) {
    *value = match name {
        "roles" => roles(rng),
        "user_id" => id(rng, "u"),
        "project_id" => id(rng, "p"),
        "domain_id" | "system" => pick(rng, &[json!(null), json!("d1"), json!(""), json!("all")]),
        "system_scope" => pick(rng, &[json!(null), json!("all"), json!(""), json!({"all": true})]),
        "is_admin" => pick(rng, &[json!(true), json!(false), json!(1), json!("True"), json!(0)]),
        "token" => token(rng),
        "groups" => groups(rng),
        "number" => pick(rng, &[json!(1), json!(0), json!(-1), json!(u64::MAX), json!("1")]),
        "float" => pick(rng, &[json!(1.0), json!(1e16), json!(0.1), json!(1.5e-7), json!(-0.0)]),
        _ => return,
    };
}

fn roles(rng: &mut Rng) -> Json {
    match rng.u8(..40) {
        0 => json!(null),
        1 => json!("admin"),
        2 => json!(["admin", 1]),
        3 => json!({"admin": true}),
        4 => json!([null]),
        5 => json!(5),
        6 => json!([["admin"]]),
        _ => {
            let known = [
                "admin",
                "member",
                "reader",
                "Admin",
                "SERVICE",
                "ärger",
                "Kelvin",
                "\u{212a}elvin",
                "ΣΑΣ",
                "σας",
                "İ",
                "i\u{307}",
                "ss",
                "x-admin",
                "50%",
                "%",
                "100%",
                "",
                "ẞ",
                "member ",
                "role:admin",
            ];
            (0..rng.usize(..5)).map(|_| Json::from(one_of(rng, &known))).collect()
        }
    }
}

fn token(rng: &mut Rng) -> Json {
    let user = match rng.u8(..6) {
        0 => json!(null),
        1 => json!("text"),
        _ => json!({"id": id(rng, "u"), "tags": ["a", "u1", "p1", 1]}),
    };
    json!({"user": user, "foo-bar": "u1", "it's": ["\"", "'", "é\u{a0}\n"]})
}

fn groups(rng: &mut Rng) -> Json {
    match rng.u8(..6) {
        0 => json!(null),
        1 => json!(["u1", "a"]),
        _ => (0..rng.usize(..4)).map(|_| json!({"id": id(rng, "u")})).collect(),
    }
}

/// A target: flat, as services make it.
pub(super) fn target(rng: &mut Rng) -> Json {
    let mut keys = Map::new();
    let mut put = |rng: &mut Rng, share: u8, name: &str, value: Json| {
        if rng.u8(..100) < share {
            keys.insert(name.to_owned(), value);
        }
    };
    let (user, project, owner) = (id(rng, "u"), id(rng, "p"), id(rng, "u"));
    put(rng, 85, "user_id", user);
    put(rng, 85, "project_id", project);
    put(rng, 60, "target.user.id", owner.clone());
    put(rng, 20, "user", json!({"id": owner}));
    let role = pick(rng, &[json!("admin"), json!("Member"), json!(1), json!(null), json!("")]);
    put(rng, 70, "role", role);
    let name = pick(rng, &[json!("ADMIN"), json!("x"), json!("İ"), json!("%(role)s")]);
    put(rng, 50, "name", name);
    let remote = pick(rng, &[json!("True"), json!("False"), json!("\"True\""), json!(true)]);
    put(rng, 80, "remote", remote);
    let number = pick(rng, &[json!(1), json!(0), json!(-1), json!(2)]);
    put(rng, 60, "number", number);
    let float = pick(rng, &[json!(1.0), json!(1e16), json!(0.1)]);
    put(rng, 60, "float", float);
    put(rng, 60, "none", json!(null));
    let truth = rng.bool();
    put(rng, 60, "bool", json!(truth));
    put(rng, 40, "list", json!(["a", 1, null, "it's"]));
    put(rng, 40, "map", json!({"a": ["b"], "c": 1.5}));
    put(rng, 30, "", json!("u1"));
    put(rng, 30, "a(b)c", json!("u1"));
    keys.into()
}

fn id(rng: &mut Rng, letter: &str) -> Json {
    match rng.u8(..16) {
        0 => json!(null),
        1 => json!(1),
        2 => json!(true),
        3 => json!(format!("{letter}3")),
        4 => json!(format!("{}1", letter.to_uppercase())),
        5..=7 => json!(format!("{letter}2")),
        _ => json!(format!("{letter}1")),
    }
}

fn pick(rng: &mut Rng, values: &[Json]) -> Json {
    values[rng.usize(..values.len())].clone()
}
