//! The trial: one command, and what it prints can be pasted. It listens to this machine only.

use std::net::SocketAddr;

use crate::support::{Client, Process, Response, Scratch, Upstream, eventually, get, request};

#[test]
fn the_printed_lines_work() {
    let trial = Trial::start(&[]);
    let lines = trial.curl_lines();
    assert!(lines.len() >= 3, "{}", trial.process.output());
    let refused = run(&lines[0]);
    assert_eq!(refused.status, 401);
    assert!(refused.header("www-authenticate").unwrap().contains(&trial.address("identity")));
    let mut answered = 0;
    for line in lines.iter().filter(|line| line.contains("'X-Auth-Token: ")) {
        let response = run(line);
        assert_eq!(response.status, 200, "{line}");
        let seen = response.json();
        assert_eq!(seen["headers"]["x-identity-status"], "Confirmed");
        assert!(!response.text().contains("king"), "a spoofed role reaches the service");
        answered += 1;
    }
    assert!(answered >= 2, "{lines:#?}");
}

#[test]
fn the_first_token_is_alices_and_the_service_sees_who_she_is() {
    let trial = Trial::start(&[]);
    let lines = trial.curl_lines();
    let line = lines.iter().find(|line| line.contains("X-Auth-Token: ")).unwrap();
    let seen = run(line).json();
    assert_eq!(seen["path"], "/hello");
    assert_eq!(seen["headers"]["x-user-name"], "alice");
    assert_eq!(seen["headers"]["x-project-name"], "demo");
    assert_eq!(seen["headers"]["x-roles"], "member,reader");
    assert!(!seen.to_string().contains("gAAAA"), "an echo can be pasted anywhere");
}

