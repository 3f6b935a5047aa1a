//! What clients send: refused at the door when it is no token, asked about once when it may be.

use crate::support::{Client, Response, Scene, request};

use super::{UNAUTHORIZED, assert_refusal};

#[test]
fn b01_no_token_is_a_401() {
    refused_at_the_door(&[], 401);
}

#[test]
fn b08_an_empty_token_is_a_401() {
    refused_at_the_door(&[("X-Auth-Token", b"")], 401);
}

#[test]
fn b08_a_token_of_blanks_is_a_401() {
    refused_at_the_door(&[("X-Auth-Token", b" \t  ")], 401);
}

#[test]
fn b02_two_tokens_are_a_401_even_when_they_are_the_same() {
    refused_at_the_door(&[("X-Auth-Token", b"abc"), ("X-Auth-Token", b"def")], 401);
    refused_at_the_door(&[("X-Auth-Token", b"abc"), ("x-auth-token", b"abc")], 401);
    refused_at_the_door(&[("X-Storage-Token", b"abc"), ("X-Storage-Token", b"abc")], 401);
}

#[test]
fn b02_a_good_token_beside_another_is_a_401() {
    let scene = Scene::start();
    let token = scene.token();
    for fields in [["X-Auth-Token", "x-auth-token"], ["X-AUTH-TOKEN", "X-Auth-Token"]] {
        let fields = [(fields[0], token.as_bytes()), (fields[1], b"other")];
        let response = send(&scene, &fields);
        assert_refusal(&response, 401, UNAUTHORIZED);
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
}

#[test]
fn b03_two_tokens_in_one_field_are_a_401() {
    refused_at_the_door(&[("X-Auth-Token", b"abc,def")], 401);
    refused_at_the_door(&[("X-Auth-Token", b"abc, def")], 401);
    refused_at_the_door(&[("X-Auth-Token", b"abc def")], 401);
}

#[test]
fn b07_a_token_that_is_not_ascii_is_a_401() {
    refused_at_the_door(&[("X-Auth-Token", b"tok\xc3\xb6n")], 401);
    refused_at_the_door(&[("X-Auth-Token", b"tok\xff\xfen")], 401);
}

#[test]
fn b11_a_bearer_token_is_no_keystone_token() {
    refused_at_the_door(&[("Authorization", b"Bearer abc")], 401);
}

#[test]
fn b09_a_token_of_40_kb_is_a_431() {
    refused_at_the_door(&[("X-Auth-Token", "g".repeat(40_000).as_bytes())], 431);
}

#[test]
fn b09_a_head_beyond_the_limit_is_a_431() {
    let scene = Scene::start();
    let mut client = Client::connect(scene.sidecar.public);
    // The proxy may close before it has read all of this.
    let _ = client.try_send(request("GET", "/", &[("X-Big", &"g".repeat(200_000))], b""));
    if let Ok(response) = client.try_response(false) {
        assert_eq!(response.status, 431);
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn b09_a_token_of_32_kb_is_asked_about() {
    let scene = Scene::start();
    let issue = scene.keystone.issue("alice", keystone_double::Scope::project("demo"));
    let token = issue.length(32 * 1024).token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}

#[test]
fn b06_blanks_around_a_good_token_do_no_harm() {
    let scene = Scene::start();
    let token = scene.token();
    assert_eq!(scene.sidecar.get("/", &[("X-Auth-Token", &format!("  {token} \t"))]).status, 200);
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    assert_eq!(scene.keystone.validations(), 1, "it is one token");
}

#[test]
fn n06_an_unknown_token_is_a_401_after_one_question() {
    let scene = Scene::start();
    let response = scene.sidecar.get_as("made-up", "/");
    assert_refusal(&response, 401, UNAUTHORIZED);
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (1, 0));
    scene.assert_serves();
}

#[test]
fn a18_a_connection_field_that_is_no_list_of_names_is_a_400() {
    let scene = Scene::start();
    let token = scene.token();
    for nominated in ["a b", "x:y", "\"x-user-id\""] {
        let fields = [("X-Auth-Token", &token[..]), ("Connection", nominated)];
        assert_eq!(scene.sidecar.get("/", &fields).status, 400, "{nominated}");
    }
    assert_eq!(scene.upstream.count(), 0);
    scene.assert_serves();
}

#[test]
fn c14_a_request_for_two_hosts_is_a_400_and_counted() {
    let scene = Scene::start();
    let token = scene.token();
    for hosts in [["a.example", "b.example"], ["a.example", "a.example"], ["", "a.example"]] {
        let fields = [("Host", hosts[0]), ("X-Auth-Token", &token), ("hOST", hosts[1])];
        let response = scene.sidecar.get("/", &fields);
        assert_refusal(&response, 400, "The request cannot be passed on as it is framed.");
    }
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"host\"}");
    assert_eq!(counted, 3.0);
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn c14_a_request_for_no_host_or_an_odd_one_is_a_400_and_counted() {
    let scene = Scene::start();
    let token = scene.token();
    let hosts = [
        "",
        "Host: a b/@x\r\n",
        "Host: user:pw@a.example\r\n",
        "Host: a.example/path\r\n",
        "Host: a.example;for=1.2.3.4\r\n",
        "Host: a.example, b.example\r\n",
        "Host: \"a.example\"\r\n",
    ];
    for host in hosts {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(format!("GET / HTTP/1.1\r\n{host}X-Auth-Token: {token}\r\n\r\n"));
        let response = client.response();
        assert_refusal(&response, 400, "The request cannot be passed on as it is framed.");
    }
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"host\"}");
    assert_eq!(counted, 7.0);
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn c11_a_target_that_is_not_ascii_is_a_400_and_counted() {
    let scene = Scene::start();
    let token = scene.token();
    for target in
        ["/\u{e9}", "/public/\u{ff0e}\u{ff0e}/x", "/?\u{e9}", "http://service.example/\u{e9}"]
    {
        let response = scene.sidecar.get_as(&token, target);
        assert_refusal(&response, 400, "The request cannot be passed on as it is framed.");
    }
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"target\"}");
    assert_eq!(counted, 4.0);
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn c22_tunnels_and_echoes_are_a_405() {
    let scene = Scene::start();
    let token = scene.token();
    for (method, target) in [("TRACE", "/"), ("CONNECT", "service.example:443")] {
        let mut client = Client::connect(scene.sidecar.public);
        client.ask(method, target, &[("X-Auth-Token", &token)]);
        let response = client.response();
        assert_eq!(response.status, 405, "{method}");
        assert!(response.header("allow").is_some_and(|allow| allow.contains("GET")));
    }
    assert_eq!(scene.upstream.count(), 0);
    scene.assert_serves();
}

#[test]
fn a_request_with_two_lengths_is_refused_or_understood_one_way() {
    let scene = Scene::start();
    let token = scene.token();
    for framing in [
        "Content-Length: 4\r\nContent-Length: 30",
        "Content-Length: 4, 30",
        "Content-Length: +4",
        "Content-Length: -1",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
    ] {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: service.example\r\nX-Auth-Token: {token}\r\n\
             Connection: close\r\n{framing}\r\n\r\n0\r\n\r\nGET /SMUGGLED HTTP/1.1\r\nHost: s\r\n\r\n"
        ));
        let _ = client.try_response(false);
        let targets = scene.upstream.requests();
        assert!(!targets.iter().any(|seen| seen.mentions("SMUGGLED")), "{framing}: {targets:?}");
    }
    scene.assert_serves();
}

/// The client is refused with `status`, without a question to Keystone.
#[track_caller]
fn refused_at_the_door(fields: &[(&str, &[u8])], status: u16) {
    let scene = Scene::start();
    let response = send(&scene, fields);
    let message = match status {
        401 => UNAUTHORIZED,
        _ => "The token is longer than this service accepts.",
    };
    assert_refusal(&response, status, message);
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[track_caller]
fn send(scene: &Scene, fields: &[(&str, &[u8])]) -> Response {
    let mut bytes = b"GET / HTTP/1.1\r\nHost: service.example\r\n".to_vec();
    for (name, value) in fields {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    let mut client = Client::connect(scene.sidecar.public);
    client.send(bytes);
    client.response()
}
