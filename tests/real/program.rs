//! The program as an operator starts it: a file, an environment, a log on standard output.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::{Response, eventually, get};

/// A running `portcullis run`. Dropping it ends it.
pub(crate) struct Program {
    child: Child,
    public: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Program {
    /// Runs it with a file of this content, in `directory`, with these variables and no others.
    #[track_caller]
    pub(crate) fn run(directory: &Path, yaml: &str, variables: &[(&str, &str)]) -> Self {
        let file = directory.join("portcullis.yaml");
        let listeners = "listen: 127.0.0.1:0\ntelemetry: 127.0.0.1:0\nadmin: off\n";
        std::fs::write(&file, format!("{listeners}{yaml}")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_portcullis"))
            .args(["run", "--config"])
            .arg(file)
            .current_dir(directory)
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let sink = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *sink.lock().unwrap() += &(line + "\n");
            }
        });
        let mut program = Self { child, public: SocketAddr::from(([127, 0, 0, 1], 0)), log };
        eventually("the program serves", || program.address().is_some());
        program.public = program.address().unwrap();
        program
    }

    /// A client's request with `token`.
    #[track_caller]
    pub(crate) fn get(&self, token: &str) -> Response {
        get(self.public, "/", &[("X-Auth-Token", token)])
    }

    /// Waits for a line of the log that says all of this.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) {
        eventually(&format!("a line with {words:?}"), || {
            let log = self.log.lock().unwrap();
            log.lines().any(|line| words.iter().all(|word| line.contains(word)))
        });
    }

    fn address(&mut self) -> Option<SocketAddr> {
        assert!(self.child.try_wait().unwrap().is_none(), "the program ended at once");
        let log = self.log.lock().unwrap();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines
            .filter(|line| line["message"] == "serving")
            .find_map(|line| line["public"].as_str()?.parse().ok())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the program's log:\n{}", self.log.lock().unwrap());
        }
    }
}
