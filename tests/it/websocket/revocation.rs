//! Tunnels that a person ends: those that are open, and those that the service has not granted yet.

use std::sync::{Mutex, mpsc};

use crate::support::{Client, DEADLINE};

use super::frames::{self, code};
use super::stage::{ACCEPT, KEY, accept, stage};

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
    let mut client = Client::connect(scene.sidecar.public);
    client.ask(
        "GET",
        "/chat",
        &[
            ("X-Auth-Token", &scene.token()),
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", KEY),
        ],
    );
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
