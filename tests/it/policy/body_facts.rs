//! Rules that look into a JSON body: the service reads the same bytes, so what could be read in
//! another way there is refused here.

use crate::support::{Client, Response, Scene, request};

use super::{assert_refused, stranger};

const ROUTES: &str = r#"
routes:
- {path: /servers, methods: [POST], check: "'demo':%(body.server.project)s", body: 64B}
- {path: /level, check: "not '1':%(body.level)s", body: 64B}
- {path: /tight, check: "'demo':%(body.project)s", body: 64B, max_body: 24B}
- {path: /**, allow: authenticated}
"#;

const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn a_member_decides_and_the_body_goes_on_byte_for_byte() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    // Blanks, escapes and the order of members are the client's own.
    let body = "{\"b\":1,\r\n \"server\" :{\"project\":\"d\\u0065mo\" },\t\"a\":[ ]}";
    let response = post(&scene, &token, &[JSON], body.as_bytes());
    assert_eq!(response.status, 200, "{response:?}");
    let seen = scene.upstream.last();
    assert_eq!(seen.body.data, body.as_bytes());
    assert_eq!(seen.headers("content-length"), [body.len().to_string()]);
    assert_eq!(seen.header("transfer-encoding"), None);
    for other in ["{\"server\":{\"project\":\"other\"}}", "{\"server\":{}}", "{}", "[]", "null"] {
        assert_refused(&post(&scene, &token, &[JSON], other.as_bytes()), 403);
    }
    assert_refused(&post(&scene, &token, &[], b""), 403);
    assert_eq!(scene.upstream.count(), 1);
}

#[test]
fn a_number_that_parsers_take_for_another_decides_nothing() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    for (number, status) in [
        ("1", 403),
        ("1.0", 403),
        ("1e0", 403),
        ("1.00000000000000000001", 403),
        ("-0", 403),
        ("9007199254740993", 403),
        ("36893488147419103232", 403),
        ("2", 200),
        ("-7", 200),
        ("9007199254740992", 200),
    ] {
        let body = format!("{{\"level\":{number}}}");
        let fields = [("X-Auth-Token", &token[..]), JSON];
        let mut client = Client::connect(scene.sidecar.public);
        client.send(request("POST", "/level", &fields, body.as_bytes()));
        assert_eq!(client.response().status, status, "{number}");
    }
}

#[test]
fn what_a_body_is_cannot_be_hidden_from_the_service() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let body = b"{\"server\":{\"project\":\"demo\"}}";
    for hidden in ["content-type", "content-encoding"] {
        assert_refused(&post(&scene, &token, &[JSON, ("Connection", hidden)], body), 400);
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn a_chunked_body_goes_on_whole_and_with_its_length() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let (one, two) = ("{\"server\":{\"pro", "ject\":\"demo\"}}");
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "POST /servers HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json; charset=UTF-8\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\nX-Roles: EVIL\r\n\r\n",
        one.len(),
        two.len()
    ));
    assert_eq!(client.response().status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.body.data, format!("{one}{two}").into_bytes());
    assert_eq!(seen.headers("content-length"), [(one.len() + two.len()).to_string()]);
    assert!(!seen.mentions("EVIL"), "trailers are dropped: {:?}", seen.sorted());
}

#[test]
fn what_is_no_json_that_can_be_read_in_one_way_is_a_400() {
    const GOOD: &[u8] = b"{\"server\":{\"project\":\"demo\"}}";
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let odd: [&[u8]; 8] = [
        b"{\"server\":{\"project\":\"demo\",\"project\":\"other\"}}",
        b"{\"server\":{\"project\":\"demo\",\"pr\\u006fject\":\"x\"}}",
        b"{\"server\":{\"project\":\"demo\"}}{\"server\":1}",
        b"{\"server\":{\"project\":\"demo\"",
        b"{'server':{'project':'demo'}}",
        b"\xef\xbb\xbf{\"server\":{\"project\":\"demo\"}}",
        b"{\"server\":{\"project\":\"demo\"},\"x\":\"\xff\"}",
        b"server=demo",
    ];
    for body in odd {
        assert_refused(&post(&scene, &token, &[JSON], body), 400);
    }
    for fields in [
        &[][..],
        &[("Content-Type", "text/plain")],
        &[("Content-Type", "application/x-www-form-urlencoded")],
        &[("Content-Type", "application/json; charset=utf-16")],
        &[("Content-Type", "application/json; charset = utf-7")],
        &[JSON, ("Content-Type", "text/plain")],
        &[JSON, ("Content-Encoding", "gzip")],
        &[JSON, ("Content-Encoding", "identity")],
    ] {
        assert_refused(&post(&scene, &token, fields, GOOD), 400);
    }
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(post(&scene, &token, &[JSON], GOOD).status, 200);
}

#[test]
fn what_is_too_long_to_be_read_is_a_413_and_never_truncated() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let start = "{\"server\":{\"project\":\"demo\"}}";
    let long = format!("{start}{}", " ".repeat(65 - start.len()));
    let mut client = Client::connect(scene.sidecar.public);
    // By its length alone: not one byte of the body is sent.
    client.send(format!(
        "POST /servers HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        long.len()
    ));
    let response = client.response();
    assert_refused(&response, 413);
    assert_eq!(response.header("connection"), Some("close"));
    assert_refused(&post(&scene, &token, &[JSON], long.as_bytes()), 413);
    assert_refused(&in_chunks(&scene, &token, "/servers", &long), 413);
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(post(&scene, &token, &[JSON], &long.as_bytes()[..64]).status, 200, "it just fits");
}

#[test]
fn the_smaller_of_two_limits_holds() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let body = "{\"project\":\"demo\"}";
    assert_eq!(in_chunks(&scene, &token, "/tight", body).status, 200);
    let long = format!("{body}{}", " ".repeat(16));
    assert_refused(&in_chunks(&scene, &token, "/tight", &long), 413);
    assert_eq!(scene.upstream.count(), 1);
}

#[test]
fn a_route_that_is_only_watched_refuses_no_body() {
    let scene = Scene::guarding(
        "routes:\n- {path: /**, check: \"'demo':%(body.project)s\", body: 16B, shadow: true}\n",
    );
    let token = scene.token();
    let long = format!("{{\"project\": \"{}\"}}", "x".repeat(5000));
    for (fields, body) in [
        (&[][..], "no type"),
        (&[JSON][..], "no json"),
        (&[JSON][..], "{\"a\":1,\"a\":2}"),
        (&[JSON][..], &long),
    ] {
        assert_eq!(post(&scene, &token, fields, body.as_bytes()).status, 200, "{body}");
        assert_eq!(scene.upstream.last().body.data, body.as_bytes());
    }
    assert_eq!(in_chunks(&scene, &token, "/servers", &long).status, 200);
    assert_eq!(scene.upstream.last().body.data, long.as_bytes());
    let tried = scene.sidecar.decisions("shadow_deny", "undecided");
    assert_eq!(tried, 5.0);
}

#[test]
fn nothing_is_read_for_whom_no_rule_will_be_asked_about() {
    let scene = Scene::guarding(ROUTES);
    let mut client = Client::connect(scene.sidecar.public);
    client.send(
        "POST /servers HTTP/1.1\r\nHost: s\r\nX-Auth-Token: made-up\r\n\
         Content-Type: application/json\r\nContent-Length: 64\r\n\r\n",
    );
    assert_refused(&client.response(), 401);
}

#[test]
fn a_bad_body_of_whoever_may_not_is_not_told_from_a_good_one_by_the_service() {
    let scene = Scene::guarding(ROUTES);
    let token = stranger(&scene);
    for body in [&b"{\"server\":{\"project\":\"x\"}}"[..], b"{\"a\":1,\"a\":2}"] {
        assert!(matches!(post(&scene, &token, &[JSON], body).status, 400 | 403));
    }
    assert_eq!(scene.upstream.count(), 0);
}

/// Posts to `/servers`.
#[track_caller]
fn post(scene: &Scene, token: &str, fields: &[(&str, &str)], body: &[u8]) -> Response {
    let mut client = Client::connect(scene.sidecar.public);
    let fields = [&[("X-Auth-Token", token)], fields].concat();
    let _ = client.try_send(request("POST", "/servers", &fields, body));
    client.response()
}

/// Posts JSON in one chunk.
#[track_caller]
fn in_chunks(scene: &Scene, token: &str, path: &str, body: &str) -> Response {
    let mut client = Client::connect(scene.sidecar.public);
    let _ = client.try_send(format!(
        "POST {path} HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    ));
    client.response()
}
