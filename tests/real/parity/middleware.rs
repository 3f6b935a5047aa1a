//! The process in which the real keystonemiddleware runs, as `middleware.py` describes it.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Map, Value, json};

use crate::keystone::environment;
use crate::support::DEADLINE;

/// A Python in which every setting has a guarded application of its own. Dropping it ends it.
pub(crate) struct Middleware {
    child: Child,
    talk: Mutex<Talk>,
}

struct Talk {
    questions: ChildStdin,
    answers: Receiver<Value>,
}

impl Middleware {
    /// Starts it; what it logs goes to a file in `directory`.
    #[track_caller]
    pub(crate) fn start(directory: &Path) -> Self {
        let log = File::create(directory.join("keystonemiddleware.log")).unwrap();
        let mut child = Command::new(environment().join("bin/python"))
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/parity/middleware.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the virtual environment of scripts/real-keystone has no Python");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sink, answers) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let Ok(answer) = serde_json::from_str(&line) else { break };
                if sink.send(answer).is_err() {
                    break;
                }
            }
        });
        let questions = child.stdin.take().unwrap();
        Self { child, talk: Mutex::new(Talk { questions, answers }) }
    }

    /// One more application behind `auth_token` with these options.
    #[track_caller]
    pub(crate) fn serve(&self, options: &[(String, String)]) -> SocketAddr {
        let options: Map<_, _> =
            options.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let port = self.ask(&json!({ "serve": options }))["port"].as_u64().unwrap();
        SocketAddr::from(([127, 0, 0, 1], port.try_into().unwrap()))
    }

    /// What has reached the application at `address` since this was last asked.
    #[track_caller]
    pub(crate) fn seen(&self, address: SocketAddr) -> Vec<Value> {
        let mut answer = self.ask(&json!({ "seen": address.port() }));
        let Value::Array(seen) = answer["seen"].take() else { panic!("no list: {answer}") };
        seen
    }

    #[track_caller]
    fn ask(&self, question: &Value) -> Value {
        let mut talk = self.talk.lock().unwrap();
        writeln!(talk.questions, "{question}").expect("middleware.py has ended");
        talk.answers.recv_timeout(DEADLINE).expect("middleware.py does not answer; see its log")
    }
}

impl Drop for Middleware {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
