//! Requests and responses pass through whole, streamed, and without what belongs to one
//! connection only.

use crate::support::{Client, Scene, exchange, lines, request};

#[test]
fn method_target_and_body_arrive_as_they_were_sent() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    for (method, target, body) in [
        ("GET", "/", ""),
        ("GET", "/a/b?c=d&e=%20f", ""),
        ("DELETE", "/a%2Fb/../c//d;e=f", ""),
        ("POST", "/v1", "{\"name\": 1}"),
        ("PUT", "/v1/ž".trim_end_matches('ž'), "x"),
        ("PATCH", "/%C5%BE?", "y"),
        ("OPTIONS", "*", ""),
        ("PROPFIND", "/dav", ""),
    ] {
        client.send(request(method, target, &[("X-Auth-Token", &token)], body.as_bytes()));
        assert_eq!(client.response().status, 200, "{method} {target}");
        let seen = scene.upstream.last();
        assert_eq!((seen.method(), seen.target()), (method, target));
        assert_eq!(seen.body.data, body.as_bytes());
    }
}

#[test]
fn an_absolute_target_names_no_other_service() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let fields = [("X-Auth-Token", &token[..]), ("Host", "elsewhere.example")];
    let response = client.get("http://elsewhere.example/path?q", &fields);
    assert_eq!(response.status, 200);
    assert_eq!(scene.upstream.last().target(), "/path?q");
    let other = [("X-Auth-Token", &token[..]), ("Host", "here.example")];
    assert_eq!(client.get("http://elsewhere.example/path", &other).status, 400);
    assert_eq!(scene.upstream.count(), 1, "two names for the place, and neither is believed");
}

#[test]
fn ordinary_fields_pass_both_ways_in_number_and_value() {
    let scene = Scene::start();
    let answer = [("ETag", "\"x\""), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")];
    scene.upstream.respond(201, &answer, b"made");
    let token = scene.token();
    let fields = [("X-Auth-Token", &token[..]), ("Accept", "a"), ("Accept", "b"), ("X-Own", "c")];
    let response = scene.sidecar.get("/", &fields);
    assert_eq!((response.status, response.text().as_str()), (201, "made"));
    assert_eq!(response.headers("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(response.header("etag"), Some("\"x\""));
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("accept"), ["a", "b"]);
    assert_eq!(seen.header("x-own"), Some("c"));
}

#[test]
fn what_belongs_to_one_connection_is_removed_from_requests() {
    let scene = Scene::start();
    let token = scene.token();
    let fields = [
        ("X-Auth-Token", &token[..]),
        ("Connection", "keep-alive, X-Hop"),
        ("X-Hop", "1"),
        ("Keep-Alive", "timeout=5"),
        ("Proxy-Connection", "keep-alive"),
        ("Proxy-Authorization", "Basic eA=="),
        ("TE", "trailers"),
        ("Upgrade", "websocket"),
    ];
    assert_eq!(scene.sidecar.get("/", &fields).status, 200);
    let seen = scene.upstream.last();
    for name in fields.iter().map(|(name, _)| name).filter(|name| **name != "X-Auth-Token") {
        assert_eq!(seen.headers(name), [""; 0], "{name}");
    }
}

#[test]
fn a22_what_belongs_to_one_connection_is_removed_from_responses() {
    let scene = Scene::start();
    let token = scene.token();
    let fields = [
        ("Connection", "X-Hop"),
        ("X-Hop", "1"),
        ("Keep-Alive", "timeout=5"),
        ("Proxy-Authenticate", "Basic"),
        ("Upgrade", "h2c"),
        ("X-Own", "2"),
    ];
    scene.upstream.respond(200, &fields, b"");
    let response = scene.sidecar.get_as(&token, "/");
    assert_eq!(response.header("x-own"), Some("2"));
    for name in ["x-hop", "keep-alive", "proxy-authenticate", "upgrade"] {
        assert_eq!(response.header(name), None, "{name}");
    }
    assert_ne!(response.header("connection"), Some("X-Hop"));
}

#[test]
fn answers_without_a_body_end_at_once_and_the_connection_goes_on() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let auth = [("X-Auth-Token", &token[..])];
    for status in [204, 304] {
        scene.upstream.respond(status, &[("ETag", "\"x\"")], b"");
        assert_eq!(client.get("/", &auth).status, status);
    }
    scene.upstream.respond(200, &[("Content-Length", "1000")], b"");
    client.ask("HEAD", "/", &auth);
    let response = client.response_to_head();
    assert_eq!((response.status, response.header("content-length")), (200, Some("1000")));
    scene.upstream.respond(200, &[], b"still here");
    assert_eq!(client.get("/", &auth).text(), "still here");
}

