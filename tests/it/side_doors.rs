//! Pages about the process are on listeners of their own, show nothing secret, and cannot be used
//! from where they should not.

use serde_json::Value;

use crate::support::{Client, Response, Scene, eventually, exchange, get};

#[test]
fn p17_probes_answer_and_readiness_follows_the_workers() {
    let scene = Scene::start();
    assert_eq!(get(scene.sidecar.telemetry, "/livez", &[]).status, 200);
    for probe in ["/startupz", "/readyz"] {
        eventually("the workers serve", || get(scene.sidecar.telemetry, probe, &[]).status == 200);
    }
}

#[test]
fn p08_telemetry_only_reads() {
    let scene = Scene::start();
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(ask(&scene, method, "/metrics").status, 405);
    }
    let mut client = Client::connect(scene.sidecar.telemetry);
    client.ask("HEAD", "/readyz", &[]);
    assert!([200, 503].contains(&client.response_to_head().status));
    assert_eq!(get(scene.sidecar.telemetry, "/nothing", &[]).status, 404);
}

#[test]
fn metrics_are_prometheus_text() {
    let scene = Scene::start();
    let page = get(scene.sidecar.telemetry, "/metrics", &[]);
    assert!(page.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    for family in page.text().lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = family.split(' ').next().unwrap();
        assert!(page.text().contains(&format!("# HELP {name} ")), "{name} says what it is");
    }
}

#[test]
fn p08_the_configuration_is_shown_without_secrets() {
    let scene = Scene::with(&[
        ("keystone.username", "authsvc"),
        ("keystone.user_domain_name", "Default"),
        ("keystone.password", "CANARY"),
        ("cache.ttl", "123s"),
    ]);
    let page = scene.sidecar.operate("GET", "/config", &[]);
    assert_eq!((page.status, page.header("content-type")), (200, Some("application/json")));
    assert!(!page.text().contains("CANARY"), "{}", page.text());
    assert!(page.text().contains("123s") && page.text().contains("authsvc"), "{}", page.text());
}

#[test]
fn the_cache_page_counts() {
    let scene = Scene::start();
    let count = |what: &str| scene.sidecar.operate("GET", "/cache", &[]).json()[what].clone();
    assert_eq!((count("identities"), count("refusals")), (Value::from(0), Value::from(0)));
    scene.sidecar.get_as(&scene.token(), "/");
    scene.sidecar.get_as("made-up", "/");
    assert_eq!((count("identities"), count("refusals")), (Value::from(1), Value::from(1)));
    assert!(count("bytes").as_u64().unwrap() > 100);
    assert_eq!(count("capacity_bytes"), Value::from(64 << 20));
}

#[test]
fn a_log_that_somebody_else_controls_has_no_level_here() {
    let scene = Scene::start();
    assert_eq!(scene.sidecar.operate("GET", "/log-level", &[]).status, 404);
    assert_eq!(scene.sidecar.operate("PUT", "/log-level", &[]).status, 404);
}

#[test]
fn a_page_in_a_browser_cannot_use_the_admin_listener() {
    let scene = Scene::start();
    let known = scene.token();
    assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
    let origin = [("Origin", "http://evil.example")];
    for (method, path) in [("GET", "/config"), ("GET", "/cache"), ("DELETE", "/cache?all")] {
        assert_eq!(scene.sidecar.operate(method, path, &origin).status, 403);
    }
    assert_eq!(scene.sidecar.operate("GET", "/cache", &[]).json()["identities"], 1);
}

#[test]
fn a_name_rebound_to_loopback_cannot_use_the_admin_listener() {
    let scene = Scene::start();
    let request = "GET /config HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    let answer = exchange(scene.sidecar.admin, request);
    assert!(answer.starts_with(b"HTTP/1.1 403"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn a_host_that_is_said_twice_or_is_no_text_cannot_use_the_admin_listener() {
    let scene = Scene::start();
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    for hosts in [
        &b"Host: \xff\xfe"[..],
        b"Host: localhost\xff",
        b"Host: \xc3\xb6.example",
        b"Host:",
        b"Host: localhost\r\nHost: localhost",
        b"Host: localhost\r\nHost: evil.example",
        b"Host: evil.example\r\nHost: localhost",
        b"Host:\r\nHost: localhost",
    ] {
        for start in [&b"GET /config"[..], b"DELETE /cache?all"] {
            let end = &b"\r\nConnection: close\r\n\r\n"[..];
            let request = [start, b" HTTP/1.1\r\n", hosts, end].concat();
            let answer = exchange(scene.sidecar.admin, &request);
            let asked = String::from_utf8_lossy(&request);
            assert!(answer.starts_with(b"HTTP/1.1 403"), "{asked}");
        }
    }
    assert_eq!(scene.sidecar.operate("GET", "/cache", &[]).json()["identities"], 1);
}

#[test]
fn c20_p08_side_doors_are_not_on_the_public_listener() {
    let scene = Scene::start();
    let pages = ["/metrics", "/livez", "/readyz", "/config", "/cache", "/log-level"];
    for page in pages {
        assert_eq!(scene.sidecar.get(page, &[]).status, 401, "{page}");
    }
    assert_eq!(scene.upstream.count(), 0);
    let token = scene.token();
    for page in pages {
        assert_eq!(scene.sidecar.get_as(&token, page).status, 200);
        assert_eq!(scene.upstream.last().target(), page, "it is the service's own page");
    }
}

#[test]
fn idle_connections_do_not_keep_a_probe_out() {
    let scene = Scene::start();
    let _idle: Vec<_> = (0..100).map(|_| Client::connect(scene.sidecar.telemetry)).collect();
    for probe in ["/livez", "/readyz", "/startupz", "/metrics"] {
        assert_eq!(get(scene.sidecar.telemetry, probe, &[]).status, 200, "{probe}");
    }
}

#[test]
fn connections_kept_after_an_answer_do_not_keep_a_probe_out() {
    let scene = Scene::start();
    let mut kept = Vec::new();
    for _ in 0..100 {
        let mut client = Client::connect(scene.sidecar.telemetry);
        assert_eq!(client.get("/livez", &[]).status, 200);
        kept.push(client);
    }
    assert_eq!(get(scene.sidecar.telemetry, "/readyz", &[]).status, 200);
}

#[test]
fn heads_that_never_end_do_not_keep_an_operator_out() {
    let scene = Scene::start();
    let mut slow: Vec<_> = (0..100).map(|_| Client::connect(scene.sidecar.admin)).collect();
    for client in &mut slow {
        // The proxy may have made room by closing this one.
        let _ = client.try_send("GET /cache HTTP/1.1\r\nHost: local");
    }
    assert_eq!(scene.sidecar.operate("GET", "/cache", &[]).status, 200);
    assert_eq!(get(scene.sidecar.telemetry, "/livez", &[]).status, 200);
}

#[test]
fn a_listener_that_is_off_is_nowhere() {
    let scene = Scene::with(&[("telemetry.listen", "off"), ("admin.listen", "off")]);
    assert_eq!((scene.sidecar.telemetry.port(), scene.sidecar.admin.port()), (0, 0));
    scene.assert_serves();
}

#[track_caller]
fn ask(scene: &Scene, method: &str, path: &str) -> Response {
    let mut client = Client::connect(scene.sidecar.telemetry);
    client.ask(method, path, &[]);
    client.response()
}
