//! The policy changes while it runs, at one stroke and only for the better: whatever is wrong with
//! a new one, the old one stays, and it says why.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Client, Keystone, Proxy, Scene, Scratch, Sidecar, Upstream, eventually, get};

const MEMBERS: &str = "routes: [{name: all, path: /**, check: \"role:member\"}]\n";
const ADMINS: &str = "routes: [{name: all, path: /**, check: \"role:admin\"}]\n";

#[test]
fn a_changed_file_changes_the_policy_without_a_restart() {
    let stage = Stage::with(MEMBERS);
    assert_eq!(stage.status(), 200);
    stage.write(ADMINS);
    stage.wait_for("ok", 1.0);
    assert_eq!(stage.status(), 403);
    stage.write(MEMBERS);
    stage.wait_for("ok", 2.0);
    assert_eq!(stage.status(), 200);
    let shown = stage.page("/config");
    assert_eq!(shown["routes"]["value"][0]["check"], "role:member");
    assert_eq!(shown["reload"]["result"], "ok");
    assert!(shown["reload"]["last"].is_string(), "{shown:#}");
}

#[test]
fn p04_whatever_is_wrong_the_old_policy_stays_and_says_why_until_it_is_mended() {
    let stage = Stage::with(MEMBERS);
    for (wrong, why) in [
        ("routes: [\n", "portcullis.yaml:"),
        ("routes: [{path: /**, rule: nowhere}]\n", "there is no rule \"nowhere\""),
        ("policy: {rules: {a: 'rule:b', b: 'rule:a'}}\nroutes: []\n", "rule:"),
        ("policy: {files: [not-there.yaml]}\nroutes: []\n", "not-there.yaml"),
        ("routes: [{path: /**, allow: public, upstream: images}]\n", "\"images\""),
        ("routes: []\ncache: {ttl: 300}\n", "cache.ttl: \"300\" needs a unit"),
        ("", "without them every valid token passes"),
    ] {
        let failed = stage.reloads("failed");
        stage.write(wrong);
        stage.wait_for("failed", failed + 1.0);
        let told = stage.page("/config")["reload"].clone();
        assert_eq!(told["result"], "failed", "{wrong}");
        assert!(told["problems"].to_string().replace("\\\"", "\"").contains(why), "{told}");
        assert_eq!(stage.metric("config_last_reload_successful"), 0.0);
        assert_eq!(stage.status(), 200, "{wrong}");
        stage.write(ADMINS);
        eventually("the mended policy is in force", || stage.status() == 403);
        eventually("it says so", || stage.metric("config_last_reload_successful") == 1.0);
        assert_eq!(stage.page("/config")["reload"]["problems"], Value::Array(vec![]));
        stage.write(MEMBERS);
        eventually("the first policy is in force again", || stage.status() == 200);
    }
}

#[test]
fn a_missing_policy_file_is_waited_for() {
    let stage = Stage::with(MEMBERS);
    let file = stage.scratch.path().join("late.yaml").display().to_string();
    stage.write(&format!("policy: {{files: ['{file}']}}\nroutes: [{{path: /**, rule: late}}]\n"));
    stage.wait_for("failed", 1.0);
    assert_eq!(stage.status(), 200);
    stage.scratch.replace("late.yaml", "late: role:admin\n");
    stage.wait_for("ok", 1.0);
    assert_eq!(stage.status(), 403);
}

#[test]
fn policy_files_and_directories_are_watched_through_links() {
    let scratch = Scratch::new();
    let volume = Volume::new(&scratch, "owner: role:member\n");
    let file = scratch.write("file.yaml", "admin: role:admin\n");
    let routes = format!(
        "policy: {{files: ['{}'], directories: ['{}']}}\n\
         routes: [{{path: /file, rule: admin}}, {{path: /directory, rule: owner}}]\n",
        file.display(),
        volume.mount.display()
    );
    let stage = Stage::of(scratch, &routes);
    let status = |path| stage.scene.sidecar.get_as(&stage.token, path).status;
    assert_eq!((status("/file"), status("/directory")), (403, 200));
    volume.swap("owner: role:admin\n");
    eventually("the swap of the volume is seen", || status("/directory") == 403);
    stage.scratch.replace("file.yaml", "admin: role:member\n");
    eventually("the change of the file is seen", || status("/file") == 200);
    assert_eq!(stage.reloads("failed"), 0.0);
}

