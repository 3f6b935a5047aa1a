//! How tunnels end.

use std::time::Duration;

use keystone_double::Scope;

use crate::support::{Client, DEADLINE, Keystone, Proxy, Scene, Upstream, eventually};

use super::frames::{self, code};
use super::stage::{connected, says, stage};

/// A token of alice's for so many seconds.
fn short(scene: &Scene, seconds: u64) -> String {
    let issue = scene.keystone.issue("alice", Scope::project("demo"));
    issue.lifetime(Duration::from_secs(seconds)).token()
}

const OPEN: &str = "portcullis_websocket_tunnels";

#[test]
fn e07_a_tunnel_ends_with_its_token_and_both_sides_are_told() {
    let scene = stage("");
    let (tell, told) = std::sync::mpsc::channel();
    scene.upstream.answer(move |call| {
        super::stage::accept(call)?;
        call.close();
        // An echo for the first, and then what comes last.
        let (first, content) = frames::read(call.wire)?;
        let length = u8::try_from(content.len()).unwrap();
        call.wire.send(&[&[first, length][..], &content].concat())?;
        tell.send(frames::read(call.wire)?).unwrap();
        Ok(())
    });
    let token = short(&scene, 4);
    let mut client = connected(&scene, &token);
    says(&mut client, "hello");
    let last = frames::read(client.wire()).expect("a farewell");
    assert_eq!(code(&last), 1008);
    assert_eq!(&last.1[2..], b"the token has ended");
    let heard = told.recv_timeout(DEADLINE).expect("the service is told");
    assert_eq!(code(&heard), 1008);
    drop(client);
    eventually("it is counted", || {
        scene.sidecar.metric("portcullis_websocket_tunnels_ended_total{reason=\"expired\"}") == 1.0
    });
    assert_eq!(scene.sidecar.metric(OPEN), 0.0);
}

#[test]
fn the_end_of_a_web_socket_is_a_line_of_its_own() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    upstream.answer(|call| {
        super::stage::accept(call)?;
        super::stage::echo(call)
    });
    // At once, for each waits until nothing has passed for a while.
    std::thread::scope(|scope| {
        for access in ["all", "refusals", "off"] {
            let (keystone, upstream) = (&keystone, &upstream);
            scope.spawn(move || an_end_is_logged(keystone, upstream, access));
        }
    });
}

/// It is, wherever requests are logged at all.
#[track_caller]
fn an_end_is_logged(keystone: &Keystone, upstream: &Upstream, access: &str) {
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n\
         websocket: {{idle_timeout: 2s}}\n{}",
        upstream.url(),
        keystone.url(),
        super::stage::ROUTES
    );
    let proxy = Proxy::run(&yaml, &[&format!("log.access={access}")]);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    let mut client = Client::connect(proxy.public);
    assert_eq!(super::stage::ask(&mut client, "/chat", &token, &[]).status, 101);
    says(&mut client, "hello");
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1001);
    drop(client);
    let ended = || {
        let output = proxy.process.output();
        let lines = output.lines().filter_map(|line| serde_json::from_str(line).ok());
        lines.into_iter().find(|line: &serde_json::Value| line["message"] == "a web socket ended")
    };
    if access == "off" {
        proxy.process.signal("TERM");
        proxy.process.wait_for("goodbye");
        assert_eq!(ended(), None);
        return;
    }
    eventually("it is logged", || ended().is_some());
    let line = ended().unwrap();
    assert_eq!(line["target"], "portcullis::access");
    assert_eq!(line["reason"], "idle");
    assert_eq!(line["portcullis.listener"], "public");
    assert_eq!(line["http.route"], "chat");
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    assert!(text("request_id").starts_with("req-") && text("user.id").len() == 32, "{line}");
    // A frame of a client has a mask of four bytes; what we said at the end is counted too.
    assert!(line["websocket.bytes_up"].as_u64() >= Some(11), "{line}");
    assert!(line["websocket.bytes_down"].as_u64() >= Some(7), "{line}");
    assert!(line["duration_ms"].as_f64() >= Some(2000.0), "{line}");
}

