//! Group A: whatever a client does, it has no part in what the service is told about it.

use keystone_double::Canned;
use portcullis::identity::{Class, TABLE};
use serde_json::{Value, json};

use crate::support::{Client, Request, Scene};

use super::send;

#[test]
fn a02_without_a_token_nothing_that_is_claimed_survives() {
    for yaml in ["routes: [{path: /**, allow: public}]\n", "auth: {delay_decision: true}\n"] {
        let scene = Scene::guarding(yaml);
        let claimed = TABLE.iter().filter(|row| row.class != Class::Credential);
        for name in claimed.map(|row| row.name.as_str()) {
            for spelling in [name.to_owned(), name.replace('-', "_"), name.to_uppercase()] {
                let response = scene.sidecar.get("/", &[(&spelling, "EVIL")]);
                assert_eq!(response.status, 200, "{yaml}: {spelling}");
                let seen = scene.upstream.last();
                assert!(!seen.mentions("EVIL"), "{yaml}: {spelling}: {:?}", seen.sorted());
                assert_eq!(claims(&seen), ["x-identity-status: Invalid"], "{yaml}: {spelling}");
            }
        }
    }
}

#[test]
fn a17_no_spelling_of_a_nomination_removes_what_we_say() {
    let scene = Scene::start();
    let plain = {
        send(&scene, "GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n");
        claims(&scene.upstream.last())
    };
    for nominated in [
        "Connection: x-roles,X-Project-Id",
        "connection: X-ROLES\r\nCONNECTION:\tx-user-id\t,\tclose",
        "Connection: keep-alive, x-identity-status, x-forwarded-for",
        "Connection: ,,x-user-id,,",
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: s\r\n{nominated}\r\nTOKEN\r\n\r\n");
        assert_eq!(send(&scene, request).status, 200, "{nominated}");
        let seen = scene.upstream.last();
        assert_eq!(claims(&seen), plain, "{nominated}");
        assert_eq!(seen.headers("x-forwarded-for"), ["127.0.0.1"], "{nominated}");
        assert_eq!(seen.headers("connection"), [""; 0], "{nominated}");
    }
}

#[test]
fn a18_a_nomination_in_bytes_that_are_no_name_is_a_400() {
    let scene = Scene::start();
    let nominations: [&[u8]; 8] = [
        b"x-user-id\xa0, X-Roles",
        b"\xa0",
        b"x-r\xc3\xb6les",
        b"\"x-roles\"",
        b"x-roles;q=1",
        b"x-roles\tx-user-id",
        b"x-roles x-user-id",
        b"x-roles\r\nConnection: x(user)",
    ];
    for nominated in nominations {
        let start = &b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nConnection: "[..];
        let request = [start, nominated, b"\r\n\r\n"].concat();
        assert_eq!(send(&scene, request).status, 400, "{}", nominated.escape_ascii());
    }
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"connection\"}");
    assert_eq!(counted, 8.0);
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    let many = "Connection: x-roles\r\n".repeat(50);
    let request = format!("GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\n{many}\r\n");
    assert_eq!(send(&scene, request).status, 200);
    assert_eq!(scene.upstream.last().headers("x-roles"), ["member,reader"]);
}

#[test]
fn a19_what_says_where_a_request_ends_or_goes_is_not_nominated_away() {
    let scene = Scene::start();
    for name in ["Content-Length", "content-length", "Transfer-Encoding", "Host", "HOST"] {
        for connection in [name.to_owned(), format!("close, {name}")] {
            let request = format!(
                "POST / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nConnection: {connection}\r\n\
                 Content-Length: 4\r\n\r\nbody"
            );
            assert_eq!(send(&scene, request).status, 400, "{connection}");
        }
    }
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"connection\"}");
    assert_eq!(counted, 10.0);
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
}

#[test]
fn a23_a_value_that_is_no_text_neither_fits_an_allow_nor_slips_past_a_deny() {
    let scene = Scene::guarding(
        r#"
routes:
- {path: /allow, check: "'p1':%(header.x-project)s", headers: X-Project}
- {path: /deny, check: "not 'p1':%(header.x-project)s", headers: X-Project}
"#,
    );
    let values: [&[u8]; 4] = [b"\xff", b"p1\xff", b"\xffp1", b"p1\r\nX-Project: \xff"];
    for path in ["/allow", "/deny"] {
        for value in values {
            let start = format!("GET {path} HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Project: ");
            let response = send(&scene, [start.as_bytes(), value, b"\r\n\r\n"].concat());
            let refused = matches!(response.status, 400 | 403);
            assert!(refused, "{path} {}: {response:?}", value.escape_ascii());
        }
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn a25_an_identity_is_told_whole_or_not_at_all() {
    let scene = Scene::start();
    let good = document();
    for (place, wrong) in [
        ("roles", json!("admin")),
        ("roles", json!([{"name": "member"}, {"name": 1}])),
        ("roles", json!([{"name": "member"}, "admin"])),
        ("user", json!([])),
        ("user", json!({"id": "u"})),
        ("user", json!({"id": "u", "name": null})),
        ("project", json!("p")),
        ("project", json!({"id": "p", "name": "p", "domain": "d"})),
        ("expires_at", json!(4_102_444_800_u64)),
        ("is_admin_project", json!("yes")),
    ] {
        let mut answer = good.clone();
        answer["token"][place] = wrong;
        scene.keystone.forge("forged", &answer);
        let response = scene.sidecar.get_as("forged", "/");
        assert_eq!(response.status, 503, "{answer}");
        assert_eq!(scene.upstream.count(), 0, "{answer}");
    }
    let whole = Canned::json(200, &good).header("X-Subject-Token", "forged");
    scene.keystone.forge_raw("forged", whole);
    assert_eq!(scene.sidecar.get_as("forged", "/").status, 200, "nothing of it was remembered");
}

#[test]
fn a22_what_the_service_says_of_its_connection_ends_at_the_proxy() {
    let scene = Scene::start();
    let fields = [
        ("Connection", "X-Foo, close"),
        ("X-Foo", "1"),
        ("Proxy-Connection", "close"),
        ("Proxy-Authenticate", "Basic"),
        ("Keep-Alive", "timeout=1"),
    ];
    scene.upstream.respond(401, &fields, b"");
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    for _ in 0..2 {
        let response = client.get("/", &[("X-Auth-Token", &token)]);
        assert_eq!(response.status, 401);
        for (name, _) in &fields {
            assert_eq!(response.header(name), None, "{name}");
        }
        let challenge = format!("Keystone uri=\"{}\"", scene.keystone.url());
        assert_eq!(response.headers("www-authenticate"), [challenge]);
    }
}

/// What the service was told about anybody, sorted.
fn claims(seen: &Request) -> Vec<String> {
    let ours = |line: &String| {
        TABLE.iter().any(|row| {
            let told =
                matches!(row.class, Class::User(_) | Class::Deprecated(_) | Class::Service(_));
            told && line.starts_with(&format!("{}: ", row.name.as_str()))
        })
    };
    seen.sorted().into_iter().filter(ours).collect()
}

/// A token's description, as good as any.
fn document() -> Value {
    let named = |id: &str| json!({"id": id, "name": id, "domain": {"id": "d", "name": "D"}});
    json!({"token": {
        "expires_at": "2999-01-01T00:00:00Z", "issued_at": "2020-01-01T00:00:00Z",
        "methods": ["password"], "audit_ids": ["a"], "roles": [{"id": "r", "name": "reader"}],
        "user": named("u"), "project": named("p"),
    }})
}
