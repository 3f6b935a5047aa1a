//! Clients that come by TLS, in the whole program.

use crate::support::{
    Certificate, Client, Keystone, Scene, Scratch, Sidecar, Upstream, eventually, exchange,
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
fn g12_t10_plain_text_gets_no_answer_from_tls_nor_tls_from_plain_text() {
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
fn g12_who_says_nothing_does_not_keep_a_connection() {
    let own = Certificate::for_loopback();
    let scene = scene(&own, &[("tls.handshake_timeout", "50ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    assert!(client.is_closed());
    eventually("it is counted", || failures(&scene, "timeout") == 1.0);
}

#[test]
fn t06_a_client_is_told_of_by_its_certificate_and_cannot_lie_about_it() {
    let (own, theirs) = (Certificate::for_loopback(), Certificate::for_loopback());
    let ca = theirs.ca_file().display().to_string();
    for mode in ["optional", "required"] {
        let scene = scene(&own, &[("tls.client_certificate", mode), ("tls.client_ca_file", &ca)]);
        let token = scene.token();
        let lies = [
            ("X-Auth-Token", &token[..]),
            ("Host", "localhost"),
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
        let mut elsewhere =
            Client::secure(scene.sidecar.public, &own.client(Some(&theirs)), "localhost");
        let other_host = [("X-Auth-Token", &token[..]), ("Host", "other.example")];
        assert_eq!(elsewhere.get("/", &other_host).status, 421, "T06");
        let before = scene.upstream.count();
        assert!(speak(Some(&Certificate::for_loopback())).is_err());
        eventually("it is counted", || failures(&scene, "bad_certificate") == 1.0);
        assert_eq!(scene.upstream.count(), before);
    }
}

#[test]
fn t09_renewed_files_are_shown_to_new_connections_and_bad_ones_to_nobody() {
    let (old, new) = (Certificate::for_loopback(), Certificate::for_loopback());
    let stage = Stage::new(&old);
    let mut kept = stage.client(&old);
    assert_eq!(stage.status(&mut kept), 200);
    // Half of a swap: the key is there already, the certificate is not.
    stage.replace("key.pem", new.key_file());
    stage.wait_for("failed");
    assert_eq!(stage.status(&mut stage.client(&old)), 200, "the old ones stay");
    let told = stage.scene.sidecar.operate("GET", "/config", &[]).json();
    let problems = told["reload"]["problems"].to_string();
    assert!(problems.contains("tls.key_file: the key in "), "{problems}");
    stage.replace("certificate.pem", new.ca_file());
    stage.wait_for("ok");
    assert_eq!(stage.status(&mut stage.client(&new)), 200, "the new ones are in force");
    assert!(stage.client(&old).try_send("GET / HTTP/1.1\r\n\r\n").is_err());
    assert_eq!(stage.status(&mut kept), 200, "whoever was there stays");
}

#[test]
fn t09_a_volume_that_swaps_its_link_is_seen() {
    let (old, new) = (Certificate::for_loopback(), Certificate::for_loopback());
    let scratch = Scratch::new();
    let at = |name: &str| scratch.path().join(name);
    for (version, own) in [("v1", &old), ("v2", &new)] {
        std::fs::create_dir(at(version)).unwrap();
        std::fs::copy(own.ca_file(), at(version).join("tls.crt")).unwrap();
        std::fs::copy(own.key_file(), at(version).join("tls.key")).unwrap();
    }
    std::os::unix::fs::symlink("v1", at("..data")).unwrap();
    for name in ["tls.crt", "tls.key"] {
        std::os::unix::fs::symlink(format!("..data/{name}"), at(name)).unwrap();
    }
    let stage = Stage::of(scratch, "tls.crt", "tls.key");
    assert_eq!(stage.status(&mut stage.client(&old)), 200);
    std::os::unix::fs::symlink("v2", stage.scratch.path().join("..tmp")).unwrap();
    std::fs::rename(stage.scratch.path().join("..tmp"), stage.scratch.path().join("..data"))
        .unwrap();
    stage.wait_for("ok");
    assert_eq!(stage.status(&mut stage.client(&new)), 200);
    assert_eq!(stage.reloads("failed"), 0.0);
}

#[test]
fn tls_is_not_turned_off_by_a_reload() {
    let own = Certificate::for_loopback();
    let stage = Stage::new(&own);
    stage.scratch.replace("portcullis.yaml", &stage.base);
    stage.wait_for("failed");
    let told = stage.scene.sidecar.operate("GET", "/config", &[]).json();
    let problems = told["reload"]["problems"].to_string();
    assert!(problems.contains("TLS cannot be turned off while the process runs"), "{problems}");
    assert_eq!(stage.status(&mut stage.client(&own)), 200);
}

/// A proxy whose configuration and certificates are in files that are looked at all the time.
struct Stage {
    scene: Scene,
    token: String,
    scratch: Scratch,
    /// The configuration without TLS.
    base: String,
}

impl Stage {
    fn new(own: &Certificate) -> Self {
        let scratch = Scratch::new();
        let read = |path| std::fs::read_to_string(path).unwrap();
        scratch.write("certificate.pem", &read(own.ca_file()));
        scratch.write("key.pem", &read(own.key_file()));
        Self::of(scratch, "certificate.pem", "key.pem")
    }

    fn of(scratch: Scratch, certificate: &str, key: &str) -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let at = |name: &str| scratch.path().join(name).display().to_string();
        let (upstream_url, keystone_url) = (upstream.url(), keystone.url());
        let base =
            format!("upstream: \"{upstream_url}\"\nkeystone: {{auth_url: \"{keystone_url}\"}}\n");
        let tls =
            format!("tls: {{certificate_file: '{}', key_file: '{}'}}\n", at(certificate), at(key));
        let sidecar = Sidecar::before(&upstream, &keystone)
            .and(&tls)
            .on_disk(&scratch)
            .set("policy.watch", "10ms")
            .start();
        let scene = Scene { sidecar, keystone, upstream };
        Self { token: scene.token(), scene, scratch, base }
    }

    fn client(&self, trusted: &Certificate) -> Client {
        Client::secure(self.scene.sidecar.public, &trusted.client(None), "localhost")
    }

    fn status(&self, client: &mut Client) -> u16 {
        client.get("/", &[("X-Auth-Token", &self.token)]).status
    }

    fn replace(&self, name: &str, with: &std::path::Path) {
        self.scratch.replace(name, &std::fs::read_to_string(with).unwrap());
    }

    fn reloads(&self, result: &str) -> f64 {
        let name = format!("portcullis_config_reloads_total{{result=\"{result}\"}}");
        self.scene.sidecar.metric(&name)
    }

    fn wait_for(&self, result: &str) {
        eventually(&format!("a reload is {result}"), || self.reloads(result) >= 1.0);
    }
}
