//! Clients that want everything: what they can take of memory, descriptors and time is bounded, and
//! others are served meanwhile.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keystone_double::Scope;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::support::{
    Client, Keystone, Proxy, Scene, Upstream, eventually, exchange, get, request,
};

const OVERLOAD: &str = "portcullis_http_rejected_total{reason=\"overload\"}";

#[test]
fn g05_connections_beyond_the_descriptors_wait_and_turn_no_worker_in_circles() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run_with_descriptors(256, &yaml, &[]);
    proxy.process.wait_for("the limit on open files allows fewer connections");
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(get(proxy.public, "/", &[("X-Auth-Token", &token)]).status, 200);
    let flood: Vec<_> = (0..300).map(|_| Client::connect(proxy.public)).collect();
    let telemetry = |name: &str| {
        let page = get(proxy.telemetry, "/metrics", &[]).text();
        let line = page.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let open = || telemetry("portcullis_connections{listener=\"public\"}");
    eventually("there is no more room", || open() == 48.0);
    assert!(telemetry("process_open_fds") < 256.0);
    let before = telemetry("process_cpu_seconds_total");
    let start = Instant::now();
    // Time in which a worker that turned in circles would show.
    std::thread::sleep(Duration::from_millis(500));
    let used = telemetry("process_cpu_seconds_total") - before;
    assert!(used < 0.3 * start.elapsed().as_secs_f64(), "{used} s of CPU");
    drop(flood);
    eventually("whoever comes later is served", || {
        Client::connect(proxy.public).get("/", &[("X-Auth-Token", &token)]).status == 200
    });
}

#[test]
fn g06_heads_beyond_the_limits_are_refused_and_not_read_to_their_end() {
    let scene = Scene::start();
    let many: Vec<_> = (0..200).map(|n| format!("X-{n}: y\r\n")).collect();
    for (shown, head, status) in [
        ("fields", many.concat(), "431"),
        ("one long field", format!("X: {}\r\n", "y".repeat(70_000)), "431"),
        ("long fields", format!("X: {}\r\n", "y".repeat(8000)).repeat(10), "431"),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: s\r\n{head}\r\n");
        let answer = String::from_utf8(exchange(scene.sidecar.public, request)).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{shown}: {answer}");
    }
    let request = format!("GET /{} HTTP/1.1\r\nHost: s\r\n\r\n", "x".repeat(66_000));
    let answer = String::from_utf8(exchange(scene.sidecar.public, request)).unwrap();
    let refused = ["HTTP/1.1 414 ", "HTTP/1.1 431 "].iter().any(|line| answer.starts_with(line));
    assert!(refused, "{answer}");
    // Without an end, so that whoever read to it would read for ever.
    let mut endless = TcpStream::connect(scene.sidecar.public).unwrap();
    endless.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    endless.write_all(b"GET / HTTP/1.1\r\nHost: s\r\nX: ").unwrap();
    let piece = vec![b'y'; 64 * 1024];
    let start = Instant::now();
    while endless.write_all(&piece).is_ok() {
        // Some time is given for the answer to be read.
        assert!(start.elapsed() < Duration::from_secs(20), "one field is read for ever");
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn g08_two_thousand_requests_sent_ahead_are_all_answered() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let writer = client.stream().try_clone().unwrap();
    let all = request("GET", "/", &[("X-Auth-Token", &token)], b"").repeat(2000);
    let sending = std::thread::spawn(move || (&writer).write_all(&all));
    for number in 0..2000 {
        assert_eq!(client.response().status, 200, "{number}");
    }
    sending.join().unwrap().unwrap();
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn g08_requests_behind_one_that_waits_are_not_read_ahead_without_bound() {
    let scene = Scene::start();
    let gate = hold(&scene);
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/first", &[("X-Auth-Token", &token)]);
    scene.upstream.wait_for(1);
    client.stream().set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let one = request("GET", "/next", &[("X-Auth-Token", &token)], b"");
    let piece = one.repeat(64 * 1024 / one.len());
    // The kernel's buffers on both sides, and little more.
    let ahead = (0..512).take_while(|_| client.try_send(&piece).is_ok()).count();
    assert!(ahead < 256, "{} KiB were read ahead", ahead * 64);
    assert_eq!(scene.upstream.count(), 1, "nobody overtakes");
    gate.add_permits(1);
    assert_eq!(client.response().text(), "late");
}

#[test]
fn requests_beyond_the_limit_of_the_process_are_told_to_come_back() {
    let scene = Scene::with(&[("server.max_requests", "2")]);
    let gate = hold(&scene);
    let token = scene.token();
    let mut held: Vec<_> = (0..2).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut held {
        client.ask("GET", "/held", &[("X-Auth-Token", &token)]);
    }
    scene.upstream.wait_for(2);
    let mut late = Client::connect(scene.sidecar.public);
    let refused = late.get("/late", &[("X-Auth-Token", &token)]);
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.json()["error"]["message"], "Too many requests are in progress.");
    assert_eq!(refused.header("www-authenticate"), None);
    assert_eq!(scene.sidecar.metric(OVERLOAD), 1.0);
    assert_eq!(get(scene.sidecar.telemetry, "/livez", &[]).status, 200);
    gate.add_permits(3);
    for client in &mut held {
        assert_eq!(client.response().status, 200);
    }
    eventually("there is room again", || {
        late.get("/late", &[("X-Auth-Token", &token)]).status == 200
    });
}

#[test]
fn g16_many_clients_need_few_connections_to_the_service() {
    let scene = Scene::start();
    let token = scene.token();
    for _ in 0..200 {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    }
    // One for each worker.
    assert!(scene.upstream.connections() <= 2, "{}", scene.upstream.connections());
}

/// Makes the service answer one request for each permit.
fn hold(scene: &Scene) -> Arc<Semaphore> {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    scene.upstream.answer(move |call| {
        call.receive()?;
        while held.try_acquire().map(SemaphorePermit::forget).is_err() {
            std::thread::sleep(Duration::from_millis(1));
        }
        call.respond(200, &[], b"late")
    });
    gate
}
