//! Group B: what counts as a credential, and what does not.

use keystone_double::Scope;
use serde_json::json;

use crate::support::{Client, Scene, request};

use super::send;

#[test]
fn b03_a_known_token_in_another_spelling_is_another_token() {
    let scene = Scene::start();
    let token = scene.token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    let spellings = [
        format!("\"{token}\""),
        format!("Bearer {token}"),
        format!("{token},{token}"),
        format!("{token},x"),
        format!("%20{token}"),
        format!("{token}%20"),
        format!("{token};"),
        token.to_ascii_uppercase(),
        token.to_ascii_lowercase(),
        token[..token.len() - 1].to_owned(),
    ];
    for spelling in &spellings {
        assert_eq!(scene.sidecar.get_as(spelling, "/").status, 401, "{spelling}");
    }
    assert_eq!(scene.upstream.count(), 1);
    // Whatever Keystone was asked about is exactly what the client sent.
    for asked in scene.keystone.questions().iter().skip(1) {
        let subject = asked.header("x-subject-token").unwrap();
        assert!(spellings.iter().any(|spelling| spelling == subject), "{subject}");
    }
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200, "the good one is still good");
}

#[test]
fn b04_a_disguised_credential_is_none_and_never_arrives() {
    let scene = Scene::start();
    let (token, other) = (scene.token(), scene.service_token());
    for name in ["X_Auth_Token", "X.Auth.Token", "X_Service_Token", "X.Service~Token"] {
        assert_eq!(scene.sidecar.get("/", &[(name, &token)]).status, 401, "{name} alone");
        let fields = [("X-Auth-Token", &token[..]), (name, &other)];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200, "{name} beside a good one");
        let seen = scene.upstream.last();
        assert!(!seen.mentions(&other), "{name}: {:?}", seen.sorted());
        assert_eq!(seen.header("x-service-identity-status"), None, "{name}");
    }
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn b07_a_token_with_bytes_that_no_token_has_is_refused_without_asking() {
    let scene = Scene::start();
    let tokens: [(&[u8], u16); 7] = [
        (b"tok\0en", 400),
        (b"tok\ren", 400),
        (b"tok\x01en", 400),
        (b"tok\x7fen", 400),
        (b"tok\xf6n", 401),
        (b"tok en", 401),
        (b"tok\ten", 401),
    ];
    for (token, status) in tokens {
        let mut client = Client::connect(scene.sidecar.public);
        let start = &b"GET / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: "[..];
        client.send([start, token, b"\r\n\r\n"].concat());
        assert_eq!(client.response().status, status, "{}", token.escape_ascii());
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn b10_a_token_anywhere_but_in_its_field_is_none() {
    let scene = Scene::start();
    let token = scene.token();
    let (query, cookie) = (format!("/?X-Auth-Token={token}"), format!("X-Auth-Token={token}"));
    for (path, name, value) in [
        (&query[..], "Accept", "*/*"),
        ("/", "Cookie", &cookie),
        ("/", "Authorization", &format!("Basic {token}")),
        ("/", "X-Token", &token),
        ("/", "Token", &token),
    ] {
        assert_eq!(scene.sidecar.get(path, &[(name, value)]).status, 401, "{path} {name}");
    }
    let mut client = Client::connect(scene.sidecar.public);
    client.send(request("POST", "/", &[("Connection", "close")], cookie.as_bytes()));
    assert_eq!(client.response().status, 401, "in the body");
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
}

#[test]
fn b11_a_bearer_token_beside_a_good_one_is_not_looked_at() {
    let scene = Scene::start();
    let (alice, bob) = (scene.token(), scene.keystone.issue("bob", Scope::system()).token());
    for bearer in [&bob[..], "made-up"] {
        let bearer = format!("Bearer {bearer}");
        let fields = [("Authorization", &bearer[..]), ("X-Auth-Token", &alice)];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        assert_eq!(scene.upstream.last().headers("x-user-name"), ["alice"]);
        assert_eq!(scene.upstream.last().header("openstack-system-scope"), None);
    }
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn b12_a_users_token_vouches_for_nobody() {
    let scene = Scene::in_service_mode(&[("auth.service_type", "compute")]);
    let issue = scene.keystone.issue("alice", Scope::Unscoped);
    let (restricted, expired) = (issue.application_credential("rules").token(), scene.token());
    scene.keystone.expire(&expired);
    for token in [&restricted, &expired] {
        assert_eq!(scene.get_with(token, &scene.token()).status, 401);
        assert_eq!(scene.get_with(token, token).status, 401);
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn b16_a_token_that_is_bound_to_what_we_cannot_check_is_refused() {
    let scene = Scene::start();
    for (member, value, status) in [
        ("bind", json!({"kerberos": "alice@EXAMPLE"}), 401),
        ("bind", json!({"x509": "abc"}), 401),
        ("bind", json!({"made-up": null}), 401),
        ("bind", json!("kerberos"), 401),
        ("oauth2_credential", json!({"x5t#S256": "abc"}), 401),
        ("oauth2_credential", json!("abc"), 401),
        ("bind", json!({}), 200),
        ("bind", json!(null), 200),
        ("oauth2_credential", json!(null), 200),
    ] {
        let named = |id: &str| json!({"id": id, "name": id, "domain": {"id": "d", "name": "D"}});
        let mut answer = json!({"token": {
            "expires_at": "2999-01-01T00:00:00Z", "user": named("u"), "project": named("p"),
            "roles": [{"name": "reader"}],
        }});
        answer["token"][member] = value;
        let token = format!("{:0>40}", scene.keystone.validations());
        scene.keystone.forge(&token, &answer);
        let response = scene.sidecar.get_as(&token, "/");
        assert_eq!(response.status, status, "{answer}");
    }
    assert_eq!(scene.upstream.count(), 3);
    assert_eq!(scene.sidecar.decisions("deny", "bound"), 6.0);
}

#[test]
fn b18_nobody_changes_a_signature_into_a_token_here() {
    let scene = Scene::start();
    for path in ["/v3/ec2tokens", "/v3/s3tokens", "/v2.0/ec2tokens", "/v3/auth/tokens"] {
        let body = br#"{"credentials": {"access": "a", "signature": "s"}}"#;
        let mut client = Client::connect(scene.sidecar.public);
        client.send(request("POST", path, &[("Connection", "close")], body));
        assert_eq!(client.response().status, 401, "{path}");
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    // With a token it is a path like any other: the service's.
    assert_eq!(send(&scene, "GET /v3/ec2tokens HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n").status, 200);
    assert_eq!(scene.upstream.last().target(), "/v3/ec2tokens");
}

#[test]
fn b19_who_is_disabled_is_refused_as_soon_as_keystone_is_asked() {
    type Act = fn(&Scene);
    let acts: [Act; 3] = [
        |scene| scene.keystone.disable_user("alice"),
        |scene| scene.keystone.disable_project("demo"),
        |scene| scene.keystone.disable_domain("Default"),
    ];
    for disable in acts {
        let scene = Scene::with(&[("cache.ttl", "0s")]);
        let token = scene.token();
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
        disable(&scene);
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 401);
        assert_eq!(scene.upstream.count(), 1);
    }
}
