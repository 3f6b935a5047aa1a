//! The end loses no request: readiness turns red first, clients are asked to move, what is under
//! way is finished, and only the deadline cuts anything off.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use keystone_double::Scope;
use tokio::sync::Semaphore;

use crate::support::{Client, Keystone, Proxy, Scene, Sidecar, Upstream, eventually, get};

#[test]
fn p05_requests_sent_while_it_stops_are_all_answered() {
    const CLIENTS: usize = 8;
    // Whoever is slow to ask again is told to close, and is not cut before.
    let scene = Scene::with(&[("server.drain_delay", "2s")]);
    let token = scene.token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    let address = scene.sidecar.public;
    let started = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (token, started) = (token.clone(), Arc::clone(&started));
            std::thread::spawn(move || {
                let mut client = Client::connect(address);
                for answered in 0.. {
                    let response = client.get("/", &[("X-Auth-Token", &token)]);
                    assert_eq!(response.status, 200);
                    if answered == 0 {
                        started.fetch_add(1, Ordering::SeqCst);
                    }
                    // Asked to close: whoever goes on anyway has been warned.
                    if response.header("connection") == Some("close") {
                        assert!(client.is_closed());
                        return answered;
                    }
                }
                0
            })
        })
        .collect();
    eventually("there is load", || started.load(Ordering::SeqCst) == CLIENTS);
    let Scene { sidecar, keystone, upstream } = scene;
    sidecar.stop();
    for client in clients {
        client.join().expect("no request is lost");
    }
    sidecar.end().unwrap();
    drop((keystone, upstream));
}

#[test]
fn readiness_turns_red_while_connections_are_still_accepted() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
        upstream.url(),
        keystone.url()
    );
    // Longer than any look at it takes. It is killed in the end.
    let proxy = Proxy::run(&yaml, &["server.drain_delay=5m"]);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    let ready = || get(proxy.telemetry, "/readyz", &[]).status;
    eventually("it is ready", || ready() == 200);
    proxy.process.signal("TERM");
    eventually("readiness turns red", || ready() == 503);
    assert_eq!(get(proxy.telemetry, "/livez", &[]).status, 200);
    let response = get(proxy.public, "/", &[("X-Auth-Token", &token)]);
    assert_eq!(response.status, 200);
    assert_eq!(response.header("connection"), Some("close"));
}

#[test]
fn p05_a_request_under_way_is_finished() {
    let scene = Scene::start();
    let gate = hold(&scene);
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/slow", &[("X-Auth-Token", &scene.token())]);
    scene.upstream.wait_for(1);
    scene.sidecar.stop();
    eventually("the listener closes", || refuses(&scene.sidecar));
    gate.add_permits(1);
    let response = client.response();
    assert_eq!((response.status, response.text().as_str()), (200, "late"));
    let Scene { sidecar, .. } = scene;
    sidecar.end().unwrap();
}

#[test]
fn an_upload_under_way_is_finished() {
    let scene = Scene::start();
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "POST /upload HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: 10\r\n\r\n01234",
        scene.token()
    ));
    scene.upstream.wait_for(1);
    scene.sidecar.stop();
    eventually("the listener closes", || refuses(&scene.sidecar));
    client.send("56789");
    assert_eq!(client.response().status, 200);
    assert_eq!(scene.upstream.last().body.data, b"0123456789");
}

#[test]
fn idle_connections_are_closed_and_do_not_hold_up_the_end() {
    let scene = Scene::with(&[("server.drain_timeout", "5m")]);
    let mut idle = Client::connect(scene.sidecar.public);
    assert_eq!(idle.get("/", &[("X-Auth-Token", &scene.token())]).status, 200);
    let silent = Client::connect(scene.sidecar.public);
    let start = Instant::now();
    let Scene { sidecar, keystone, upstream } = scene;
    sidecar.end().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(idle.is_closed());
    drop((silent, keystone, upstream));
}

#[test]
fn what_outlasts_the_deadline_is_cut_off() {
    let scene = Scene::with(&[("server.drain_timeout", "200ms")]);
    let gate = hold(&scene);
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/stuck", &[("X-Auth-Token", &scene.token())]);
    scene.upstream.wait_for(1);
    let start = Instant::now();
    let Scene { sidecar, keystone, upstream } = scene;
    sidecar.end().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert!(client.try_response(false).is_err());
    gate.add_permits(1);
    drop((keystone, upstream));
}

#[test]
fn stopping_twice_is_stopping_once() {
    let scene = Scene::start();
    scene.sidecar.stop();
    scene.sidecar.stop();
    let Scene { sidecar, .. } = scene;
    sidecar.end().unwrap();
}

#[test]
fn a_second_instance_on_the_same_address_is_refused() {
    let scene = Scene::start();
    let yaml = format!(
        "listen: {}\nupstream: {}\nkeystone: {{auth_url: {}}}\n",
        scene.sidecar.public,
        scene.upstream.url(),
        scene.keystone.url()
    );
    let second = std::panic::catch_unwind(|| Sidecar::start(&yaml));
    let message = second.err().and_then(|panic| panic.downcast::<String>().ok()).unwrap();
    assert!(message.contains("cannot listen on"), "{message}");
    scene.assert_serves();
}

/// Makes the service answer `late`, one request for each permit.
fn hold(scene: &Scene) -> Arc<Semaphore> {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    scene.upstream.answer(move |call| {
        call.receive()?;
        while held.try_acquire().map(tokio::sync::SemaphorePermit::forget).is_err() {
            std::thread::sleep(Duration::from_millis(1));
        }
        call.respond(200, &[], b"late")
    });
    gate
}

fn refuses(sidecar: &Sidecar) -> bool {
    std::net::TcpStream::connect(sidecar.public).is_err()
}
