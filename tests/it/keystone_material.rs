//! Whom the proxy believes to be Keystone, and what it shows to it, follows the files while the
//! process runs; the same goes for the servers that rules ask.

use std::path::Path;

use keystone_double::{Double, Scope, World};

use crate::support::{
    ACCOUNT, Certificate, Keystone, Scene, Scratch, Sidecar, Upstream, eventually,
};

#[test]
fn m20_a_mended_ca_file_is_followed_without_a_restart() {
    let (right, wrong) = (Certificate::for_loopback(), Certificate::for_loopback());
    let stage = Stage::new(&wrong, Keystone::over_tls(Double::new(World::sample()), &right));
    assert_eq!(stage.status(), 503);
    assert_eq!(stage.scene.keystone.calls().total, 0);
    stage.put("ca.pem", right.ca_file());
    stage.wait_for("ok", 1.0);
    assert_eq!(stage.status(), 200);
    let told = stage.scene.sidecar.operate("GET", "/config", &[]).json();
    assert_eq!(told["reload"]["restart_needed"], serde_json::json!([]));
}

#[test]
fn the_session_and_kept_connections_outlive_another_ca_file() {
    let (right, wrong) = (Certificate::for_loopback(), Certificate::for_loopback());
    let stage = Stage::new(&right, Keystone::over_tls(Double::new(World::sample()), &right));
    assert_eq!(stage.status(), 200);
    stage.put("ca.pem", wrong.ca_file());
    stage.wait_for("ok", 1.0);
    assert_eq!(stage.status(), 200, "by the connection that is there");
    stage.scene.keystone.restart();
    assert_eq!(stage.status(), 503, "a new one is another matter");
    stage.put("ca.pem", right.ca_file());
    stage.wait_for("ok", 2.0);
    assert_eq!(stage.status(), 200);
    assert_eq!(stage.scene.keystone.calls().logins, 1, "one login was enough");
}

#[test]
fn t09_a_bad_file_leaves_the_old_ones_in_force() {
    let right = Certificate::for_loopback();
    let stage = Stage::new(&right, Keystone::over_tls(Double::new(World::sample()), &right));
    stage.scratch.replace("ca.pem", "nonsense\n");
    stage.wait_for("failed", 1.0);
    assert_eq!(stage.status(), 200);
    let told = stage.scene.sidecar.operate("GET", "/config", &[]).json();
    let problems = told["reload"]["problems"].to_string();
    assert!(problems.contains("keystone.ca_file"), "{problems}");
}

#[test]
fn a_renewed_client_certificate_is_shown() {
    let (server, client) = (Certificate::for_loopback(), Certificate::for_loopback());
    let stage = Stage::new(&server, Keystone::over_mutual_tls(&server, &client));
    assert_eq!(stage.status(), 503, "it is shown another's");
    // Both lie in one file, so that no half of a swap is ever read.
    stage.put("own.pem", &client.joint_file());
    stage.wait_for("ok", 1.0);
    assert_eq!(stage.status(), 200);
}

#[test]
fn a_server_that_rules_ask_is_believed_by_a_mended_ca_file() {
    let (right, wrong) = (Certificate::for_loopback(), Certificate::for_loopback());
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let judge = Upstream::over_tls(&right);
    judge.respond(200, &[], b"True");
    let scratch = Scratch::new();
    let ca_file = scratch.write("ca.pem", &read(wrong.ca_file()));
    let check = format!("routes: [{{path: /**, check: \"{}/may\"}}]\n", judge.url());
    let sidecar = Sidecar::before(&upstream, &keystone)
        .and(&check)
        .set("policy.remote_checks", "true")
        .set("policy.remote_ca_file", ca_file.display())
        .set("policy.watch", "10ms")
        .on_disk(&scratch)
        .start();
    let stage = Stage { scene: Scene { sidecar, keystone, upstream }, scratch };
    assert_eq!((stage.status(), judge.count()), (503, 0));
    stage.put("ca.pem", right.ca_file());
    stage.wait_for("ok", 1.0);
    assert_eq!((stage.status(), judge.count()), (200, 1));
}

/// A proxy with an account of its own before a Keystone with TLS, whose files are looked at all the
/// time.
struct Stage {
    scene: Scene,
    scratch: Scratch,
}

impl Stage {
    /// Believes `trusted`, and shows a certificate that nobody asked for.
    #[track_caller]
    fn new(trusted: &Certificate, keystone: Keystone) -> Self {
        let scratch = Scratch::new();
        let ca_file = scratch.write("ca.pem", &read(trusted.ca_file()));
        let own = scratch.write("own.pem", &read(&Certificate::for_loopback().joint_file()));
        let upstream = Upstream::start();
        let builder = Sidecar::before(&upstream, &keystone)
            .set("keystone.ca_file", ca_file.display())
            .set("keystone.cert_file", own.display())
            .set("keystone.key_file", own.display())
            .set("policy.watch", "10ms")
            .on_disk(&scratch);
        let sidecar = ACCOUNT.iter().fold(builder, |builder, (key, value)| builder.set(key, value));
        Self { scene: Scene { sidecar: sidecar.start(), keystone, upstream }, scratch }
    }

    /// What comes of a token that nobody has seen.
    #[track_caller]
    fn status(&self) -> u16 {
        let token = self.scene.keystone.issue("alice", Scope::project("demo")).token();
        self.scene.sidecar.get_as(&token, "/").status
    }

    #[track_caller]
    fn put(&self, name: &str, with: &Path) {
        self.scratch.replace(name, &read(with));
    }

    #[track_caller]
    fn wait_for(&self, result: &str, count: f64) {
        let name = format!("portcullis_config_reloads_total{{result=\"{result}\"}}");
        eventually(&format!("{count} reloads are {result}"), || {
            self.scene.sidecar.metric(&name) >= count
        });
    }
}

#[track_caller]
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file of our own")
}
