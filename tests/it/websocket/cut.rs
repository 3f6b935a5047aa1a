//! A tunnel that is cut off because the process has no more patience is written down like any other.

use std::sync::{Mutex, mpsc};

use serde_json::Value;

use keystone_double::Scope;

use crate::support::{Client, Keystone, Proxy, Upstream, eventually};

use super::frames::{self, code};
use super::stage::{ROUTES, accept, ask, connected, says, stage};

#[test]
fn a_tunnel_that_nobody_ends_leaves_a_line_when_the_process_does() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n{ROUTES}",
        upstream.url(),
        keystone.url()
    );
    // Less than both sides of a tunnel are given to end it themselves.
    let proxy = Proxy::run(&yaml, &["server.drain_timeout=100ms"]);
    upstream.answer(|call| {
        accept(call)?;
        call.close();
        // Says everything back, and goes on after the last word.
        while let Ok((first, content)) = frames::read(call.wire) {
            let length = u8::try_from(content.len()).unwrap();
            call.wire.send(&[&[first, length][..], &content].concat())?;
        }
        Ok(())
    });
    let token = keystone.issue("alice", Scope::project("demo")).token();
    let mut client = Client::connect(proxy.public);
    assert_eq!(ask(&mut client, "/chat", &token, &[]).status, 101);
    says(&mut client, "hello");
    proxy.process.signal("TERM");
    let (_, output) = proxy.process.end();
    let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ends: Vec<_> = lines.filter(|line| line["message"] == "a web socket ended").collect();
    assert_eq!(ends.len(), 1, "{output}");
    assert_eq!((&ends[0]["reason"], &ends[0]["http.route"]), (&"leaving".into(), &"chat".into()));
    assert!(ends[0]["websocket.bytes_up"].as_u64() >= Some(11), "{}", ends[0]);
    drop(client);
}

#[test]
fn the_last_word_of_a_service_that_breaks_off_arrives() {
    let scene = stage("");
    scene.upstream.answer(|call| {
        accept(call)?;
        // It is closed with bytes unread: the kernel breaks the connection off.
        call.close();
        call.wire.exactly(2)?;
        call.wire.send(&[&[0x81, 4][..], b"last", &[0x88, 2, 0x03, 0xe9]].concat())
    });
    let token = scene.token();
    for round in 0..20 {
        let mut client = connected(&scene, &token);
        let said = frames::from_client(&"x".repeat(100)).repeat(2000);
        // It may be gone before all is said.
        let _ = client.try_send(&said);
        let heard = frames::read(client.wire());
        assert_eq!(heard.ok(), Some((0x81, b"last".to_vec())), "round {round}");
        assert_eq!(code(&frames::read(client.wire()).unwrap()), 1001, "round {round}");
    }
}

#[test]
fn a_client_that_breaks_off_is_waited_for_by_nobody() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n{ROUTES}",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    upstream.answer(move |call| {
        accept(call)?;
        call.close();
        // Not before the client has read the head, or both may come to it at once.
        frames::read(call.wire)?;
        call.wire.send(&[0x81, 2, b'h', b'i'])?;
        // Neither hears nor says any more.
        let _ = released.lock().unwrap().recv();
        Ok(())
    });
    let token = keystone.issue("alice", Scope::project("demo")).token();
    let open = || {
        let mut client = Client::connect(proxy.public);
        assert_eq!(ask(&mut client, "/chat", &token, &[]).status, 101);
        client.send(frames::from_client("hello"));
        client
    };
    let (patient, gone) = (open(), open());
    assert_eq!(gone.stream().peek(&mut [0; 4]).ok(), Some(4));
    // This one has said all, and its service has some seconds to do so, too.
    patient.finish();
    // That one has something unread, so its system tells ours that it broke off. Nothing is between
    // the two that could take as long.
    drop(gone);
    let reasons = || {
        let output = proxy.process.output();
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let ends = lines.filter(|line| line["message"] == "a web socket ended");
        ends.map(|line| line["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    eventually("both have ended", || reasons().len() == 2);
    assert_eq!(reasons(), ["broken", "closed"]);
    drop((release, patient));
}
