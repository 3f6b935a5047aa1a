//! The real program in a process of its own, where memory, output and signals are its own too.

use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use super::{Scratch, eventually};

/// The program, running.
pub struct Process {
    child: Child,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
    scratch: Scratch,
}

/// The program as a proxy, serving.
pub struct Proxy {
    /// The process.
    pub process: Process,
    /// Where clients go.
    pub public: SocketAddr,
    /// Where probes and scrapes go.
    pub telemetry: SocketAddr,
    /// Where the operator goes.
    pub admin: SocketAddr,
}

impl Process {
    /// Starts the program with nothing in its environment but `variables`.
    #[track_caller]
    pub fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::start_in(Scratch::new(), arguments, variables)
    }

    #[track_caller]
    fn start_in(scratch: Scratch, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let command = command(&scratch, arguments, variables);
        Self::spawn(scratch, command)
    }

    #[track_caller]
    fn spawn(scratch: Scratch, mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = Arc::new(Mutex::new(Vec::new()));
        let readers = vec![
            collect(child.stdout.take().unwrap(), &output),
            collect(child.stderr.take().unwrap(), &output),
        ];
        Self { child, output, readers, scratch }
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let scratch = Scratch::new();
        command(&scratch, arguments, variables).output().unwrap()
    }

    /// Runs the program to its end, with `input` to read.
    #[track_caller]
    pub fn feed(arguments: &[&str], input: &str) -> Output {
        let scratch = Scratch::new();
        let mut command = command(&scratch, arguments, &[]);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        // Dropped at once, so that the program sees the end of it.
        let written = child.stdin.take().unwrap().write_all(input.as_bytes());
        // One that refuses its arguments may be gone before it has read anything.
        if let Err(error) = written {
            assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{error}");
        }
        child.wait_with_output().unwrap()
    }

    /// Everything it has written so far, to either output.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    /// Waits until it has written `text`.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        eventually(&format!("it writes {text:?}"), || self.output().contains(text));
    }

    /// The directory that it runs in.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Sends a signal, such as `TERM`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(sent.success(), "kill -s {name}: {sent}");
    }

    /// Waits for its end, and returns how it ended and all that it wrote.
    #[track_caller]
    pub fn end(mut self) -> (ExitStatus, String) {
        let mut status = None;
        eventually("the process ends", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        (status.unwrap(), self.output())
    }

    /// Its resident memory in bytes, now.
    #[track_caller]
    pub fn memory(&self) -> u64 {
        self.memory_line("VmRSS:")
    }

    /// The most resident memory it ever had, in bytes.
    #[track_caller]
    pub fn peak_memory(&self) -> u64 {
        self.memory_line("VmHWM:")
    }

    /// How many threads it has.
    #[track_caller]
    pub fn threads(&self) -> u64 {
        self.status_line("Threads:")
    }

    /// How many file descriptors it has open.
    #[track_caller]
    pub fn descriptors(&self) -> u64 {
        let path = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(path).unwrap().count() as u64
    }

    #[track_caller]
    fn memory_line(&self, name: &str) -> u64 {
        self.status_line(name) * 1024
    }

    #[track_caller]
    fn status_line(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Proxy {
    /// Runs what `yaml` configures, listeners on free ports, logging JSON.
    #[track_caller]
    pub fn run(yaml: &str, settings: &[&str]) -> Self {
        Self::run_within(None, yaml, settings)
    }

    /// The same where the system allows so many open files and no more.
    #[track_caller]
    pub fn run_with_descriptors(most: u32, yaml: &str, settings: &[&str]) -> Self {
        Self::run_within(Some(most), yaml, settings)
    }

    #[track_caller]
    fn run_within(descriptors: Option<u32>, yaml: &str, settings: &[&str]) -> Self {
        let scratch = Scratch::new();
        let file = scratch.write("portcullis.yaml", yaml);
        let mut arguments = vec!["run", "--config", file.to_str().unwrap()];
        let usual = [
            "listen=127.0.0.1:0",
            "telemetry.listen=127.0.0.1:0",
            "admin.listen=127.0.0.1:0",
            "log.format=json",
            "server.workers=2",
        ];
        for setting in usual.iter().chain(settings) {
            arguments.extend(["--set", *setting]);
        }
        let limit = descriptors.map(|most| format!("ulimit -n {most} && exec \"$0\" \"$@\""));
        let command = match &limit {
            None => command(&scratch, &arguments, &[]),
            Some(limit) => {
                let program = env!("CARGO_BIN_EXE_portcullis");
                let through = [&["-c", limit, program], &arguments[..]].concat();
                command_of("sh", &scratch, &through, &[])
            }
        };
        let process = Process::spawn(scratch, command);
        let mut serving = None;
        eventually("it serves", || {
            let output = process.output();
            let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            serving = lines.into_iter().find(|line| line["message"] == "serving");
            serving.is_some() || output.contains("portcullis: ")
        });
        let serving = serving.unwrap_or_else(|| panic!("{}", process.output()));
        let address = |name: &str| serving[name].as_str().unwrap().parse().unwrap();
        Self {
            public: address("public"),
            telemetry: address("telemetry"),
            admin: address("admin"),
            process,
        }
    }
}

fn command(scratch: &Scratch, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    command_of(env!("CARGO_BIN_EXE_portcullis"), scratch, arguments, variables)
}

fn command_of(
    program: &str,
    scratch: &Scratch,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .env("HOME", scratch.path())
        .envs(variables.iter().copied())
        .current_dir(scratch.path())
        .stdin(Stdio::null());
    command
}

fn collect(mut from: impl Read + Send + 'static, into: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        let mut piece = [0; 16 * 1024];
        while let Ok(read @ 1..) = from.read(&mut piece) {
            into.lock().unwrap().extend_from_slice(&piece[..read]);
        }
    })
}