#[test]
fn d09_a_chunked_body_passes_both_ways() {
    let scene = Scene::start();
    let token = scene.token();
    scene.upstream.answer(|call| {
        call.receive()?;
        call.wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        call.wire.send(b"5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n")
    });
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\nTransfer-Encoding: chunked\r\n\r\n\
         3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    ));
    assert_eq!(client.response().text(), "hello world");
    let seen = scene.upstream.last();
    assert_eq!(seen.body.data, b"abcde");
    assert_eq!(seen.headers("transfer-encoding"), ["chunked"]);
    assert_eq!(seen.headers("content-length"), [""; 0]);
}

#[test]
fn a_body_that_ends_with_its_connection_is_passed_whole() {
    let scene = Scene::start();
    scene.upstream.respond_raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it");
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!((response.status, response.text().as_str()), (200, "all of it"));
}

#[test]
fn d25_a_body_that_breaks_off_is_seen_to_break_off() {
    let scene = Scene::start();
    scene.upstream.respond_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    assert!(client.try_response(false).is_err(), "half an answer must not look whole");
    let mut client = Client::connect(scene.sidecar.public);
    scene.upstream.respond_raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf");
    client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    assert!(client.try_response(false).is_err(), "half an answer must not look whole");
}

#[test]
fn an_http_1_0_client_gets_an_answer_it_understands() {
    let scene = Scene::start();
    let token = scene.token();
    scene.upstream.answer(|call| {
        call.receive()?;
        call.wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        call.wire.send(b"5\r\nhello\r\n0\r\n\r\n")
    });
    let answer = exchange(
        scene.sidecar.public,
        format!("GET / HTTP/1.0\r\nHost: s\r\nX-Auth-Token: {token}\r\n\r\n"),
    );
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
    assert!(!answer.to_lowercase().contains("chunked"), "{answer}");
}

#[test]
fn an_old_clients_request_without_a_host_is_sent_with_the_services_own() {
    let scene = Scene::start();
    let token = scene.token();
    let request = format!("GET / HTTP/1.0\r\nX-Auth-Token: {token}\r\n\r\n");
    let answer = exchange(scene.sidecar.public, request);
    assert!(answer.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&answer));
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("host"), [scene.upstream.url().trim_start_matches("http://")]);
}

#[test]
fn d21_a_client_that_waits_for_100_continue_is_told_to_go_on() {
    let scene = Scene::start();
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: 4\r\n\
         Expect: 100-continue\r\n\r\n",
        scene.token()
    ));
    assert_eq!(client.response().status, 100);
    client.send("body");
    assert_eq!(client.response().status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.body.data, b"body");
    assert_eq!(seen.headers("expect"), [""; 0]);
}

#[test]
fn a_refused_client_that_waits_for_100_continue_is_never_told_to_go_on() {
    let scene = Scene::start();
    let mut client = Client::connect(scene.sidecar.public);
    client.send(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: made-up\r\nContent-Length: 4\r\n\
         Expect: 100-continue\r\n\r\n",
    );
    assert_eq!(client.response().status, 401);
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn informational_answers_of_the_service_do_not_end_the_request() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        call.receive()?;
        call.wire.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")?;
        call.respond(200, &[], b"final")
    });
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!((response.status, response.text().as_str()), (200, "final"));
}

#[test]
fn d27_pipelined_requests_are_answered_in_order() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        let target = call.request.target().to_owned();
        call.respond(200, &[], target.as_bytes())
    });
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let targets: Vec<_> = (0..20).map(|number| format!("/{number}")).collect();
    let all: Vec<u8> = targets
        .iter()
        .flat_map(|target| request("GET", target, &[("X-Auth-Token", &token)], b""))
        .collect();
    client.send(all);
    for target in targets {
        assert_eq!(client.response().text(), target);
    }
}

#[test]
fn d24_an_upgrade_is_not_passed_on() {
    let scene = Scene::start();
    scene.upstream.respond(101, &[("Upgrade", "websocket"), ("Connection", "Upgrade")], b"");
    let token = scene.token();
    let fields =
        [("X-Auth-Token", &token[..]), ("Upgrade", "websocket"), ("Connection", "upgrade")];
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &fields);
    let response = client.try_response(false);
    assert_eq!(response.map(|response| response.status).ok(), Some(502));
    assert!(lines(scene.upstream.last().fields(), "upgrade").is_empty());
}
