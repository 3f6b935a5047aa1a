//! How many connections one address may have: those beyond are closed at once, everybody else comes
//! in, and behind a balancer it is its clients who are counted.

use crate::support::{Client, Scene, eventually, request};

const MOST: (&str, &str) = ("server.max_connections_per_address", "2");
const CUT: &str = "portcullis_connections_cut_total{reason=\"crowd\"}";

#[test]
fn g05_an_address_has_so_many_connections_and_no_more() {
    let scene = Scene::with(&[MOST]);
    let token = scene.token();
    let connected = || {
        let mut client = Client::connect(scene.sidecar.public);
        let asked = request("GET", "/", &[("X-Auth-Token", &token)], b"");
        let answered = client.try_send(asked).and_then(|()| client.try_response(false));
        answered.is_ok_and(|response| response.status == 200).then_some(client)
    };
    let (first, second) = (connected(), connected());
    assert!(first.is_some() && second.is_some());
    assert!(connected().is_none(), "one too many");
    assert_eq!(scene.upstream.count(), 2, "nothing is asked of anybody for it");
    eventually("it is counted", || scene.sidecar.metric(CUT) == 1.0);
    drop(first);
    eventually("there is room again", || connected().is_some());
    assert!(second.unwrap().get("/", &[("X-Auth-Token", &token)]).status == 200);
}

#[test]
fn g05_behind_a_balancer_its_clients_are_counted() {
    let scene = Scene::with(&[
        MOST,
        ("listener.proxy_protocol", "true"),
        ("listener.trusted_proxies", "127.0.0.0/8"),
    ]);
    let asked = request("GET", "/", &[("X-Auth-Token", &scene.token())], b"");
    let from = |address: &str| {
        let header = format!("PROXY TCP4 {address} 198.51.100.1 4660 80\r\n");
        let mut client = Client::connect(scene.sidecar.public);
        let sent = client.try_send([header.as_bytes(), &asked].concat());
        let answered = sent.and_then(|()| client.try_response(false));
        answered.is_ok_and(|response| response.status == 200).then_some(client)
    };
    let kept: Vec<_> = ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"].map(from).into();
    assert!(kept.iter().all(Option::is_some));
    assert!(from("192.0.2.1").is_none(), "one too many of its own");
    // The balancer's own connections are as many as it likes.
    let own: Vec<_> = (0..5).map(|_| from("127.0.0.1")).collect();
    assert!(own.iter().all(Option::is_some));
    eventually("it is counted", || scene.sidecar.metric(CUT) == 1.0);
}
