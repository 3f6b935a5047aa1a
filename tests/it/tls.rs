//! Clients that come by TLS, in the whole program.

use crate::support::{
    Certificate, Client, Keystone, Scene, Sidecar, Upstream, eventually, exchange,
};

/// The usual cast behind a listener that shows `own`.
fn scene(own: &Certificate, settings: &[(&str, &str)]) -> Scene {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let mut sidecar = Sidecar::before(&upstream, &keystone)
        .set("tls.certificate_file", own.ca_file().display())
        .set("tls.key_file", own.key_file().display());
    for (key, value) in settings {
        sidecar = sidecar.set(key, value);
    }
    Scene { sidecar: sidecar.start(), keystone, upstream }
}

fn failures(scene: &Scene, reason: &str) -> f64 {
    let name = format!("portcullis_tls_handshake_failures_total{{reason=\"{reason}\"}}");
    scene.sidecar.metric(&name)
}

#[test]
fn requests_over_tls_are_served_and_the_service_is_told_how_they_came() {
    let own = Certificate::for_loopback();
    let scene = scene(&own, &[]);
    let token = scene.token();
    let mut client = Client::secure(scene.sidecar.public, &own.client(None), "localhost");
    for path in ["/one", "/two"] {
        assert_eq!(client.get(path, &[("X-Auth-Token", &token)]).status, 200);
        let seen = scene.upstream.last();
        assert_eq!(seen.header("x-forwarded-proto"), Some("https"));
        assert_eq!(seen.header("x-client-certificate-fingerprint"), None);
    }
    assert_eq!(client.get("/", &[]).status, 401);
    let expiry = scene.sidecar.metrics();
    let named = |name: &&String| name.contains("tls_certificate_expiry_timestamp_seconds");
    let series: Vec<_> = expiry.keys().filter(named).collect();
    assert_eq!(series.len(), 1, "{series:?}");
    assert!(series[0].contains("listener=\"public\""), "{series:?}");
}

#[test]
fn t10_plain_text_gets_no_answer_from_tls_nor_tls_from_plain_text() {
    let own = Certificate::for_loopback();
    let scene = scene(&own, &[]);
    let answer = exchange(scene.sidecar.public, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/"), "{answer:?}");
    eventually("it is counted", || failures(&scene, "not_tls") == 1.0);
    let plain = Scene::start();
    let mut client = Client::secure(plain.sidecar.public, &own.client(None), "localhost");
    assert!(client.try_send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").is_err());
    assert_eq!((plain.upstream.count(), scene.upstream.count()), (0, 0));
}

#[test]
fn who_says_nothing_does_not_keep_a_connection() {
    let own = Certificate::for_loopback();
    let scene = scene(&own, &[("tls.handshake_timeout", "50ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    assert!(client.is_closed());
    eventually("it is counted", || failures(&scene, "timeout") == 1.0);
}

#[test]
fn a_client_is_told_of_by_its_certificate_and_cannot_lie_about_it() {
    let (own, theirs) = (Certificate::for_loopback(), Certificate::for_loopback());
    let ca = theirs.ca_file().display().to_string();
    for mode in ["optional", "required"] {
        let scene = scene(&own, &[("tls.client_certificate", mode), ("tls.client_ca_file", &ca)]);
        let token = scene.token();
        let lies = [
            ("X-Auth-Token", &token[..]),
            ("X-Client-Certificate-Subject", "CN=EVIL"),
            ("X-Client-Certificate-Fingerprint", "EVIL"),
        ];
        let speak = |shown: Option<&Certificate>| {
            let mut client = Client::secure(scene.sidecar.public, &own.client(shown), "localhost");
            client.ask("GET", "/", &lies);
            client.try_response(false)
        };
        assert_eq!(speak(Some(&theirs)).unwrap().status, 200);
        let seen = scene.upstream.last();
        assert_eq!(seen.header("x-client-certificate-subject"), Some("CN=rcgen self signed cert"));
        assert_eq!(seen.header("x-client-certificate-fingerprint").unwrap().len(), 64);
        assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
        if mode == "optional" {
            assert_eq!(speak(None).unwrap().status, 200);
            let seen = scene.upstream.last();
            assert_eq!(seen.header("x-client-certificate-fingerprint"), None);
            assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
        } else {
            assert!(speak(None).is_err());
            eventually("it is counted", || failures(&scene, "no_certificate") == 1.0);
        }
        let before = scene.upstream.count();
        assert!(speak(Some(&Certificate::for_loopback())).is_err());
        eventually("it is counted", || failures(&scene, "bad_certificate") == 1.0);
        assert_eq!(scene.upstream.count(), before);
    }
}
