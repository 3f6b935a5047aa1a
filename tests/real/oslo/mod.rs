//! `[keystone_authtoken]` as we read it, beside oslo.config, keystoneauth1 and keystonemiddleware
//! themselves. They are installed with the real Keystone.

mod accounts;
mod files;
mod options;

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::keystone::environment;
use crate::support::Scratch;

/// What the Python program beside this file says when it is given `texts`.
#[track_caller]
fn ask(program: &str, texts: &[String]) -> String {
    let scratch = Scratch::new();
    let question = scratch.write("question.json", &serde_json::to_string(texts).unwrap());
    let output = Command::new(environment().join("bin/python"))
        .args(["-W", "ignore"])
        .arg(here().join("tests/real/oslo").join(program))
        .env_clear()
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::from(File::open(question).unwrap()))
        .output()
        .unwrap_or_else(|error| panic!("{error}: run scripts/real-keystone DIR install"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
