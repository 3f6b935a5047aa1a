//! Group P: the process, what it writes, and what it is made of.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use keystone_double::Scope;
use serde_json::Value;

use crate::support::{Client, Keystone, Proxy, Scratch, Upstream, get, request};

const MANIFEST: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
const LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"));

#[test]
fn p02_one_event_is_one_line_whatever_is_in_it() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    keystone.rename_user("alice", "mallory\u{1b}[2J\r\n{\"message\":\"forged\"}");
    let user = keystone.world().users.remove(0).id;
    let token = keystone.issue(&user, Scope::project("demo")).token();
    let proxy = Proxy::run(&three_lines(&upstream, &keystone), &["log.level=debug"]);
    for target in ["/%1b[2J%0aforged", "/x%0d%0a%7b%22message%22:%22forged%22%7d", "/%e2%80%a8"] {
        assert_eq!(get(proxy.public, target, &[("X-Auth-Token", &token)]).status, 200);
        get(proxy.public, target, &[("User-Agent", "\t{\"message\":\"forged\"}")]);
    }
    let mut client = Client::connect(proxy.public);
    client.send(b"GET /\x1b[2J HTTP/1.1\r\nHost: s\r\nX: \x1b[2J\r\n\r\n");
    let _ = client.try_response(false);
    proxy.process.signal("TERM");
    let (status, written) = proxy.process.end();
    assert!(status.success() && written.contains("%1b[2J%0aforged"), "{status}: {written}");
    assert!(!written.contains('\u{1b}'), "{written}");
    for line in written.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert_ne!(line["message"], "forged");
    }
}

#[test]
fn p06_a_process_that_was_killed_leaves_nothing_that_the_next_could_stumble_over() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = three_lines(&upstream, &keystone);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    for _ in 0..3 {
        let start = Instant::now();
        let proxy = Proxy::run(&yaml, &[]);
        assert_eq!(get(proxy.public, "/", &[("X-Auth-Token", &token)]).status, 200);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        let files = std::fs::read_dir(proxy.process.scratch().path()).unwrap();
        let names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
        assert_eq!(names, ["portcullis.yaml"], "nothing is written to disk");
        proxy.process.signal("KILL");
        let (status, _) = proxy.process.end();
        assert!(!status.success());
    }
}

#[test]
fn p07_p18_a_panic_unwinds_and_what_panics_silently_is_forbidden() {
    let section = |name: &str| {
        let (_, after) = MANIFEST.split_once(name).unwrap_or_else(|| panic!("no {name}"));
        after.split("\n[").next().unwrap()
    };
    let release = section("[profile.release]");
    // One request's panic ends that request, not the process.
    assert!(release.contains("panic = \"unwind\""), "{release}");
    assert!(release.contains("overflow-checks = true"), "{release}");
    assert!(section("[workspace.lints.rust]").contains("unsafe_code = \"deny\""));
    let denied = section("[workspace.lints.clippy]");
    for lint in ["unwrap_used", "expect_used", "panic", "indexing_slicing", "todo"] {
        assert!(denied.contains(&format!("\n{lint} = \"deny\"")), "{lint}");
    }
}

#[test]
fn g11_p13_a_log_that_nobody_takes_holds_up_no_request() {
    for reads in [Reads::NoMore, Reads::Nothing] {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let mut mute = Mute::run(&three_lines(&upstream, &keystone));
        if reads == Reads::NoMore {
            drop(mute.log.take());
        }
        let token = keystone.issue("alice", Scope::project("demo")).token();
        let mut client = Client::connect(mute.public);
        // More lines than the pipe holds.
        for _ in 0..20 {
            client.send(request("GET", "/", &[("X-Auth-Token", &token)], b"").repeat(50));
            for _ in 0..50 {
                assert_eq!(client.response().status, 200, "{reads:?}");
            }
        }
        assert!(mute.child.try_wait().unwrap().is_none(), "{reads:?}: it lives");
    }
}

#[test]
fn p16_no_crate_is_older_than_the_mend_of_its_known_weakness() {
    let floors = [
        ("bytes", [1, 11, 1]),
        ("h2", [0, 4, 18]),
        ("hyper", [1, 11, 0]),
        ("rustls", [0, 23, 18]),
        ("rustls-webpki", [0, 103, 13]),
        ("time", [0, 3, 47]),
        ("tokio", [1, 44, 2]),
        ("tracing-subscriber", [0, 3, 20]),
    ];
    let field = |package: &str, key: &str| {
        let line = package.lines().find(|line| line.starts_with(&format!("{key} = ")))?;
        Some(line.split('"').nth(1)?.to_owned())
    };
    let mut found = 0;
    for package in LOCK.split("[[package]]").skip(1) {
        let (name, version) = (field(package, "name").unwrap(), field(package, "version").unwrap());
        let Some((_, floor)) = floors.iter().find(|(floored, _)| *floored == name) else {
            continue;
        };
        let numbers: Vec<u32> =
            version.split(['.', '-', '+']).map_while(|number| number.parse().ok()).collect();
        assert!(numbers[..] >= floor[..], "{name} {version} is older than {floor:?}");
        found += 1;
    }
    assert!(found >= 5, "{found}: the lock file is not read");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    /// The other end of the log's pipe is closed.
    NoMore,
    /// It is open, and nobody reads.
    Nothing,
}

/// The program with its log in the test's hand.
struct Mute {
    child: Child,
    log: Option<BufReader<ChildStdout>>,
    public: SocketAddr,
    _scratch: Scratch,
}

impl Mute {
    #[track_caller]
    fn run(yaml: &str) -> Self {
        let scratch = Scratch::new();
        let file = scratch.write("portcullis.yaml", yaml);
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.args(["run", "--config", file.to_str().unwrap()]).env_clear();
        for setting in
            ["listen=127.0.0.1:0", "telemetry.listen=off", "admin.listen=off", "log.format=json"]
        {
            command.args(["--set", setting]);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = child.spawn().unwrap();
        let mut log = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let public = loop {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended before it served");
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            if line["message"] == "serving" {
                break line["public"].as_str().unwrap().parse().unwrap();
            }
        };
        Self { child, log: Some(log), public, _scratch: scratch }
    }
}

impl Drop for Mute {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn three_lines(upstream: &Upstream, keystone: &Keystone) -> String {
    format!("upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n", upstream.url(), keystone.url())
}