#[test]
fn the_printed_login_works() {
    let trial = Trial::start(&[]);
    let output = trial.process.output();
    let login = output.lines().find(|line| line.contains("TOKEN=$(curl")).expect("a login");
    let body = login.split("-d '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let identity = trial.address("identity");
    let (address, path) = split(&identity);
    let mut client = Client::connect(address);
    let fields = [("Content-Type", "application/json")];
    client.send(request("POST", &format!("{path}/auth/tokens"), &fields, body.as_bytes()));
    let response = client.response();
    assert_eq!(response.status, 201);
    let token = response.header("x-subject-token").unwrap();
    let (proxy, _) = split(&trial.address("proxy"));
    assert_eq!(get(proxy, "/hello", &[("X-Auth-Token", token)]).status, 200);
}

#[test]
fn it_prints_plainly_where_there_is_no_terminal() {
    let trial = Trial::start(&[]);
    let output = trial.process.output();
    assert!(!output.contains('\x1b'));
    for name in ["alice", "bob", "Žluťoučký", "東京", "demo", "member"] {
        assert!(output.contains(name), "{name}: {output}");
    }
}

#[test]
fn an_own_service_can_stand_behind_it() {
    let upstream = Upstream::start();
    let trial = Trial::start(&["--upstream", &upstream.url()]);
    let lines = trial.curl_lines();
    let line = lines.iter().find(|line| line.contains("X-Auth-Token: ")).unwrap();
    assert_eq!(run(line).status, 200);
    assert_eq!(upstream.last().headers("x-user-name"), ["alice"]);
    assert_eq!(upstream.last().headers("x-roles"), ["member,reader"]);
}

#[test]
fn own_users_can_be_brought_along() {
    let users = "projects: [{name: tests}]\n\
                 users:\n- name: zoe\n  password: zoepw\n  \
                 grants: [{project: tests, roles: [tester]}]\n";
    let scratch = Scratch::new();
    let file = scratch.write("users.yaml", users).display().to_string();
    let trial = Trial::start(&["--users", &file]);
    assert!(!trial.process.output().contains("alice"));
    let lines = trial.curl_lines();
    let line = lines.iter().find(|line| line.contains("X-Auth-Token: ")).unwrap();
    let seen = run(line).json();
    assert_eq!(seen["headers"]["x-user-name"], "zoe");
    assert_eq!(seen["headers"]["x-roles"], "tester");
}

#[test]
fn no_password_of_own_users_is_assumed() {
    let users = "projects: [{name: tests}]\n\
                 users:\n- name: zoe\n  password: CANARY\n  \
                 grants: [{project: tests, roles: [tester]}]\n";
    let scratch = Scratch::new();
    let file = scratch.write("users.yaml", users).display().to_string();
    let trial = Trial::start(&["--users", &file]);
    let output = trial.process.output();
    assert!(output.contains("zoe"), "{output}");
    for word in ["TOKEN=", "password", "zoepw", "CANARY", "/auth/tokens"] {
        assert!(!output.contains(word), "{word}: {output}");
    }
}

#[test]
fn a_configuration_of_ones_own_is_tried_at_the_trials_addresses() {
    let yaml = "listen: 0.0.0.0:80\nupstream: http://service.invalid\n\
                keystone: {auth_url: 'http://keystone.invalid:5000/v3'}\n\
                telemetry: 0.0.0.0:81\nroutes:\n- {path: /hello, check: 'role:admin'}\n";
    let scratch = Scratch::new();
    let file = scratch.write("portcullis.yaml", yaml).display().to_string();
    let trial = Trial::start(&["--config", &file]);
    let statuses: Vec<_> = trial.curl_lines().iter().map(|line| run(line).status).collect();
    // Nobody at /, then alice, who is no admin, and bob, who is.
    assert_eq!(statuses, [403, 403, 200]);
}

#[test]
fn users_that_make_no_sense_are_explained() {
    let scratch = Scratch::new();
    for (text, says) in [
        ("users: [{name: a, password: p, grants: [{project: nowhere, roles: [r]}]}]", "nowhere"),
        ("userz: []", "userz"),
        ("users: [", "users.yaml"),
    ] {
        let file = scratch.write("users.yaml", text).display().to_string();
        let output = Process::run(&["dev", "--users", &file], &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success());
        assert!(said.contains(says), "{says}: {said}");
    }
}

#[test]
fn it_refuses_to_listen_to_anybody_else() {
    for arguments in [
        &["--listen", "0.0.0.0:0"][..],
        &["--listen", "[::]:0"],
        &["--keystone-listen", "0.0.0.0:0"],
        &["--service-listen", "0.0.0.0:0"],
        &["--only", "identity", "--keystone-listen", "0.0.0.0:0"],
        &["--only", "service", "--service-listen", "0.0.0.0:0"],
        &["--set", "listen=0.0.0.0:0"],
        &["--set", "telemetry.listen=0.0.0.0:0"],
        &["--set", "admin.listen=0.0.0.0:0"],
    ] {
        let output = Process::run(&[&["dev"], arguments].concat(), &[]);
        assert!(!output.status.success(), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("loopback"), "{arguments:?}: {said}");
    }
}

#[test]
fn sigint_and_sigterm_end_it_well() {
    for signal in ["INT", "TERM"] {
        let trial = Trial::start(&[]);
        let (telemetry, _) = split(&trial.address("metrics"));
        eventually("it serves", || get(telemetry, "/readyz", &[]).status == 200);
        trial.process.signal(signal);
        let (status, output) = trial.process.end();
        assert!(status.success(), "{signal}: {status}\n{output}");
    }
}

#[test]
fn each_part_can_be_started_alone_and_ends_well() {
    let [identity, service] = [
        ["dev", "--only", "identity", "--keystone-listen", "127.0.0.1:0"],
        ["dev", "--only", "service", "--service-listen", "127.0.0.1:0"],
    ]
    .map(|arguments| Process::start(&arguments, &[]));
    let place = |part: &Process, name: &str| {
        part.wait_for(&format!("{name} http://"));
        split(part.output().trim().strip_prefix(name).unwrap().trim()).0
    };
    assert_eq!(get(place(&identity, "identity"), "/v3", &[]).status, 200);
    let seen = get(place(&service, "service"), "/x", &[("X-Roles", "king")]).json();
    assert_eq!(seen["headers"]["x-roles"], "king", "nobody stands before it");
    for (part, signal) in [(identity, "TERM"), (service, "INT")] {
        part.signal(signal);
        let (status, output) = part.end();
        assert!(status.success(), "{signal}: {status}\n{output}");
    }
}

struct Trial {
    process: Process,
}

impl Trial {
    fn start(arguments: &[&str]) -> Self {
        let any = ["dev", "--listen", "127.0.0.1:0", "--keystone-listen", "127.0.0.1:0"];
        let process = Process::start(&[&any, arguments].concat(), &[]);
        process.wait_for("Ctrl-C");
        Self { process }
    }

    /// The lines that can be pasted one by one.
    fn curl_lines(&self) -> Vec<String> {
        let output = self.process.output();
        let lines = output.lines().map(str::trim).filter(|line| line.starts_with("curl "));
        lines.filter(|line| !line.contains("$TOKEN")).map(str::to_owned).collect()
    }

    /// The URL printed beside a name.
    fn address(&self, name: &str) -> String {
        let output = self.process.output();
        let line = output.lines().find(|line| line.trim().starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    }
}

/// Does what a printed line does.
#[track_caller]
fn run(line: &str) -> Response {
    let fields: Vec<(&str, &str)> = line
        .split("-H '")
        .skip(1)
        .map(|rest| rest.split('\'').next().unwrap().split_once(": ").unwrap())
        .collect();
    let (address, path) = split(line.rsplit(' ').next().unwrap());
    get(address, &path, &fields)
}

/// A URL's address and path.
fn split(url: &str) -> (SocketAddr, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    (address.parse().unwrap(), format!("/{path}"))
}
