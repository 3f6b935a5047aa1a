//! Services as they are found in the wild: nginx, which speaks HTTP/1.1 to what is before it, and
//! nghttpd, which speaks HTTP/2.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{Scratch, eventually};
use crate::upstreams::warden;

/// A file that both have: large, and nowhere like itself.
pub(super) const LARGE: &str = "large.bin";
pub(super) const SMALL: &str = "small.txt";

/// What stands behind each response of nghttpd's that has a body.
pub(super) const TRAILER: &str = "x-peer-trailer: behind it all";

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nginx,
    /// Sends back what is uploaded.
    Nghttpd,
}

/// A running service. Dropping it ends it; so does the end of this process.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    child: Child,
    warden: Child,
    scratch: Scratch,
}

impl Service {
    #[track_caller]
    pub(super) fn start(kind: Kind) -> Self {
        let scratch = Scratch::new();
        fs::write(scratch.path().join(LARGE), large()).unwrap();
        // Readable for everybody: nginx gives up its rights.
        fs::write(scratch.path().join(SMALL), "a small file, of which one can ask for pieces\n")
            .unwrap();
        let log = fs::File::create(scratch.path().join("log")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut address = listener.local_addr().unwrap();
        let mut command = match kind {
            Kind::Nginx => nginx(scratch.path(), address, listener),
            Kind::Nghttpd => nghttpd(scratch.path()),
        };
        let child = command
            .current_dir(scratch.path())
            .process_group(0)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{kind:?}: {error}: scripts/test-tools http2 upstreams")
            });
        let warden = warden(child.id());
        if kind == Kind::Nghttpd {
            eventually("nghttpd listens", || {
                let port = port_of(child.id());
                port.inspect(|port| address.set_port(*port)).is_some()
            });
        }
        eventually("the service listens", || TcpStream::connect(address).is_ok());
        Self { address, child, warden, scratch }
    }

    /// One of its files.
    pub(super) fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.scratch.path().join(name)).unwrap()
    }

    /// Where it is.
    pub(super) fn path(&self, name: &str) -> String {
        self.scratch.path().join(name).display().to_string()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The warden first: once the group is gone, its number may be somebody else's.
        let _ = self.warden.kill();
        let _ = self.warden.wait();
        // The group, for nginx has a process for the work.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).output();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the service said:\n{}", String::from_utf8_lossy(&self.file("log")));
        }
    }
}

fn nginx(directory: &Path, address: SocketAddr, listener: TcpListener) -> Command {
    let here = directory.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {here}/{kind};\n"))
        .concat();
    let configuration = format!(
        "daemon off;\nworker_processes 1;\npid {here}/nginx.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\n{temporary}access_log off;\n\
         server {{\nlisten {address};\nroot {here};\n}}\n}}\n",
    );
    let file = directory.join("nginx.conf");
    fs::write(&file, configuration).unwrap();
    let found = Path::new("/usr/sbin/nginx");
    let mut command = Command::new(if found.exists() { found } else { Path::new("nginx") });
    // How it hands its sockets to its own successor.
    command.env("NGINX", "0;").stdin(Stdio::from(OwnedFd::from(listener)));
    command.arg("-p").arg(directory).arg("-c").arg(file);
    command
}

fn nghttpd(directory: &Path) -> Command {
    let mut command = Command::new("nghttpd");
    command.args(["--address=127.0.0.1", "--no-tls", "--echo-upload", "--trailer", TRAILER]);
    command.arg("--htdocs").arg(directory).arg("0").stdin(Stdio::null());
    command
}

/// The port that a process listens on, as the system knows it: nghttpd does not say.
fn port_of(process: u32) -> Option<u16> {
    let sockets: Vec<_> = fs::read_dir(format!("/proc/{process}/fd"))
        .ok()?
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter_map(|link| {
            Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
        })
        .collect();
    let table = fs::read_to_string(format!("/proc/{process}/net/tcp")).ok()?;
    table.lines().find_map(|line| {
        // The address is the second column, the state the fourth (0A listens), the inode the tenth.
        let columns: Vec<_> = line.split_whitespace().collect();
        let ours = columns.get(3) == Some(&"0A") && sockets.iter().any(|own| own == columns[9]);
        let port = columns.get(1)?.rsplit(':').next()?;
        u16::from_str_radix(port, 16).ok().filter(|_| ours)
    })
}

/// 8 MiB of which no piece is like another.
fn large() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(8 << 20);
    while bytes.len() < 8 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}
