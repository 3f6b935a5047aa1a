//! Tokens of every shape: what Keystone could say about one, members missing and odd included.

mod catalogues;
mod identities;
mod oddities;

use keystone_double::Canned;
use serde_json::{Value, json};

use super::case::{Case, case};
use super::setting::Knob;

/// What is said about one token, and what comes of it.
struct Shape {
    shows: &'static str,
    /// Unique, for it is the token's name.
    name: &'static str,
    setting: &'static [Knob],
    body: Body,
    rows: &'static [&'static str],
    /// keystonemiddleware's status.
    status: u16,
}

/// How the answer to a validation differs from the usual one.
#[derive(Clone, Copy)]
enum Body {
    /// Its `token` is changed.
    Token(fn(&mut Value)),
    /// The whole is changed.
    Whole(fn(&mut Value)),
    /// Its text is changed: the first piece becomes the second.
    Text(&'static str, &'static str),
}

/// A case for each shape.
pub(crate) fn cases() -> Vec<Case> {
    let make = |shape: &Shape| {
        let Shape { shows, name, setting, rows, status, .. } = shape;
        let request = format!("GET /\nX-Auth-Token: <shaped {name}>");
        case(shows, &format!("a token with {name}"), setting, &[&request], rows).saying(&[*status])
    };
    let full = |shape: &&Shape| shape.setting.is_empty() && shape.status == 200;
    let in_full = |shape: &Shape| {
        let request = format!("GET /\nX-Auth-Token: <shaped {}>", shape.name);
        let name = format!("a token with {}, with all its facts", shape.name);
        case("", &name, &[Knob::Info], &[&request], &["token-info"])
    };
    let told = identities::SHAPES.iter().filter(full).filter(|shape| shape.rows.is_empty());
    all().map(make).chain(told.map(in_full)).chain(bound()).collect()
}

/// Bound tokens beside a service.
fn bound() -> [Case; 2] {
    let with = |user: &str, service: &str| {
        format!("GET /\nX-Auth-Token: {user}\nX-Service-Token: {service}")
    };
    let bound = "<shaped a binding to Kerberos>";
    [
        case(
            "112",
            "a bound user token beside a service",
            &[],
            &[&with(bound, "<service>")],
            &["bind"],
        )
        .saying(&[200]),
        case(
            "112",
            "a user token beside a bound service",
            &[Knob::RolesOptional],
            &[&with("<member>", bound)],
            &[],
        )
        .saying(&[401]),
    ]
}

/// What the double says about the token of this shape.
#[track_caller]
pub(crate) fn answer(name: &str, token: &str) -> Canned {
    let shape = all().find(|shape| shape.name == name);
    let shape = shape.unwrap_or_else(|| panic!("there is no shape {name:?}"));
    let mut body = json!({ "token": usual() });
    let text = match shape.body {
        Body::Token(change) => {
            change(&mut body["token"]);
            body.to_string()
        }
        Body::Whole(change) => {
            change(&mut body);
            body.to_string()
        }
        Body::Text(from, to) => {
            let text = body.to_string();
            assert!(text.contains(from), "there is no {from}");
            text.replacen(from, to, 1)
        }
    };
    Canned::new(200, text)
        .header("Content-Type", "application/json")
        .header("X-Subject-Token", token)
}

fn all() -> impl Iterator<Item = &'static Shape> {
    catalogues::SHAPES.iter().chain(identities::SHAPES).chain(oddities::SHAPES)
}

const fn shape(
    shows: &'static str,
    name: &'static str,
    body: Body,
    rows: &'static [&'static str],
    status: u16,
) -> Shape {
    Shape { shows, name, setting: &[], body, rows, status }
}

impl Shape {
    const fn under(mut self, setting: &'static [Knob]) -> Self {
        self.setting = setting;
        self
    }
}

/// A project-scoped token as Keystone describes one.
fn usual() -> Value {
    let domain = json!({ "id": "default", "name": "Default" });
    json!({
        "methods": ["password"],
        "user": { "id": "u1", "name": "ada", "domain": domain, "password_expires_at": null },
        "audit_ids": ["Xpa6Uyn-T9S6mTREudUH3w"],
        "expires_at": "2099-01-01T00:00:00.000000Z",
        "issued_at": "2026-01-01T00:00:00.000000Z",
        "project": { "id": "p1", "name": "engine", "domain": domain },
        "is_domain": false,
        "roles": [{ "id": "r1", "name": "member" }, { "id": "r2", "name": "reader" }],
        "catalog": [{
            "id": "s1",
            "name": "nova",
            "type": "compute",
            "endpoints": [
                endpoint("e1", "public", "One", "http://public/v2.1"),
                endpoint("e2", "internal", "One", "http://internal/v2.1"),
            ],
        }],
    })
}

fn endpoint(id: &str, interface: &str, region: &str, url: &str) -> Value {
    json!({
        "id": id, "interface": interface, "region": region, "region_id": region, "url": url,
    })
}

/// Takes out the member that the pointer names.
fn remove(value: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
    assert!(parent.remove(name).is_some(), "there is no {pointer}");
}
