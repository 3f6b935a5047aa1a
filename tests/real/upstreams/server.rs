//! One real server with the echoing application behind it.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Client, Scratch, eventually, get};

use super::kinds::{Kind, Place};
use super::seen::Seen;
use super::spellings::protected;

/// A running server. Dropping it ends it; so does the end of this process, whatever ends it.
pub(crate) struct Server {
    pub(crate) kind: &'static Kind,
    pub(crate) address: SocketAddr,
    child: Child,
    /// A shell that waits for this process to close its standard input, and then ends the server.
    warden: Child,
    /// How many lines of the log have been read.
    read: usize,
    probes: usize,
    scratch: Scratch,
}

impl Server {
    #[track_caller]
    pub(crate) fn start(kind: &'static Kind) -> Self {
        let scratch = Scratch::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let log = scratch.write("seen", "");
        let fields = protected();
        let place = Place { directory: scratch.path(), address, log: &log, fields: &fields };
        let output = File::create(scratch.path().join("output")).unwrap();
        let child = (kind.command)(&place)
            .env("ECHO_LOG", &log)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(scratch.path())
            .process_group(0)
            .stdin(Stdio::from(OwnedFd::from(listener)))
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{} cannot be run: {error}: scripts/test-tools upstreams", kind.name)
            });
        let warden = warden(child.id());
        let mut server = Self { kind, address, child, warden, read: 0, probes: 0, scratch };
        if kind.announces {
            server.address = server.announced();
        }
        // The first answer tells that it has started, or did not.
        let started = server.probe();
        get(server.address, &started, &[("Connection", "close")]);
        server.since(&started);
        server
    }

    /// What to write as `upstream.url`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the application sees of these bytes without a proxy before it.
    #[track_caller]
    pub(crate) fn bare(&mut self, bytes: impl AsRef<[u8]>) -> Vec<Seen> {
        let mut client = Client::connect(self.address);
        client.stream().set_read_timeout(Some(PATIENCE)).unwrap();
        let _ = client.try_send(bytes);
        while client.wire().some().is_ok_and(|piece| !piece.is_empty()) {}
        // A server that serves one at a time waits for more of it.
        drop(client);
        let after = self.probe();
        get(self.address, &after, &[("Connection", "close")]);
        let mut seen = self.since(&after);
        seen.retain(|request| request.path != after);
        seen
    }

    /// A path that nobody has asked for before.
    pub(crate) fn probe(&mut self) -> String {
        self.probes += 1;
        format!("/probe/{}", self.probes)
    }

    /// What the application has seen since this was last asked, up to a request for `path`, which
    /// it must see.
    #[track_caller]
    pub(crate) fn since(&mut self, path: &str) -> Vec<Seen> {
        let mut seen = Vec::new();
        eventually(&format!("{} has seen {path}", self.kind.name), || {
            seen = self.unread();
            seen.iter().any(|request| request.path == path)
        });
        self.read += seen.len();
        seen
    }

    fn unread(&self) -> Vec<Seen> {
        let bytes = fs::read(self.scratch.path().join("seen")).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        // The last line may be half written.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().skip(self.read).map(Seen::parse).collect()
    }

    #[track_caller]
    fn announced(&self) -> SocketAddr {
        let mut address = None;
        eventually(&format!("{} says where it listens", self.kind.name), || {
            let output = self.output();
            let after = output.split("http://").nth(1);
            let text = after.and_then(|text| text.split(')').next());
            address = text.and_then(|text| text.parse().ok());
            address.is_some()
        });
        address.unwrap()
    }

    fn output(&self) -> String {
        let bytes = fs::read(self.output_file()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn output_file(&self) -> PathBuf {
        self.scratch.path().join("output")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The warden first: once the group is gone, its number may be somebody else's.
        let _ = self.warden.kill();
        let _ = self.warden.wait();
        let _ =
            Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).output();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("{} said:\n{}", self.kind.name, self.output());
        }
    }
}

/// Ends the process group of `leader` when this process ends, be it by SIGKILL. It has a group of
/// its own, which no Ctrl-C reaches.
pub(crate) fn warden(leader: u32) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; kill -KILL -- \"-$0\"", &leader.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("sh cannot be run")
}

/// How long an answer may take that need not come: to a request that is none, or after the last.
/// Whoever is slower than that is asked once more and has answered by then.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);
