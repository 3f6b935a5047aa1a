//! A connection to the service that becomes a tunnel, when that was wished for and granted.

use portcullis::dial::Protocol;
use portcullis::upstream::Wish;

use crate::support::{Client, Http2, Passage, Through, Upstream, eventually};

const WISH: Through = Through { trailers: Vec::new(), wish: Wish::Tunnel };

#[test]
fn a_tunnel_holds_what_came_with_the_answer_and_what_comes_after() {
    let upstream = Upstream::start();
    upstream.answer(|call| {
        call.wire.send(
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\
              \r\nfirst ",
        )?;
        let heard = call.wire.some()?;
        call.wire.send(&heard)?;
        call.close();
        Ok(())
    });
    let passage = Passage::to(&upstream.url(), Protocol::Http1, WISH);
    let response = Client::connect(passage.address).get("/", &[]);
    assert_eq!((response.status, response.text().as_str()), (200, "first ping"));
    let asked = upstream.last();
    assert_eq!(asked.headers("connection"), ["upgrade"]);
    assert_eq!(asked.headers("upgrade"), ["websocket"]);
}

#[test]
fn a_wish_that_is_not_granted_is_answered_like_any_other_request() {
    let upstream = Upstream::start();
    upstream.respond(403, &[], b"no");
    let passage = Passage::to(&upstream.url(), Protocol::Http1, WISH);
    let mut client = Client::connect(passage.address);
    for connection in [1, 2] {
        let response = client.get("/", &[]);
        assert_eq!((response.status, response.text().as_str()), (403, "no"));
        assert_eq!(upstream.last().connection, connection, "each wish has its own connection");
    }
    eventually("nobody else gets them", || upstream.open_connections() == 0);
}

#[test]
fn another_protocol_than_the_one_wished_for_is_no_answer() {
    let upstream = Upstream::start();
    for upgrade in ["Upgrade: h2c\r\n", ""] {
        let answer = format!("HTTP/1.1 101 Whatever\r\nConnection: Upgrade\r\n{upgrade}\r\n");
        upstream.respond_raw(answer.as_bytes());
        let passage = Passage::to(&upstream.url(), Protocol::Http1, WISH);
        assert_eq!(Client::connect(passage.address).get("/", &[]).status, 502, "{upgrade}");
    }
}

#[test]
fn there_is_no_tunnel_through_http_2() {
    let service = Http2::start();
    let passage = Passage::to(&service.url(), Protocol::Http2, WISH);
    assert_eq!(Client::connect(passage.address).get("/", &[]).status, 502);
    assert_eq!(service.connections(), 0);
}
