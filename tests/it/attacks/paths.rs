//! Group C: what is decided about is what is done. Most of its rows are in `policy/paths.rs`.

use crate::support::{Client, Scene, get};

use super::{send, unreadable};

#[test]
fn c17_a_preflight_is_a_request_like_any_other() {
    let preflight = [
        ("Origin", "https://dashboard.example"),
        ("Access-Control-Request-Method", "DELETE"),
        ("X-User-Id", "EVIL"),
    ];
    let scene = Scene::start();
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("OPTIONS", "/", &preflight);
    assert_eq!(client.response().status, 401);
    assert_eq!(scene.upstream.count(), 0);

    let scene = Scene::guarding(
        "routes:\n- {path: /**, methods: [OPTIONS], allow: public}\n\
         - {path: /**, allow: authenticated}\n",
    );
    for (method, status) in [("OPTIONS", 200), ("GET", 401), ("options", 405), ("DELETE", 401)] {
        let mut client = Client::connect(scene.sidecar.public);
        client.ask(method, "/", &preflight);
        assert_eq!(client.response().status, status, "{method}");
    }
    let seen = scene.upstream.last();
    assert_eq!((scene.upstream.count(), seen.method()), (1, "OPTIONS"));
    assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
    assert_eq!(seen.headers("x-identity-status"), ["Invalid"]);
}

#[test]
fn c18_a_field_that_names_a_public_path_opens_no_other() {
    let scene = Scene::guarding(
        "routes:\n- {path: /public/**, allow: public}\n- {path: /**, allow: authenticated}\n",
    );
    for name in [
        "X-Forwarded-Uri",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Prefix",
        "X-Forwarded-Path",
        "X-Original-Uri",
    ] {
        assert_eq!(scene.sidecar.get("/admin", &[(name, "/public/")]).status, 401, "{name}");
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn c19_nobody_is_believed_about_earlier_hops_not_even_loopback() {
    let scene = Scene::start();
    let response = send(
        &scene,
        "GET / HTTP/1.1\r\nHost: s\r\nX-Forwarded-For: 198.51.100.7\r\nTOKEN\r\n\
         X-Forwarded-For: 198.51.100.8, 10.0.0.1\r\nX_Forwarded_For: 198.51.100.9\r\n\
         Forwarded: for=198.51.100.7\r\nForwarded: for=198.51.100.8\r\n\
         X-Real-IP: 198.51.100.7\r\nVia: 1.1 198.51.100.7\r\n\r\n",
    );
    assert_eq!(response.status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-forwarded-for"), ["127.0.0.1"]);
    for name in ["forwarded", "x-real-ip"] {
        assert_eq!(seen.headers(name), [""; 0], "{name}");
    }
}

#[test]
fn c20_probes_have_no_door_of_their_own_here() {
    let scene = Scene::start();
    for agent in ["kube-probe/1.31", "GoogleHC/1.0", "ELB-HealthChecker/2.0"] {
        for path in ["/admin", "/healthz", "/livez", "/readyz", "/x/healthz", "/metrics"] {
            assert_eq!(scene.sidecar.get(path, &[("User-Agent", agent)]).status, 401, "{path}");
        }
    }
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(get(scene.sidecar.telemetry, "/livez", &[]).status, 200);
}

#[test]
fn c22_a_target_that_is_no_path_goes_nowhere() {
    for yaml in ["", "routes: [{path: /**, allow: public}]\n"] {
        let scene = Scene::guarding(yaml);
        for (line, statuses) in [
            ("GET *", &[400][..]),
            ("POST *", &[400]),
            ("GET s:80", &[400]),
            ("GET evil.invalid:80", &[400]),
            ("GET x", &[400]),
            ("GET ?", &[400]),
            ("CONNECT s:80", &[400, 405]),
            ("CONNECT /", &[400, 405]),
            ("CONNECT http://s/", &[400, 405]),
            ("PRI *", &[400]),
        ] {
            let response = send(&scene, format!("{line} HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n"));
            assert!(statuses.contains(&response.status), "{line}: {response:?}");
        }
        assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0), "{yaml}");
        scene.assert_serves();
    }
}

#[test]
fn c22_a_request_without_a_target_is_none() {
    unreadable(
        &[b"GET HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n", b"GET\r\nHost: s\r\nTOKEN\r\n\r\n"],
        &[400],
    );
}
