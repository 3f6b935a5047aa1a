//! Python's oslo.policy, in a process beside the test.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use crate::job::Job;

/// What Python said about a job.
pub(crate) struct Answer {
    /// The exception that loading ended with.
    pub(crate) load: Option<String>,
    /// Each rule as `str()` shows it.
    pub(crate) printed: Map<String, Json>,
    /// A boolean or an exception for each case.
    pub(crate) verdicts: Vec<Json>,
}

/// Asks Python about every job; the answers are in the same order.
pub(crate) fn ask(jobs: &[Job]) -> Vec<Answer> {
    let mut python = start();
    let lines: Vec<String> = jobs.iter().map(|job| job.to_json().to_string()).collect();
    let mut input = python.0.stdin.take().unwrap();
    // A thread writes, so that neither side waits for a full pipe. It ends with the process.
    let writer = thread::spawn(move || {
        for line in lines {
            if writeln!(input, "{line}").is_err() {
                return;
            }
        }
    });
    let output = answers(&mut python);
    let answers = jobs.iter().map(|job| {
        let line = output.recv_timeout(PATIENCE);
        let line = line.unwrap_or_else(|error| panic!("no answer from Python: {error}; {job:?}"));
        read(&line)
    });
    let answers = answers.collect();
    writer.join().unwrap();
    answers
}

/// Ends the process with the test, however that ends.
struct Python(Child);

impl Drop for Python {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start() -> Python {
    let path = interpreter();
    assert!(
        path.exists(),
        "{} is missing: run `scripts/real-keystone target/real-keystone install`, or name a Python \
         that has oslo.policy 6.0.1 with OSLO_POLICY_PYTHON",
        path.display()
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/oracle.py");
    let child = Command::new(path)
        .arg(script)
        .env("PYTHONUTF8", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONWARNINGS", "ignore")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    Python(child.unwrap())
}

fn interpreter() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let own = || root.join("target/real-keystone/venv/bin/python");
    std::env::var_os("OSLO_POLICY_PYTHON").map_or_else(own, PathBuf::from)
}

fn answers(python: &mut Python) -> Receiver<String> {
    let output = BufReader::new(python.0.stdout.take().unwrap());
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn read(line: &str) -> Answer {
    let mut json: Json = serde_json::from_str(line).unwrap();
    Answer {
        load: json["load"].as_str().map(str::to_owned),
        printed: json["printed"].as_object().unwrap().clone(),
        verdicts: json["verdicts"].as_array_mut().map(std::mem::take).unwrap(),
    }
}

/// Starting the interpreter takes a second or two.
const PATIENCE: Duration = Duration::from_mins(2);
