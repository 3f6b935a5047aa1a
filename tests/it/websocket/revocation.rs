//! Tunnels that a person ends: those that are open, and those that the service has not granted yet.

use std::sync::{Arc, Mutex, mpsc};

use keystone_double::{Fault, FaultKind};
use tokio::sync::Semaphore;

use crate::support::{Client, DEADLINE, Scene};

use super::frames::{self, code};
use super::stage::{ACCEPT, KEY, accept, connected, says, stage};

#[test]
fn a_tunnel_can_be_ended_while_the_service_makes_up_its_mind() {
    let scene = stage("");
    let ((decide, decided), (tell, told)) = (mpsc::channel::<()>(), mpsc::channel());
    let decided = Mutex::new(decided);
    scene.upstream.answer(move |call| {
        decided.lock().unwrap().recv_timeout(DEADLINE).expect("the test goes on");
        accept(call)?;
        call.close();
        tell.send(frames::read(call.wire)?).unwrap();
        Ok(())
    });
    let mut client = asking(&scene);
    scene.upstream.wait_for(1);
    let user = scene.upstream.last().headers("x-user-id").remove(0);
    let ended = scene.sidecar.operate("DELETE", &format!("/tunnels?user={user}"), &[]);
    assert_eq!(ended.json()["ended"], 1, "it counts as open");
    decide.send(()).unwrap();
    let response = client.response();
    assert_eq!((response.status, response.header("sec-websocket-accept")), (101, Some(ACCEPT)));
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1008, "its first and last word");
    assert_eq!(code(&told.recv_timeout(DEADLINE).expect("the service is told")), 1008);
}

#[test]
fn a_tunnel_that_waits_for_keystone_while_others_are_ended_ends_with_them() {
    let scene = stage("");
    let gate = Arc::new(Semaphore::new(0));
    scene.keystone.fail(Fault::validate(FaultKind::Gate(Arc::clone(&gate))));
    let mut client = asking(&scene);
    scene.keystone.wait("the question is under way", |calls| calls.validations == 1);
    let ended = scene.sidecar.operate("DELETE", "/tunnels?user=somebody", &[]);
    assert_eq!(ended.json()["ended"], 0, "whose it is nobody knows yet");
    gate.add_permits(10);
    assert_eq!(client.response().status, 101);
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1008, "its first and last word");
    says(&mut connected(&scene, &scene.token()), "one that comes later goes on");
}

/// A client that has asked for a tunnel.
fn asking(scene: &Scene) -> Client {
    let mut client = Client::connect(scene.sidecar.public);
    let fields = [
        ("X-Auth-Token", &scene.token()[..]),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", KEY),
    ];
    client.ask("GET", "/chat", &fields);
    client
}
