//! What HTTP/2 says beside the fields: method, scheme, path, and all that does not belong there.

use crate::support::Scene;
use crate::support::frames::{Outcome, block, reason};

use super::{Row, ask, head, refused};

#[test]
fn c22_f14_a_head_that_is_no_requests_never_reaches_the_service() {
    let scene = Scene::start();
    let rows: &[Row<'_>] = &[
        (&[(":method", None)], None),
        (&[(":path", None)], None),
        (&[(":scheme", None)], None),
        (&[(":method", Some(""))], None),
        (&[(":method", Some("GET / HTTP/1.1\r\nX: y"))], None),
        (&[(":method", Some("GE T"))], None),
        (&[(":path", Some(""))], None),
        (&[(":path", Some("/ HTTP/1.1\r\nX-Roles: EVIL\r\n\r\n"))], None),
        (&[(":path", Some("/a b"))], None),
        (&[(":path", Some("http://evil.invalid/x"))], None),
        (&[(":path", Some("evil.invalid:80"))], None),
        (&[(":path", Some("x"))], None),
        (&[(":path", Some("?x"))], Some(400)),
        (&[(":path", Some("*"))], Some(400)),
        (&[(":scheme", Some("ftp"))], Some(400)),
        (&[(":scheme", Some("file"))], Some(400)),
        (&[(":scheme", Some(""))], Some(400)),
        (&[(":scheme", Some("http://evil.invalid/?"))], None),
        (&[(":status", Some("200"))], None),
        (&[(":protocol", Some("websocket"))], None),
        (&[(":unknown", Some("x"))], None),
        (&[(":method", Some("TRACE"))], Some(405)),
        (&[(":method", Some("CONNECT"))], None),
        (&[(":method", Some("CONNECT")), (":scheme", None), (":path", None)], Some(405)),
        (
            &[
                (":method", Some("CONNECT")),
                (":scheme", None),
                (":path", None),
                (":authority", None),
            ],
            Some(405),
        ),
        (&[(":method", Some("CONNECT")), (":protocol", Some("websocket"))], None),
    ];
    let mut wrong = Vec::new();
    for (changes, status) in rows {
        let outcome = ask(&scene, changes);
        if outcome.status() != *status || scene.upstream.count() > 0 {
            wrong.push(format!("{changes:?}: {:?}", outcome.status()));
        }
        scene.upstream.forget();
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(scene.keystone.validations(), 0);
    scene.assert_serves();
}

#[test]
fn f14_what_is_said_twice_or_too_late_is_no_request() {
    let scene = Scene::start();
    let token = scene.token();
    let good = head(&token, &[]);
    for (name, value) in [
        (":method", "GET"),
        (":method", "DELETE"),
        (":path", "/other"),
        (":scheme", "https"),
        (":authority", "service.example"),
        (":authority", "evil.invalid"),
    ] {
        let first: Vec<_> = [(name, value)].iter().chain(&good).copied().collect();
        let last: Vec<_> = good.iter().chain(&[(name, value)]).copied().collect();
        for fields in [first, last] {
            let outcome = refused(&scene, name, &block(&fields));
            assert!(matches!(outcome, Outcome::Reset(reason::PROTOCOL_ERROR)), "{outcome:?}");
        }
    }
    // Not said twice, but after a field.
    let late: Vec<_> = good.iter().rev().copied().collect();
    let outcome = refused(&scene, "late", &block(&late));
    assert!(matches!(outcome, Outcome::Reset(reason::PROTOCOL_ERROR)), "{outcome:?}");
    assert_eq!(scene.keystone.validations(), 0);
    scene.assert_serves();
}

#[test]
fn c22_the_server_as_a_whole_has_options() {
    let scene = Scene::start();
    let outcome = ask(&scene, &[(":method", Some("OPTIONS")), (":path", Some("*"))]);
    assert_eq!(outcome.status(), Some(200), "{outcome:?}");
    assert_eq!(scene.upstream.last().target(), "*");
}

#[test]
fn c22_no_spelling_of_a_path_leads_round_a_route() {
    let scene = Scene::guarding(
        "routes: [{path: /open, allow: public}, {path: /admin, check: \"role:admin\"}]\n",
    );
    for path in ["/admin", "/x/../admin", "/%61dmin", "//admin", "/admin/../open/../admin"] {
        let outcome = ask(&scene, &[(":path", Some(path))]);
        let refused = outcome.status().is_some_and(|status| matches!(status, 400 | 403));
        assert!(refused, "{path}: {outcome:?}");
    }
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(ask(&scene, &[(":path", Some("/open"))]).status(), Some(200));
    let post = ask(&scene, &[(":path", Some("/open")), (":method", Some("get"))]);
    assert_eq!(post.status(), Some(405), "a method in small letters is no way round either");
}
