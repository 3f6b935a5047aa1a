//! How much is logged: a typing error is told, at the start and later, and never turns the logs
//! off.

use std::process::Output;

use keystone_double::Scope;
use socket2::{Domain, Socket, Type};

use crate::support::{
    Client, Keystone, Process, Proxy, Response, Scratch, Upstream, eventually, exchange, get,
    request,
};

const NONSENSE: [&str; 7] =
    ["debug,nonsense", "[x]", "loud", "=info", "portcullis=loud", "info,", "nonsense=loud,info"];

#[test]
fn a_level_that_is_none_is_a_wrong_configuration() {
    for level in NONSENSE {
        for command in ["check", "run"] {
            let output = with_level(command, level);
            assert_eq!(output.status.code(), Some(3), "{command} with {level}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("log.level"), "{level}: {said}");
        }
    }
}

#[test]
fn levels_filters_and_off_are_right() {
    for level in ["off", "OFF", "info", "TRACE", "warn,portcullis::keystone=debug", "info, off"] {
        let output = with_level("check", level);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{level}: {said}");
    }
}

#[test]
fn a_proxy_that_logs_nothing_runs() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    // Nothing is printed, so nothing says which port was picked: these are held for it.
    let (public, telemetry) = (hold(), hold());
    let address = |held: &Socket| held.local_addr().unwrap().as_socket().unwrap();
    let scratch = Scratch::new();
    let yaml = format!(
        "listen: {}\ntelemetry: {}\nadmin: \"off\"\nlog: {{level: \"off\", access: \"off\"}}\nupstream: {}\n\
         keystone: {{auth_url: {}}}\n",
        address(&public),
        address(&telemetry),
        upstream.url(),
        keystone.url()
    );
    let file = scratch.write("portcullis.yaml", &yaml).display().to_string();
    let process = Process::start(&["run", "--config", &file], &[]);
    eventually("it listens", || {
        std::net::TcpStream::connect(address(&telemetry)).is_ok()
            && get(address(&telemetry), "/readyz", &[]).status == 200
    });
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(get(address(&public), "/", &[("X-Auth-Token", &token)]).status, 200);
    process.signal("TERM");
    let (status, output) = process.end();
    assert_eq!((status.code(), output.as_str()), (Some(0), ""));
}

#[test]
fn nonsense_from_an_operator_is_a_400_and_the_level_stays() {
    let stage = Stage::set();
    let before = stage.level();
    for level in NONSENSE {
        let response = stage.put(level);
        assert_eq!(response.status, 400, "{level}");
        assert_eq!(stage.level(), before, "{level}");
    }
    assert_eq!(stage.put("").status, 400);
    assert_eq!(stage.put(&"x".repeat(100_000)).status, 400);
    assert_eq!(stage.level(), before);
    stage.ask_for("/still-logged");
    stage.proxy.process.wait_for("/still-logged");
}

#[test]
fn a_level_set_by_an_operator_takes_effect_at_once() {
    const LINE: &str = "client connection ended";
    let stage = Stage::set();
    // What is said about a client that does not speak HTTP, at the finest level only.
    // The client sees the end a moment before we speak of it.
    let nonsense = || {
        exchange(stage.proxy.public, "nonsense\r\n\r\n");
        eventually("its connection has ended", || stage.connections() == "0");
    };
    nonsense();
    assert_eq!(stage.put("info,portcullis::server=trace").status, 200);
    assert!(stage.level().contains("portcullis::server=trace"), "{}", stage.level());
    nonsense();
    stage.proxy.process.wait_for(LINE);
    for level in ["off", "info"] {
        assert_eq!(stage.put(level).status, 200);
        nonsense();
    }
    stage.ask_for("/after");
    stage.proxy.process.wait_for("/after");
    assert_eq!(stage.proxy.process.output().matches(LINE).count(), 1);
}

/// A proxy in a process of its own, whose log is its own.
struct Stage {
    proxy: Proxy,
    keystone: Keystone,
    _upstream: Upstream,
}

impl Stage {
    fn set() -> Self {
        let (keystone, upstream) = (Keystone::start(), Upstream::start());
        let yaml =
            format!("upstream: {}\nkeystone: {{auth_url: {}}}\n", upstream.url(), keystone.url());
        Self { proxy: Proxy::run(&yaml, &[]), keystone, _upstream: upstream }
    }

    fn ask_for(&self, path: &str) {
        let token = self.keystone.issue("alice", Scope::project("demo")).token();
        assert_eq!(get(self.proxy.public, path, &[("X-Auth-Token", &token)]).status, 200);
    }

    fn level(&self) -> String {
        self.operate("GET", "").text()
    }

    fn connections(&self) -> String {
        let name = "portcullis_connections{listener=\"public\"} ";
        let metrics = get(self.proxy.telemetry, "/metrics", &[]).text();
        metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned()
    }

    fn put(&self, level: &str) -> Response {
        self.operate("PUT", level)
    }

    fn operate(&self, method: &str, body: &str) -> Response {
        let host = self.proxy.admin.to_string();
        let mut client = Client::connect(self.proxy.admin);
        // A body beyond all bounds may be refused before it is read.
        let _ = client.try_send(request(method, "/log-level", &[("Host", &host)], body.as_bytes()));
        client.response()
    }
}

/// A port that nobody else gets, for somebody who asks for exactly it.
fn hold() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    socket.bind(&any.into()).unwrap();
    socket
}

fn with_level(command: &str, level: &str) -> Output {
    let scratch = Scratch::new();
    let yaml = "listen: 127.0.0.1:0\ntelemetry: \"off\"\nadmin: \"off\"\n\
                upstream: http://127.0.0.1:9\nkeystone: {auth_url: \"http://127.0.0.1:9\"}\n";
    let file = scratch.write("portcullis.yaml", yaml).display().to_string();
    let level = format!("log.level={level}");
    Process::run(&[command, "--config", &file, "--set", &level], &[])
}
