//! What Autobahn's suite thinks of a WebSocket server, and whether it thinks the same of it behind
//! the proxy.
//!
//! Beside `quick`, which leaves out what takes minutes, `PORTCULLIS_AUTOBAHN` names another
//! selection of `verdicts.py`: `rfc6455`, `full`, or patterns.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::keystone::RealKeystone;
use crate::people::Scope;
use crate::suite::Suite;
use crate::support::{Scratch, Sidecar};

#[test]
fn a_websocket_is_as_good_behind_the_proxy_as_before_it() {
    let mut suite = Suite::start("websocket");
    suite.scenario("Autobahn's verdicts are the same", |keystone| {
        the_verdicts_are_the_same(keystone);
    });
    suite.end();
}

fn the_verdicts_are_the_same(keystone: &RealKeystone) {
    let echo = Echo::start();
    let token = keystone.token("alice", Scope::Project("demo")).value;
    let sidecar = Sidecar::start(&format!(
        "upstream: \"http://{}\"\nkeystone: {{auth_url: \"{}\", mode: self}}\n\
         policy: {{protocols: [websocket]}}\n",
        echo.address,
        keystone.url(),
    ));
    let scratch = Scratch::new();
    let out = scratch.path().join("verdicts.json");
    let cases = std::env::var("PORTCULLIS_AUTOBAHN").unwrap_or_else(|_| "quick".to_owned());
    let done = Command::new(installed("venv/bin/python"))
        .arg(here().join("verdicts.py"))
        .args(["--cases", &cases, "--header", &format!("X-Auth-Token: {token}"), "--out"])
        .arg(&out)
        .args([format!("ws://{}", echo.address), format!("ws://{}", sidecar.public)])
        .output()
        .expect("what scripts/test-tools websocket installs can be run");
    let said = String::from_utf8_lossy(&done.stderr);
    let verdicts = std::fs::read(&out).unwrap_or_else(|_| panic!("there are no verdicts: {said}"));
    let verdicts: Value = serde_json::from_slice(&verdicts).unwrap();
    eprintln!("{said}");
    let judged = u32::try_from(verdicts["cases"].as_u64().unwrap()).unwrap();
    assert!(judged >= if cases == "quick" { QUICK } else { 1 }, "{judged} cases");
    let through = &verdicts["others"][0];
    assert_eq!(through["worse"].as_array().map(Vec::len), Some(0), "{:#}", through["worse"]);
    assert!(done.status.success(), "{said}");
    let passed = sidecar.decisions("allow", "confirmed");
    assert!(passed >= f64::from(judged), "{passed} handshakes went through the proxy");
}

/// A server that sends back what it gets.
struct Echo {
    child: Child,
    address: String,
}

impl Echo {
    #[track_caller]
    fn start() -> Self {
        let mut child = Command::new(installed("venv/bin/python"))
            .arg(here().join("echo.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{error}: scripts/test-tools websocket"));
        let mut line = String::new();
        let told = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        told.expect("the server says where it listens");
        let address = line.trim().strip_prefix("ws://").expect("an address").to_owned();
        Self { child, address }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where `scripts/test-tools websocket` installs.
fn installed(program: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/websocket-tools").join(program)
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/websocket")
}

/// How many cases the usual selection has at least.
const QUICK: u32 = 240;
