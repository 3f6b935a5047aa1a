//! For whom a request is: one name, a plain one, and it never chooses the service.

use crate::support::Scene;

use super::{Row, ask};

#[test]
fn c12_c13_c14_f16_a_host_that_is_odd_or_named_twice_is_refused() {
    let scene = Scene::start();
    let rows: &[Row<'_>] = &[
        (&[(":authority", None)], Some(400)),
        (&[("host", Some("evil.invalid"))], Some(400)),
        (&[("host", Some("service.example:80"))], Some(400)),
        (&[("host", Some(""))], Some(400)),
        (&[(":authority", None), ("host", Some("user:pw@app"))], Some(400)),
        (&[(":authority", None), ("host", Some("a;for=1.2.3.4"))], Some(400)),
        (&[(":authority", None), ("host", Some("app evil"))], Some(400)),
        (&[(":authority", Some("user@service.example"))], Some(400)),
        (&[(":authority", Some("user:pw@service.example"))], Some(400)),
        (&[(":authority", Some("service.example/x"))], None),
        (&[(":authority", Some("service.example\r\nX: y"))], None),
        (&[(":authority", Some("a b"))], None),
        (&[(":authority", Some(""))], None),
        (&[(":authority", Some("a,b"))], Some(400)),
    ];
    for (changes, status) in rows {
        let outcome = ask(&scene, changes);
        assert_eq!(outcome.status(), *status, "{changes:?}: {outcome:?}");
        assert_eq!(scene.upstream.count(), 0, "{changes:?}");
    }
    assert_eq!(scene.keystone.validations(), 0);
    scene.assert_serves();
}

#[test]
fn c12_f16_the_service_is_told_one_host_wherever_it_was_written() {
    let scene = Scene::start();
    for (changes, told) in [
        (&[(":authority", Some("other.example:8774"))][..], "other.example:8774"),
        (&[("host", Some("service.example"))], "service.example"),
        (&[("host", Some("SERVICE.example"))], "SERVICE.example"),
        (&[(":authority", None), ("host", Some("other.example"))], "other.example"),
        (&[(":scheme", Some("https"))], "service.example"),
    ] {
        let outcome = ask(&scene, changes);
        assert_eq!(outcome.status(), Some(200), "{changes:?}: {outcome:?}");
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("host"), [told], "{changes:?}");
        assert_eq!(seen.headers("x-forwarded-host"), [told], "{changes:?}");
        assert_eq!(seen.headers("x-forwarded-proto"), ["http"], "as the socket says");
    }
}
