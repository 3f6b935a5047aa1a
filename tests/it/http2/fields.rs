//! Fields that HTTP/2 forbids, and those that no version lets through.

use crate::support::frames::{Outcome, block, bomb, frame, kind, reason};
use crate::support::{RawClient, Scene};

use super::{ask, head, refused};

#[test]
fn a07_f10_names_and_values_that_no_field_has_never_reach_the_service() {
    let scene = Scene::start();
    let token = scene.token();
    let odd: &[(&[u8], &[u8])] = &[
        (b"X-Roles", b"admin"),
        (b"x-PROJECT-id", b"EVIL"),
        (b"x a", b"EVIL"),
        (b"x:a", b"EVIL"),
        (b"x\0a", b"EVIL"),
        (b"x\r\nx-roles", b"EVIL"),
        (b"x\xe4", b"EVIL"),
        (b"", b"EVIL"),
        (b" x", b"EVIL"),
        (b"x-a", b"b\r\nx-roles: EVIL"),
        (b"x-a", b"b\nx-roles: EVIL"),
        (b"x-a", b"b\rx-roles: EVIL"),
        (b"x-a", b"EVIL\0"),
        (b"x-a", b"EVIL\x7f"),
    ];
    for (name, value) in odd {
        let shown = format!("{}: {}", name.escape_ascii(), value.escape_ascii());
        let good = head(&token, &[]);
        let good = good.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let fields: Vec<_> = good.chain([(*name, *value)]).collect();
        let outcome = refused(&scene, &shown, &block(&fields));
        assert!(outcome.status().is_none(), "{shown}: {outcome:?}");
    }
    assert_eq!(scene.keystone.validations(), 0);
    scene.assert_serves();
}

#[test]
fn f11_fields_of_one_connection_have_no_place_in_http_2() {
    let scene = Scene::start();
    let token = scene.token();
    for (name, value) in [
        ("connection", "close"),
        ("connection", "x-roles"),
        ("keep-alive", "timeout=5"),
        ("proxy-connection", "close"),
        ("transfer-encoding", "chunked"),
        ("transfer-encoding", "identity"),
        ("upgrade", "websocket"),
        ("upgrade", "h2c"),
        ("te", "gzip"),
        ("te", "trailers, deflate"),
    ] {
        let shown = format!("{name}: {value}");
        let fields = head(&token, &[(name, Some(value))]);
        let outcome = refused(&scene, &shown, &block(&fields));
        assert!(matches!(outcome, Outcome::Reset(reason::PROTOCOL_ERROR)), "{shown}: {outcome:?}");
    }
    assert_eq!(scene.keystone.validations(), 0);
    let passes = ask(&scene, &[("te", Some("trailers"))]);
    assert_eq!(passes.status(), Some(200));
    assert_eq!(scene.upstream.last().headers("te"), [""; 0]);
}

#[test]
fn f10_a_value_with_a_blank_at_an_end_is_a_400_however_little_it_matters() {
    let rule = "routes: [{path: /**, check: \"not 'delete':%(header.x-op)s\", headers: x-op}]\n";
    let scene = Scene::guarding(rule);
    for value in [" delete", "delete ", "\tdelete", "delete\t", " "] {
        assert_eq!(ask(&scene, &[("x-op", Some(value))]).status(), Some(400), "{value:?}");
        assert_eq!(ask(&scene, &[("x-free", Some(value))]).status(), Some(400), "{value:?}");
    }
    assert_eq!(ask(&scene, &[("x-op", Some("delete"))]).status(), Some(403));
    assert_eq!(scene.upstream.count(), 0);
    for value in ["show", "a  b", ""] {
        assert_eq!(ask(&scene, &[("x-op", Some(value))]).status(), Some(200), "{value:?}");
    }
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"framing\"}");
    assert_eq!(counted, 10.0);
}

#[test]
fn a21_trailers_of_a_request_are_dropped() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    let changes = [(":method", Some("POST")), ("trailer", Some("x-project-id"))];
    client.begin(1, &head(&token, &changes));
    client.data(1, b"body", false);
    let trailers = [("x-project-id", "EVIL"), ("x-roles", "EVIL"), ("x-free", "EVIL")];
    client.send(frame(kind::HEADERS, 5, 1, &block(&trailers)));
    assert_eq!(client.answer(1).status(), 200);
    let seen = scene.upstream.last();
    assert_eq!((&seen.body.data[..], seen.body.trailers.len()), (&b"body"[..], 0));
    assert!(!seen.mentions("EVIL") && seen.header("trailer").is_none(), "{seen:?}");
}

#[test]
fn f04_g06_more_fields_than_the_limit_are_a_431() {
    let scene = Scene::with(&[("server.max_headers", "16")]);
    let token = scene.token();
    for (more, status) in [(14, 200), (16, 431), (100, 431)] {
        let names: Vec<_> = (0..more).map(|n| format!("x-{n}")).collect();
        let changes: Vec<_> = names.iter().map(|name| (&name[..], Some("y"))).collect();
        let mut client = RawClient::connect(scene.sidecar.public);
        client.ask(1, &head(&token, &changes));
        assert_eq!(client.answer(1).status(), status, "{more}");
        client.ask(3, &head(&token, &[]));
        assert_eq!(client.answer(3).status(), 200, "{more}: the connection goes on");
    }
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"fields\"}");
    assert_eq!(counted, 2.0);
}

#[test]
fn f05_crumbs_count_as_fields() {
    let scene = Scene::start();
    let token = scene.token();
    for (crumbs, status) in [(90, 200), (101, 431), (1000, 431)] {
        let mut client = RawClient::connect(scene.sidecar.public);
        let mut fields = head(&token, &[]);
        fields.extend(std::iter::repeat_n(("cookie", "a=b"), crumbs));
        client.ask(1, &fields);
        match client.outcome(1) {
            Outcome::Answered(answer) => assert_eq!(answer.status(), status),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(scene.upstream.count(), 1);
    assert_eq!(scene.upstream.last().headers("cookie").len(), 1);
}

#[test]
fn g06_a_head_that_is_too_large_once_decoded_is_refused_however_small_it_came() {
    let scene = Scene::start();
    let token = scene.token();
    for references in [440, 600, 1800] {
        let mut bytes = block(&head(&token, &[]));
        bytes.extend(bomb(references));
        let outcome = refused(&scene, "many references", &bytes);
        assert_eq!(outcome.status(), Some(431), "{references}: {outcome:?}");
    }
    let mut bytes = block(&head(&token, &[]));
    bytes.extend(bomb(12_000));
    let outcome = refused(&scene, "very many references", &bytes);
    assert!(matches!(outcome, Outcome::Over(_)), "{outcome:?}");
    assert_eq!(scene.keystone.validations(), 0);
    scene.assert_serves();
}