#[test]
fn e08_a_tunnel_in_which_nothing_passes_is_ended() {
    let scene = stage("websocket: {idle_timeout: 2s}\n");
    let mut client = connected(&scene, &scene.token());
    says(&mut client, "hello");
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1001);
}

#[test]
fn e08_large_frames_pass_in_pieces_and_nothing_is_said_in_their_middle() {
    let scene = stage("websocket: {max_lifetime: 3s}\n");
    scene.upstream.answer(|call| {
        super::stage::accept(call)?;
        call.close();
        // The head of a frame and half of it; the rest when its end is near.
        call.wire.send(&[0x82, 126, 0x4e, 0x20])?;
        call.wire.send(&[b'x'; 10_000])?;
        std::thread::sleep(Duration::from_millis(3500));
        call.wire.send(&[b'y'; 10_000])?;
        call.wire.send(&[0x81, 1, b'z'])?;
        let _ = call.wire.some();
        Ok(())
    });
    let mut client = connected(&scene, &scene.token());
    let (first, content) = frames::read(client.wire()).unwrap();
    assert_eq!((first, content.len(), content[19_999]), (0x82, 20_000, b'y'));
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1001, "between two frames");
}

#[test]
fn a_tunnel_ends_when_the_process_does_and_both_sides_are_told() {
    let scene = stage("");
    let mut client = connected(&scene, &scene.token());
    says(&mut client, "hello");
    scene.sidecar.stop();
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1001);
}

#[test]
fn what_a_client_says_while_the_process_leaves_arrives() {
    let scene = stage("");
    let (tell, told) = std::sync::mpsc::channel();
    scene.upstream.answer(move |call| {
        super::stage::accept(call)?;
        call.close();
        loop {
            let frame = frames::read(call.wire)?;
            let last = frame.0 == 0x88;
            tell.send(frame).unwrap();
            if last {
                return Ok(());
            }
        }
    });
    let mut client = connected(&scene, &scene.token());
    scene.sidecar.stop();
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1001);
    let more = ["one more", "and another"].map(frames::from_client).concat();
    client.send([&more[..], &[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9]].concat());
    let next = || told.recv_timeout(DEADLINE).expect("it arrives");
    assert_eq!(next(), (0x81, b"one more".to_vec()));
    assert_eq!(next(), (0x81, b"and another".to_vec()));
    assert_eq!(code(&next()), 1001);
}

#[test]
fn either_side_may_end_it() {
    let scene = stage("");
    let mut client = connected(&scene, &scene.token());
    client.send([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]);
    assert_eq!(code(&frames::read(client.wire()).unwrap()), 1000, "the service's own word");
    assert!(client.is_closed());
    eventually("it is counted", || {
        scene.sidecar.metric("portcullis_websocket_tunnels_ended_total{reason=\"closed\"}") == 1.0
    });
    let up = scene.sidecar.metric("portcullis_websocket_bytes_total{direction=\"up\"}");
    assert_eq!(up, 8.0);
}

#[test]
fn a_person_can_end_a_users_tunnels() {
    let scene = stage("");
    let (mut alice, bob) =
        (connected(&scene, &scene.token()), scene.keystone.issue("bob", Scope::project("demo")));
    let mut bob = connected(&scene, &bob.token());
    says(&mut alice, "hello");
    says(&mut bob, "hello");
    let id = scene.upstream.requests()[0].headers("x-user-id")[0].clone();
    let ended = scene.sidecar.operate("DELETE", &format!("/tunnels?user={id}"), &[]);
    assert_eq!(ended.json()["ended"], 1);
    assert_eq!(code(&frames::read(alice.wire()).unwrap()), 1008);
    says(&mut bob, "still here");
}

#[test]
fn a_token_may_go_on_for_a_grace() {
    let scene = stage("websocket: {grace: 1h}\n");
    let token = short(&scene, 4);
    let mut client = connected(&scene, &token);
    eventually("the token has ended", || scene.sidecar.get_as(&token, "/plain").status == 401);
    says(&mut client, "still here");
}
