//! Several listeners of one process, each by its name.

use crate::support::{Client, DEADLINE, Multiplexed, Scratch, eventually, get};

use super::{ask_over_unix, scene};

const THREE: &str = "\
listen: 127.0.0.1:0
listeners:
  inside: 127.0.0.1:0
  local: {listen: \"unix:HERE/local.sock\", socket_users: owner}
";

#[test]
fn every_listener_serves_and_is_counted_by_its_name() {
    let scratch = Scratch::new();
    let scene = scene(THREE, scratch.path());
    let token = scene.token();
    let auth = [("X-Auth-Token", &token[..])];
    let inside = scene.sidecar.more["inside"];
    let mut kept = Client::connect(inside);
    assert_eq!(kept.get("/", &auth).status, 200);
    assert_eq!(Multiplexed::connect(inside).get("/", &[("x-auth-token", &token)]).status, 200);
    assert_eq!(get(scene.sidecar.public, "/", &auth).status, 200);
    ask_over_unix(&scratch.path().join("local.sock"), &auth);
    let accepted = |name: &str| {
        let of = format!("portcullis_connections_accepted_total{{listener=\"{name}\"}}");
        scene.sidecar.metric(&of)
    };
    assert_eq!((accepted("public"), accepted("inside"), accepted("local")), (1.0, 2.0, 1.0));
    let open = |name: &str| {
        scene.sidecar.metric(&format!("portcullis_connections{{listener=\"{name}\"}}"))
    };
    eventually("one has stayed", || {
        (open("public"), open("inside"), open("local")) == (0.0, 1.0, 0.0)
    });
    let requests = |name: &str| {
        let of = format!("portcullis_http_requests_by_listener_total{{listener=\"{name}\"}}");
        scene.sidecar.metric(&of)
    };
    eventually("every request is counted where it came", || {
        (requests("public"), requests("inside"), requests("local")) == (1.0, 2.0, 1.0)
    });
    assert_eq!(scene.upstream.count(), 4);
}

#[test]
fn requests_in_progress_are_counted_where_they_came() {
    let scratch = Scratch::new();
    let scene = scene(THREE, scratch.path());
    let token = scene.token();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    scene.upstream.answer(move |call| {
        let _ = wait.lock().unwrap().recv_timeout(DEADLINE);
        call.respond(200, &[], b"")
    });
    let mut client = Client::connect(scene.sidecar.more["inside"]);
    client.ask("GET", "/", &[("X-Auth-Token", &token)]);
    let in_flight = |name: &str| {
        let of = format!("portcullis_http_requests_in_flight{{listener=\"{name}\"}}");
        scene.sidecar.metric(&of)
    };
    eventually("it has begun", || (in_flight("inside"), in_flight("public")) == (1.0, 0.0));
    go.send(()).unwrap();
    assert_eq!(client.response().status, 200);
    eventually("it has ended", || in_flight("inside") == 0.0);
}

#[test]
fn without_a_place_of_its_own_the_public_listener_is_not_served() {
    let scratch = Scratch::new();
    // On a unix socket, so that nothing is filled in for it.
    let yaml = "listeners:\n  only: {listen: \"unix:HERE/only.sock\"}\n";
    let (keystone, upstream) =
        (crate::support::Keystone::start(), crate::support::Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\ntelemetry: 127.0.0.1:0\n\
         admin: 127.0.0.1:0\n{}",
        upstream.url(),
        keystone.url(),
        yaml.replace("HERE", &scratch.path().display().to_string())
    );
    let file = scratch.write("portcullis.yaml", &yaml);
    let shown = crate::support::Process::run(
        &["run", "--config", file.to_str().unwrap(), "--set", "listeners.only=x"],
        &[],
    );
    assert!(!shown.status.success(), "named listeners are written in the file alone");
    let process = crate::support::Process::start(&["run", "--config", file.to_str().unwrap()], &[]);
    process.wait_for("serving");
    assert!(process.output().contains("only.sock"), "{}", process.output());
    assert!(!process.output().contains("127.0.0.1:8080"), "{}", process.output());
    process.signal("TERM");
    let (ended, output) = process.end();
    assert_eq!(ended.code(), Some(0), "{output}");
    drop((keystone, upstream));
}

#[test]
fn the_end_of_the_process_is_the_end_of_all_listeners() {
    let scratch = Scratch::new();
    let scene = scene(THREE, scratch.path());
    let inside = scene.sidecar.more["inside"];
    let mut idle = Client::connect(inside);
    assert_eq!(idle.get("/", &[("X-Auth-Token", &scene.token())]).status, 200);
    scene.sidecar.stop();
    assert!(idle.is_closed());
    let path = scratch.path().join("local.sock");
    eventually("nobody listens", || {
        std::net::TcpStream::connect(inside).is_err()
            && std::os::unix::net::UnixStream::connect(&path).is_err()
    });
}
