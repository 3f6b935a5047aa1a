//! The end of the process loses no stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::frames::{self, reason};
use crate::support::{Multiplexed, Proxy, RawClient, Scene, eventually, get};

use super::head;
use super::streams::hold;

#[test]
fn f17_streams_under_way_finish_after_the_goaway() {
    let scene = Scene::start();
    let gate = hold(&scene);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    for stream in [1, 3, 5, 7, 9] {
        client.ask(stream, &head(&token, &[]));
    }
    scene.upstream.wait_for(5);
    scene.sidecar.stop();
    client.wait("a GOAWAY", |client| client.goaway().is_some());
    assert_eq!(client.goaway(), Some(reason::NO_ERROR));
    gate.add_permits(5);
    for stream in [1, 3, 5, 7, 9] {
        let answer = client.answer(stream);
        assert_eq!((answer.status(), answer.text().as_str()), (200, "late"), "{stream}");
    }
    assert_eq!(client.end(), Some(reason::NO_ERROR));
    let Scene { sidecar, keystone, upstream } = scene;
    sidecar.end().unwrap();
    drop((keystone, upstream));
}

#[test]
fn f17_what_outlasts_the_deadline_is_cut_off() {
    let scene = Scene::with(&[("server.drain_timeout", "200ms")]);
    let gate = hold(&scene);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.ask(1, &head(&token, &[]));
    scene.upstream.wait_for(1);
    let Scene { sidecar, keystone, upstream } = scene;
    sidecar.end().unwrap();
    assert!(client.outcome(1).status().is_none());
    gate.add_permits(1);
    drop((keystone, upstream));
}

/// Hyper's client and its kin answer the PING behind a GOAWAY before they send what they had taken
/// on to send.
#[test]
fn p05_f17_what_follows_right_behind_the_answer_to_the_farewell_is_answered() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.ask(1, &head(&token, &[]));
    assert_eq!(client.answer(1).status(), 200);
    let behind = [3, 5].map(|stream| frames::head(stream, &head(&token, &[])));
    client.add_to_pong(behind.concat());
    scene.sidecar.stop();
    for stream in [3, 5] {
        assert_eq!(client.answer(stream).status(), 200, "{stream}");
    }
    assert_eq!(client.end(), Some(reason::NO_ERROR));
    let Scene { sidecar, keystone, upstream } = scene;
    sidecar.end().unwrap();
    drop((keystone, upstream));
}

#[test]
fn p05_f17_requests_sent_while_it_stops_are_all_answered() {
    const CLIENTS: usize = 4;
    // Whoever is slow to ask again is told to go, and is not cut before.
    let scene = Scene::with(&[("server.drain_delay", "2s")]);
    let token = scene.token();
    let address = scene.sidecar.public;
    let started = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (token, started) = (token.clone(), Arc::clone(&started));
            std::thread::spawn(move || {
                let mut client = Multiplexed::connect(address);
                let mut answered = 0;
                // Until the client knows that the proxy takes no more.
                while let Ok(asked) =
                    client.try_begin("GET", "/", &[("x-auth-token", &token)], true)
                {
                    let answer = client.try_finish(asked).expect("no request is lost");
                    assert_eq!(answer.status, 200);
                    if answered == 0 {
                        started.fetch_add(1, Ordering::SeqCst);
                    }
                    answered += 1;
                }
                client.end().expect("in good order");
                answered
            })
        })
        .collect();
    eventually("there is load", || started.load(Ordering::SeqCst) == CLIENTS);
    let Scene { sidecar, keystone, upstream } = scene;
    sidecar.stop();
    let answered: Vec<u32> = clients.into_iter().map(|client| client.join().unwrap()).collect();
    assert!(answered.iter().all(|count| *count > 0), "{answered:?}");
    sidecar.end().unwrap();
    drop((keystone, upstream));
}

#[test]
fn p05_whoever_connects_while_it_leaves_is_answered() {
    let scene = Scene::start();
    // Longer than any look at it takes. It is killed in the end.
    let proxy = Proxy::run(&yaml(&scene), &["server.drain_delay=5m"]);
    let token = scene.token();
    let ask = || get(proxy.public, "/", &[("X-Auth-Token", &token)]);
    assert_eq!(ask().status, 200);
    proxy.process.signal("TERM");
    eventually("it leaves", || ask().header("connection") == Some("close"));
    let mut client = Multiplexed::connect(proxy.public);
    assert_eq!(client.get("/", &[("x-auth-token", &token)]).status, 200);
    client.end().expect("asked to go elsewhere, in good order");
}

#[test]
fn f17_sigterm_ends_idle_connections_in_good_order() {
    let scene = Scene::start();
    let proxy = Proxy::run(&yaml(&scene), &[]);
    let mut idle = Multiplexed::connect(proxy.public);
    assert_eq!(idle.get("/", &[("x-auth-token", &scene.token())]).status, 200);
    proxy.process.signal("TERM");
    idle.end().expect("in good order");
    let (ended, output) = proxy.process.end();
    assert_eq!(ended.code(), Some(0), "{output}");
}

/// What configures another proxy between the same two.
fn yaml(scene: &Scene) -> String {
    format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
        scene.upstream.url(),
        scene.keystone.url()
    )
}
