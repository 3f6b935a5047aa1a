//! The servers, as their operators start them, and what each is known to make of field names.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A kind of server that an application may stand behind.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// How to start it. Its socket is its standard input, unless it announces one of its own.
    pub(crate) command: fn(&Place<'_>) -> Command,
    pub(crate) announces: bool,
    /// The marks that it takes for a hyphen. Newer versions may take fewer; then this list is to
    /// be made shorter, and another server has to be found that folds them.
    pub(crate) folds: &'static str,
    /// Whether it resolves `%2e%2e` before the application sees a path.
    pub(crate) resolves: bool,
    /// Whether it ends every connection with its first answer.
    pub(crate) closes: bool,
}

/// Where a server is to run.
pub(crate) struct Place<'a> {
    /// A directory of its own.
    pub(crate) directory: &'a Path,
    pub(crate) address: SocketAddr,
    pub(crate) log: &'a Path,
    /// The fields that a server which cannot list them all should tell of.
    pub(crate) fields: &'a [String],
}

pub(crate) const KINDS: [Kind; 11] = [
    Kind { name: "cheroot", command: |_| served("cheroot"), folds: "_", ..PLAIN },
    Kind { name: "eventlet", command: |_| served("eventlet"), ..PLAIN },
    Kind { name: "gunicorn", command: |_| gunicorn("drop"), ..PLAIN },
    Kind { name: "gunicorn that maps", command: |_| gunicorn("dangerous"), folds: "_", ..PLAIN },
    Kind { name: "lighttpd", command: lighttpd, folds: "!#$%&'*+.^_`|~", resolves: true, ..PLAIN },
    Kind { name: "nginx", command: nginx, folds: "_", resolves: true, ..PLAIN },
    Kind { name: "Node.js", command: |_| node(), ..PLAIN },
    Kind { name: "PHP", command: |_| php(), announces: true, folds: "._", closes: true, ..PLAIN },
    Kind { name: "uWSGI", command: |_| uwsgi(), folds: "_", resolves: true, closes: true, ..PLAIN },
    Kind { name: "waitress", command: |_| served("waitress"), ..PLAIN },
    Kind { name: "wsgiref", command: |_| served("wsgiref"), folds: "_", closes: true, ..PLAIN },
];

const PLAIN: Kind = Kind {
    name: "",
    command: |_| node(),
    announces: false,
    folds: "",
    resolves: false,
    closes: false,
};

/// A server that a few lines of Python start.
fn served(by: &str) -> Command {
    let mut command = Command::new(installed("python"));
    command.arg(applications().join("serve.py")).arg(by);
    command
}

fn gunicorn(header_map: &str) -> Command {
    let mut command = Command::new(installed("gunicorn"));
    command.args(["--bind", "fd://0", "--worker-class", "gthread", "--threads", "4"]);
    command.args(["--keep-alive", "75", "--no-control-socket", "--header-map", header_map]);
    command.arg("--pythonpath").arg(applications()).arg("echo:application");
    command
}

fn uwsgi() -> Command {
    let mut command = Command::new(installed("uwsgi"));
    // Its buffer is 4 KiB otherwise, less than the many lies of one request.
    command.args(["--http-socket", "fd://0", "--need-app", "--buffer-size", "65535"]);
    command.arg("--pythonpath").arg(applications()).args(["--module", "echo:application"]);
    command
}

fn node() -> Command {
    let mut command = Command::new(installed("node"));
    command.arg(applications().join("echo.js"));
    command
}

fn php() -> Command {
    let mut command = Command::new("php");
    command.args(["-S", "127.0.0.1:0"]).arg(applications().join("echo.php"));
    command
}

/// A CGI program behind it sees every mark folded.
fn lighttpd(place: &Place<'_>) -> Command {
    let echo = place.directory.join("echo");
    // Without what a site adds it starts in a third of the time, for each request.
    let program = fs::read_to_string(applications().join("echo.py")).unwrap();
    let program = format!("#!{} -IS\n{program}", installed("python").display());
    fs::write(&echo, program).unwrap();
    fs::set_permissions(&echo, Permissions::from_mode(0o755)).unwrap();
    let configuration = format!(
        "server.modules = (\"mod_rewrite\", \"mod_setenv\", \"mod_cgi\")\n\
         server.bind = \"/dev/stdin\"\n\
         server.document-root = \"{}\"\n\
         url.rewrite-once = (\"^/(.*)$\" => \"/echo/$1\")\n\
         setenv.set-environment = (\"ECHO_LOG\" => \"{}\")\n\
         cgi.assign = (\"\" => \"\")\n",
        place.directory.display(),
        place.log.display(),
    );
    let file = place.directory.join("lighttpd.conf");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new(system("lighttpd"));
    command.arg("-D").arg("-f").arg(file);
    command
}

/// What an application behind it sees is what its variables say, so it answers by itself.
fn nginx(place: &Place<'_>) -> Command {
    let here = place.directory.display();
    // Its parser takes a few hundred bytes at a time, and puts them together.
    let variable = |name: &String| format!("'\"{name}\":\"$http_{}\",'\n", name.replace('-', "_"));
    let fields: String = place.fields.iter().map(variable).collect();
    let seen = format!(
        "'{{\"method\":\"$request_method\",\"path\":\"$uri\",\"length\":null,\"fields\":{{'\n\
         {fields}'\"host\":\"$http_host\"}}}}'"
    );
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {here}/{kind};\n"))
        .concat();
    let configuration = format!(
        "daemon off;\nworker_processes 1;\npid {here}/nginx.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\nunderscores_in_headers on;\n{temporary}\
         log_format echo escape=json {seen};\naccess_log {} echo;\n\
         server {{\nlisten {};\nlocation / {{\nreturn 200 \"$uri\";\n}}\n}}\n}}\n",
        place.log.display(),
        place.address,
    );
    let file = place.directory.join("nginx.conf");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new(system("nginx"));
    // How it hands its sockets to its own successor.
    command.env("NGINX", "0;").arg("-p").arg(place.directory).arg("-c").arg(file);
    command
}

/// A program of Debian's that is not on everybody's path.
fn system(name: &str) -> PathBuf {
    let found = Path::new("/usr/sbin").join(name);
    if found.exists() { found } else { PathBuf::from(name) }
}

fn installed(program: &str) -> PathBuf {
    environment().join("venv/bin").join(program)
}

/// Where `scripts/test-tools upstreams` installs.
fn environment() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/real-upstreams")
}

fn applications() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/upstreams/applications")
}