#[test]
fn m20_what_needs_a_restart_is_named_and_not_in_force() {
    let stage = Stage::with(MEMBERS);
    let more = "cache: {ttl: 60s}\n\
                keystone: {auth_url: \"http://127.0.0.1:9\", username: a, password: CANARY, \
                user_domain_id: d, project_id: p}\n";
    let text = stage.base.lines().next().unwrap().to_owned() + "\n" + more + ADMINS;
    stage.scratch.replace("portcullis.yaml", &text);
    stage.wait_for("ok", 1.0);
    assert_eq!(stage.status(), 403, "the policy is followed all the same");
    let shown = stage.page("/config");
    let keys = shown["reload"]["restart_needed"].to_string();
    for key in ["cache.ttl", "keystone.auth_url", "keystone.password"] {
        assert!(keys.contains(&format!("\"{key}\"")), "{key}: {keys}");
    }
    assert_eq!(shown["cache"]["ttl"]["value"], "300s", "in force");
    assert!(!shown.to_string().contains("CANARY"));
    assert!(stage.metric("config_restart_needed") >= 3.0);
    stage.write(ADMINS);
    eventually("nothing waits any more", || stage.metric("config_restart_needed") == 0.0);
}

#[test]
fn services_come_change_and_go_and_connections_to_the_others_stay() {
    let stage = Stage::with(MEMBERS);
    let images = Upstream::start();
    images.respond(200, &[], b"images");
    assert_eq!(stage.status(), 200);
    let kept = stage.scene.upstream.connections();
    let routes = "routes:\n- {name: images, path: /images, allow: public, upstream: images}\n\
                  - {name: all, path: /**, check: \"role:member\"}\n";
    stage.write(&format!("upstreams: {{images: \"{}\"}}\n{routes}", images.url()));
    stage.wait_for("ok", 1.0);
    let status = |path: &str| stage.scene.sidecar.get_as(&stage.token, path);
    assert_eq!(status("/images").text(), "images");
    let others = Upstream::start();
    others.respond(200, &[], b"others");
    stage.write(&format!("upstreams: {{images: \"{}\"}}\n{routes}", others.url()));
    stage.wait_for("ok", 2.0);
    assert_eq!(status("/images").text(), "others");
    assert_eq!(stage.status(), 200);
    assert_eq!(stage.scene.upstream.connections(), kept, "the one that stayed");
    stage.write(MEMBERS);
    stage.wait_for("ok", 3.0);
    assert_eq!(stage.status(), 200);
    assert_eq!(stage.metric("config_restart_needed"), 0.0);
    eventually("the others are let go", || others.open_connections() == 0);
}

#[test]
fn the_limits_of_clients_change_for_new_connections() {
    let stage = Stage::with(MEMBERS);
    let mut old = Client::connect(stage.scene.sidecar.public);
    let token = [("X-Auth-Token", &stage.token[..])];
    assert_eq!(old.get("/", &token).header("connection"), None);
    stage.write(&format!("server: {{keepalive_requests: 1}}\n{MEMBERS}"));
    stage.wait_for("ok", 1.0);
    assert_eq!(old.get("/", &token).header("connection"), None);
    let mut new = Client::connect(stage.scene.sidecar.public);
    assert_eq!(new.get("/", &token).header("connection"), Some("close"));
    assert!(new.is_closed());
}

#[test]
fn a_request_under_way_keeps_its_policy() {
    let by_body = |role: &str| {
        format!("routes: [{{path: /**, body: 1KiB, check: \"role:{role} and 'b':%(body.a)s\"}}]\n")
    };
    let stage = Stage::with(&by_body("member"));
    let mut early = Client::connect(stage.scene.sidecar.public);
    let token = &stage.token;
    let body = "{\"a\": \"b\"}";
    early.send(format!(
        "POST / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{{",
        body.len()
    ));
    let in_flight = "http_requests_in_flight{listener=\"public\"}";
    eventually("the request has begun", || stage.metric(in_flight) == 1.0);
    stage.write(&by_body("admin"));
    stage.wait_for("ok", 1.0);
    assert_eq!(stage.status(), 403, "whoever comes later is decided by the new policy");
    early.send(&body[1..]);
    assert_eq!(early.response().status, 200);
    assert_eq!(stage.scene.upstream.last().body.data, body.as_bytes());
}

#[test]
fn p04_two_hundred_reloads_under_load_lose_no_request() {
    let stage = Stage::with(MEMBERS);
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..3)
        .map(|_| {
            let (stop, token) = (Arc::clone(&stop), stage.token.clone());
            let address = stage.scene.sidecar.public;
            std::thread::spawn(move || {
                let mut client = Client::connect(address);
                let mut answered = 0;
                while !stop.load(Ordering::SeqCst) {
                    let response = client.get("/", &[("X-Auth-Token", &token)]);
                    assert_eq!(response.status, 200);
                    answered += 1;
                    // After so many thousand requests a client is asked to connect anew.
                    if response.header("connection") == Some("close") {
                        client = Client::connect(address);
                    }
                }
                answered
            })
        })
        .collect();
    for number in 0..200 {
        stage.write(&format!(
            "routes: [{{name: all, path: /**, check: \"role:member or role:r{number}\"}}]\n"
        ));
        stage.wait_for("ok", f64::from(number + 1));
    }
    stop.store(true, Ordering::SeqCst);
    let answered: Vec<usize> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    assert!(answered.iter().all(|count| *count > 200), "{answered:?}");
    assert_eq!(stage.reloads("failed"), 0.0);
}

