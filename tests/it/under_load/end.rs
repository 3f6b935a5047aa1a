//! The end of a busy proxy: whoever was answered once more knows that it must go elsewhere, and
//! nobody is left without an answer.

use keystone_double::Scope;

use super::certificates::Files;
use super::load::{Aim, Crowd, Load};
use super::stage::Stage;
use crate::support::{Certificate, Client, Proxy, get};
use crate::websocket::frames::{self, code};
use crate::websocket::stage::{accept, ask, echo};

const ROUTES: &str = "routes:\n- {name: chat, path: /chat, allow: authenticated, \
                      protocols: [websocket]}\n- {path: /**, allow: authenticated}\n";

#[test]
fn p05_who_is_asked_to_go_elsewhere_loses_no_request() {
    let stage = Stage::set();
    stage.upstream.answer(|call| {
        if call.request.header("upgrade").is_some() {
            accept(call)?;
            return echo(call);
        }
        call.receive()?;
        call.respond(200, &[], b"here")
    });
    let yaml = format!("{}{ROUTES}", stage.yaml());
    // Long enough for everybody to ask once more, however busy the machine is.
    let leaves = Proxy::run(&yaml, &["log.access=off", "server.drain_delay=4s"]);
    let stays = Proxy::run(&yaml, &["log.access=off"]);
    let aim =
        Aim { addresses: vec![leaves.public, stays.public], tls: None, token: stage.token.clone() };
    let load = Load::start(&aim, &KEEPERS);
    let other = stage.keystone.issue("bob", Scope::project("demo")).token();
    let mut tunnel = tunnel(&leaves, &other);
    load.go_on_for(300);
    assert_eq!(forwarded(&stays), 0);
    leaves.process.signal("TERM");
    assert_eq!(code(&frames::read(tunnel.wire()).expect("a farewell")), 1001);
    let (ended, output) = leaves.process.end();
    assert_eq!(ended.code(), Some(0), "{output}");
    assert!(output.contains("every request has been answered"), "{output}");
    drop(self::tunnel(&stays, &other));
    load.go_on_for(300);
    let tally = load.stop();
    assert!(tally.failures.is_empty(), "{tally:#?}");
    let clients = u64::from(HTTP1 + HTTP2);
    assert_eq!((tally.kept, tally.moved), (2 * clients, clients), "each goes once");
    assert_eq!(tally.asked_to_move, u64::from(HTTP1), "by an answer, or by HTTP/2's own word");
    let tunnels = 2;
    assert_eq!(stage.upstream.count() as u64, tally.answered + tunnels, "each was asked once");
}

#[test]
fn p05_the_same_over_tls() {
    let stage = Stage::set();
    let certificate = Certificate::for_loopback();
    let files = Files::with(&certificate);
    let yaml = format!("{}{}", stage.yaml(), files.yaml());
    let leaves = Proxy::run(&yaml, &["log.access=off", "server.drain_delay=4s"]);
    let stays = Proxy::run(&yaml, &["log.access=off"]);
    let aim = Aim {
        addresses: vec![leaves.public, stays.public],
        tls: Some(Certificate::trusting(&[&certificate])),
        token: stage.token.clone(),
    };
    let load = Load::start(&aim, &KEEPERS);
    load.go_on_for(300);
    leaves.process.signal("TERM");
    let (ended, output) = leaves.process.end();
    assert_eq!(ended.code(), Some(0), "{output}");
    assert!(output.contains("every request has been answered"), "{output}");
    load.go_on_for(300);
    let tally = load.stop();
    assert!(tally.failures.is_empty(), "{tally:#?}");
    assert_eq!(tally.moved, u64::from(HTTP1 + HTTP2), "each goes once");
    assert_eq!(stage.upstream.count() as u64, tally.answered, "each was asked once");
}

/// How many speak which.
const HTTP1: u32 = 14;
const HTTP2: u32 = 10;

/// Clients that keep their connections until they are asked to leave.
const KEEPERS: [Crowd; 2] = [
    Crowd { clients: HTTP1, http2: false, keep: true },
    Crowd { clients: HTTP2, http2: true, keep: true },
];

/// A web socket through which something has been said and heard.
#[track_caller]
fn tunnel(through: &Proxy, token: &str) -> Client {
    let mut client = Client::connect(through.public);
    let response = ask(&mut client, "/chat", token, &[]);
    assert_eq!(response.status, 101, "{response:?}");
    client.send(frames::from_client("hello"));
    assert_eq!(frames::read(client.wire()).unwrap(), (0x81, b"hello".to_vec()));
    client
}

/// How many requests it has accepted connections for.
#[track_caller]
fn forwarded(proxy: &Proxy) -> u64 {
    let name = "portcullis_connections_accepted_total{listener=\"public\"} ";
    let page = get(proxy.telemetry, "/metrics", &[]).text();
    page.lines().find_map(|line| line.strip_prefix(name)).unwrap().parse().unwrap()
}
