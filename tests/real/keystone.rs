//! A Keystone of one's own on loopback, which a test may fill, break, stop and kill.
//!
//! Each fixture has its own directory, port, keys and database, restored from a snapshot in some
//! two seconds, so that neither threads nor processes of a test run meet each other's changes.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::support::eventually;

/// A running Keystone. Dropping it ends it; so does the end of this process, whatever ends it.
pub(crate) struct RealKeystone {
    directory: PathBuf,
    /// What `scripts/real-keystone` wrote about it: addresses, ids, passwords.
    facts: Value,
    /// An administrator's token, once somebody needs one.
    pub(crate) administrator: OnceLock<String>,
    /// A shell that waits for this process to close its standard input, and then ends Keystone.
    warden: Child,
}

impl RealKeystone {
    /// Starts one at the root of its server. `name` tells the fixtures of one run apart.
    #[track_caller]
    pub(crate) fn up(name: &str) -> Self {
        Self::up_under(name, "")
    }

    /// Starts one whose API stands under `prefix`, as in `/identity`.
    #[track_caller]
    pub(crate) fn up_under(name: &str, prefix: &str) -> Self {
        let home = home();
        fs::create_dir_all(&home).unwrap();
        sweep(&home);
        let directory = home.join(format!("run-{}-{name}", std::process::id()));
        // Another run may have had our number.
        if directory.exists() {
            clear(&directory);
        }
        let warden = warden(&directory);
        let administrator = OnceLock::new();
        let mut keystone = Self { directory, facts: Value::Null, administrator, warden };
        keystone.script("up", &[("KS_PREFIX", prefix)]);
        keystone
    }

    /// Ends it politely; its port stays its own.
    pub(crate) fn stop(&mut self) {
        self.script("stop", &[]);
        self.forget_processes();
    }

    /// Starts it again after [`stop`](Self::stop) or [`kill`](Self::kill), on the same port.
    pub(crate) fn start(&mut self) {
        self.script("start", &[]);
    }

    /// Starts a second server on the same data, whose tokens live three seconds.
    pub(crate) fn start_short(&mut self) {
        self.script("short", &[("KS_EXPIRATION", "3")]);
    }

    /// Ends all its servers at once, as a crash of their machine would.
    #[track_caller]
    pub(crate) fn kill(&mut self) {
        self.signal("KILL");
        // A signal is only sent: who starts them again must not find them still alive.
        eventually("they are gone", || !self.processes().any(is_alive));
        self.forget_processes();
    }

    /// Stops all its servers in the middle of what they do; connections stay open.
    pub(crate) fn freeze(&mut self) {
        self.signal("STOP");
    }

    /// Lets them go on after [`freeze`](Self::freeze).
    pub(crate) fn thaw(&mut self) {
        self.signal("CONT");
    }

    /// Where its v3 API is, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        self.fact("/url")
    }

    /// The same for the server with the short-lived tokens.
    pub(crate) fn short_url(&self) -> &str {
        self.fact("/short/url")
    }

    /// Its host and port.
    pub(crate) fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.facts["port"])
    }

    /// The id of something that was seeded, as in `id("users", "alice")`.
    #[track_caller]
    pub(crate) fn id(&self, kind: &str, name: &str) -> &str {
        self.fact(&format!("/{kind}/{name}/id"))
    }

    /// One seeded fact, by its JSON pointer.
    #[track_caller]
    pub(crate) fn fact(&self, pointer: &str) -> &str {
        let fact = self.facts.pointer(pointer).and_then(Value::as_str);
        fact.unwrap_or_else(|| panic!("env.json of the real Keystone has no {pointer}"))
    }

    fn signal(&self, signal: &str) {
        for pid in self.processes() {
            // Master and workers are a process group that the script made.
            let (signal, group) = (format!("-{signal}"), format!("-{pid}"));
            let sent = Command::new("kill").args([&signal, "--", &group]).output();
            sent.expect("kill cannot be run: apt-get install procps");
        }
    }

    /// The numbers of its servers, which are those of their groups.
    fn processes(&self) -> impl Iterator<Item = u64> {
        PROCESSES.iter().filter_map(|pid| self.facts.pointer(pid).and_then(Value::as_u64))
    }

    /// Their numbers may be somebody else's from now on.
    fn forget_processes(&mut self) {
        for pid in PROCESSES {
            if let Some(pid) = self.facts.pointer_mut(pid) {
                *pid = Value::Null;
            }
        }
    }

    #[track_caller]
    fn script(&mut self, command: &str, settings: &[(&str, &str)]) {
        let done = Command::new(script())
            .arg(&self.directory)
            .arg(command)
            .envs(settings.iter().copied())
            .output()
            .expect("scripts/real-keystone cannot be run: apt-get install bash");
        assert!(
            done.status.success(),
            "scripts/real-keystone {command} failed, and without a Keystone nothing is tested:\n{}",
            String::from_utf8_lossy(&done.stderr)
        );
        let facts = fs::read(self.directory.join("env.json")).unwrap();
        self.facts = serde_json::from_slice(&facts).unwrap();
    }
}

impl Drop for RealKeystone {
    fn drop(&mut self) {
        // Nobody has anything to lose any more, and a polite end takes two seconds.
        self.signal("KILL");
        drop(self.warden.stdin.take());
        let _ = self.warden.wait();
        if std::thread::panicking() {
            let kept = self.directory.display();
            eprintln!("the real Keystone's logs are kept in {kept} for a while");
        } else {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

/// Ends the servers in `directory` when this process lets go of it: by closing its standard input
/// or by ending, be it by SIGKILL. It has a process group of its own, which no Ctrl-C reaches.
fn warden(directory: &Path) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; exec \"$0\" \"$1\" down"])
        .arg(script())
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("sh cannot be run")
}

/// Removes what former test runs have left. Not at once: nextest runs each test in a process of its
/// own, and the logs of one that failed should outlive the next one's start.
fn sweep(home: &Path) {
    for entry in fs::read_dir(home).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix("run-").and_then(|rest| rest.split('-').next());
        let gone = owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists());
        let age = entry.metadata().and_then(|about| about.modified()).map(|at| at.elapsed());
        if gone && matches!(age, Ok(Ok(age)) if age > KEPT) {
            // Another test may sweep too; whoever comes second finds nothing.
            clear(&entry.path());
        }
    }
}

/// Ends what still runs in `directory`, and removes it.
fn clear(directory: &Path) {
    let _ = Command::new(script()).arg(directory).arg("down").output();
    let _ = fs::remove_dir_all(directory);
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/real-keystone")
}

/// Where the script keeps the virtual environment and the snapshot, too.
fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/real-keystone")
}

/// Where the script installs the Python packages, by the same variables.
pub(crate) fn environment() -> PathBuf {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    set("KS_VENV").unwrap_or_else(|| set("KS_HOME").unwrap_or_else(home).join("venv"))
}

/// Whether any process of a group is more than a zombie.
fn is_alive(group: u64) -> bool {
    let group = group.to_string();
    fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // `pid (name) state parent group`, where the name may hold anything.
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields.split_whitespace());
        let fields: Vec<_> = fields.into_iter().flatten().take(3).collect();
        matches!(fields[..], [state, _, of] if of == group && !matches!(state, "Z" | "X"))
    })
}

/// Where the facts name the process groups of its servers.
const PROCESSES: [&str; 2] = ["/pid", "/short/pid"];

/// How long the logs of a failed test are kept at least.
const KEPT: Duration = Duration::from_mins(15);