#[test]
fn sighup_reads_again_and_ends_nothing() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let token = keystone.issue("alice", keystone_double::Scope::project("demo")).token();
    let base = base(&upstream, &keystone);
    let proxy = Proxy::run(&format!("{base}{MEMBERS}"), &["policy.watch=off"]);
    let status = || get(proxy.public, "/", &[("X-Auth-Token", &token)]).status;
    let write = |text: &str| proxy.process.scratch().replace("portcullis.yaml", text);
    assert_eq!(status(), 200);
    proxy.process.signal("HUP");
    proxy.process.wait_for("the configuration was read again; nothing to follow");
    write(&format!("{base}{ADMINS}"));
    proxy.process.signal("HUP");
    proxy.process.wait_for("another configuration is in force");
    assert_eq!(status(), 403);
    write(&format!("{base}routes: [{{path: /**, rule: one}}, {{path: /x, rule: two}}]\n"));
    proxy.process.signal("HUP");
    proxy.process.wait_for("there is no rule \\\"two\\\"");
    let output = proxy.process.output();
    let complaints: Vec<_> = output.lines().filter(|line| line.contains("mend it")).collect();
    assert_eq!(complaints.len(), 2, "one line for each problem: {complaints:#?}");
    assert!(complaints.iter().all(|line| line.contains("\"level\":\"ERROR\"")), "{complaints:#?}");
    assert_eq!(status(), 403);
    proxy.process.signal("HUP");
    let again = "portcullis_config_reloads_total{result=\"failed\"} 2";
    eventually("it fails again", || get(proxy.telemetry, "/metrics", &[]).text().contains(again));
    let output = proxy.process.output();
    assert_eq!(output.matches("mend it").count(), 2, "the same is not said again so soon");
    proxy.process.signal("TERM");
    let (ended, output) = proxy.process.end();
    assert_eq!(ended.code(), Some(0), "{output}");
}

/// The usual cast, with a configuration in a file that is looked at all the time.
struct Stage {
    scene: Scene,
    token: String,
    /// What the file says besides the policy.
    base: String,
    scratch: Scratch,
}

impl Stage {
    #[track_caller]
    fn with(policy: &str) -> Self {
        Self::of(Scratch::new(), policy)
    }

    #[track_caller]
    fn of(scratch: Scratch, policy: &str) -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let sidecar = Sidecar::before(&upstream, &keystone)
            .and(policy)
            .on_disk(&scratch)
            .set("policy.watch", "10ms")
            .set("server.workers", 1)
            .start();
        let base = base(&upstream, &keystone);
        let scene = Scene { sidecar, keystone, upstream };
        Self { token: scene.token(), scene, base, scratch }
    }

    #[track_caller]
    fn write(&self, policy: &str) {
        self.scratch.replace("portcullis.yaml", &format!("{}{policy}", self.base));
    }

    #[track_caller]
    fn status(&self) -> u16 {
        self.scene.sidecar.get_as(&self.token, "/").status
    }

    #[track_caller]
    fn metric(&self, name: &str) -> f64 {
        self.scene.sidecar.metric(&format!("portcullis_{name}"))
    }

    #[track_caller]
    fn reloads(&self, result: &str) -> f64 {
        self.metric(&format!("config_reloads_total{{result=\"{result}\"}}"))
    }

    #[track_caller]
    fn wait_for(&self, result: &str, count: f64) {
        eventually(&format!("{count} times {result}"), || self.reloads(result) >= count);
    }

    #[track_caller]
    fn page(&self, path: &str) -> Value {
        self.scene.sidecar.operate("GET", path, &[]).json()
    }
}

fn base(upstream: &Upstream, keystone: &Keystone) -> String {
    let (upstream, keystone) = (upstream.url(), keystone.url());
    format!("upstream: \"{upstream}\"\nkeystone: {{auth_url: \"{keystone}\"}}\n")
}

/// A directory as Kubernetes mounts one: files are links into a directory that is swapped whole.
struct Volume {
    mount: PathBuf,
}

impl Volume {
    fn new(scratch: &Scratch, text: &str) -> Self {
        let mount = scratch.path().join("mount");
        std::fs::create_dir(&mount).unwrap();
        let volume = Self { mount };
        volume.swap(text);
        let file = volume.mount.join("policy.yaml");
        std::os::unix::fs::symlink(Path::new("..data/policy.yaml"), file).unwrap();
        volume
    }

    fn swap(&self, text: &str) {
        let version = format!("..{}", text.len());
        std::fs::create_dir(self.mount.join(&version)).unwrap();
        std::fs::write(self.mount.join(&version).join("policy.yaml"), text).unwrap();
        let new = self.mount.join("..data_tmp");
        std::os::unix::fs::symlink(&version, &new).unwrap();
        std::fs::rename(new, self.mount.join("..data")).unwrap();
    }
}
