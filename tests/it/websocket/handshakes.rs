//! How tunnels begin, and how they do not.

use crate::support::{Client, get};

use super::frames;
use super::stage::{ACCEPT, KEY, ask, says, stage};

#[test]
fn a_route_that_allows_it_opens_a_tunnel_and_the_service_knows_who_it_is() {
    let scene = stage("");
    let mut client = Client::connect(scene.sidecar.public);
    let response = ask(&mut client, "/chat", &scene.token(), &[("X-Roles", "admin")]);
    assert_eq!(response.status, 101, "{response:?}");
    assert_eq!(response.header("upgrade"), Some("websocket"));
    assert_eq!(response.header("connection"), Some("Upgrade"));
    assert_eq!(response.header("sec-websocket-accept"), Some(ACCEPT));
    for text in ["hello", "", "again"] {
        says(&mut client, text);
    }
    let request = scene.upstream.last();
    assert_eq!(request.headers("x-roles"), ["member,reader"]);
    assert_eq!(request.headers("upgrade"), ["websocket"]);
    assert_eq!(request.headers("sec-websocket-key"), [KEY]);
    assert_eq!(scene.sidecar.metric("portcullis_websocket_tunnels"), 1.0);
}

#[test]
fn nobody_without_a_token_gets_a_tunnel_and_public_routes_may_have_some() {
    let scene = stage("");
    let mut client = Client::connect(scene.sidecar.public);
    assert_eq!(ask(&mut client, "/chat", "nonsense", &[]).status, 401);
    assert_eq!(scene.upstream.count(), 0);
    let mut client = Client::connect(scene.sidecar.public);
    assert_eq!(ask(&mut client, "/open", "", &[]).status, 101);
    says(&mut client, "anybody");
}

#[test]
fn e05_a_route_that_does_not_allow_it_refuses_with_a_reason() {
    let scene = stage("");
    let mut client = Client::connect(scene.sidecar.public);
    assert_eq!(ask(&mut client, "/plain", &scene.token(), &[]).status, 403);
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.sidecar.decisions_on("plain", "deny", "protocol"), 1.0);
}

#[test]
fn e01_e05_other_protocols_are_never_switched_to() {
    let scene = stage("");
    scene.upstream.respond(200, &[], b"plain");
    for upgrade in ["h2c", "h2c, websocket", "websocket, h2c", "TLS/1.0", "foo"] {
        let more = [("Upgrade", upgrade), ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")];
        let mut client = Client::connect(scene.sidecar.public);
        let response = ask(&mut client, "/chat", &scene.token(), &more);
        assert_eq!(response.status, 200, "{upgrade}: {response:?}");
        let request = scene.upstream.last();
        assert!(request.headers("upgrade").is_empty(), "{upgrade}: {request:?}");
        assert!(request.headers("connection").is_empty(), "{upgrade}: {request:?}");
    }
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
    scene.upstream.respond_raw(switch);
    let response = get(scene.sidecar.public, "/chat", &[("X-Auth-Token", &scene.token())]);
    assert_eq!(response.status, 502, "nobody asked for a 101");
}

#[test]
fn e02_bytes_behind_the_request_wait_for_the_service_and_are_requests_without_its_word() {
    let scene = stage("");
    let mut client = Client::connect(scene.sidecar.public);
    let fields = format!(
        "GET /chat HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n",
        scene.token()
    );
    client.send([fields.as_bytes(), &frames::from_client("early")].concat());
    assert_eq!(client.response().status, 101);
    let (_, echoed) = frames::read(client.wire()).unwrap();
    assert_eq!(echoed, b"early");

    scene.upstream.respond(426, &[], b"no");
    let mut client = Client::connect(scene.sidecar.public);
    let smuggled = "GET /chat HTTP/1.1\r\nHost: s\r\nX-Roles: admin\r\n\r\n";
    client.send([fields.as_bytes(), smuggled.as_bytes()].concat());
    assert_eq!(client.response().status, 426);
    let second = client.try_response(false);
    assert!(second.is_err() || second.is_ok_and(|answer| answer.status == 401));
    assert_eq!(scene.upstream.count(), 2, "nothing came but the two handshakes");
}

#[test]
fn e03_without_the_services_own_word_there_is_no_tunnel() {
    let scene = stage("");
    let token = scene.token();
    scene.upstream.respond(426, &[("Sec-WebSocket-Version", "13")], b"");
    let mut client = Client::connect(scene.sidecar.public);
    let old = ask(&mut client, "/chat", &token, &[("Sec-WebSocket-Version", "1337")]);
    assert_eq!(old.status, 426, "{old:?}");
    assert!(scene.upstream.last().headers("upgrade").is_empty());
    scene.upstream.respond(200, &[], b"never heard of it");
    let mut client = Client::connect(scene.sidecar.public);
    assert_eq!(ask(&mut client, "/chat", &token, &[]).text(), "never heard of it");
    for wrong in ["", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n"] {
        scene.upstream.respond_raw(
            format!(
                "HTTP/1.1 101 Whatever\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{wrong}\r\n"
            )
            .as_bytes(),
        );
        let mut client = Client::connect(scene.sidecar.public);
        assert_eq!(ask(&mut client, "/chat", &token, &[]).status, 502, "{wrong:?}");
    }
    assert_eq!(scene.sidecar.metric("portcullis_websocket_tunnels"), 0.0);
}

#[test]
fn e04_a_handshake_with_a_body_is_refused() {
    let scene = stage("");
    for framing in [("Content-Length", "4"), ("Transfer-Encoding", "chunked")] {
        let mut client = Client::connect(scene.sidecar.public);
        let response = ask(&mut client, "/chat", &scene.token(), &[framing]);
        assert_eq!(response.status, 400, "{framing:?}");
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn e06_connect_opens_nothing() {
    let scene = stage("");
    let mut client = Client::connect(scene.sidecar.public);
    let token = scene.token();
    client.send(format!(
        "CONNECT s:80 HTTP/1.1\r\nHost: s:80\r\nX-Auth-Token: {token}\r\nContent-Length: 3\r\n\r\nabc"
    ));
    assert_eq!(client.response().status, 405);
    assert!(client.is_closed());
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn a_connection_that_had_a_refused_handshake_is_still_good_for_requests() {
    let scene = stage("");
    let mut client = Client::connect(scene.sidecar.public);
    scene.upstream.respond(403, &[], b"not now");
    assert_eq!(ask(&mut client, "/chat", &scene.token(), &[]).status, 403);
    scene.upstream.respond(200, &[], b"yes");
    assert_eq!(client.get("/chat", &[("X-Auth-Token", &scene.token())]).status, 200);
}
