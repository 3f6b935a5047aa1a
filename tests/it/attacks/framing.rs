//! Group D, from the client: no two readers disagree about where a request ends, and what cannot
//! be read in one way is not read.

use crate::support::{Client, Process, Scene, eventually, exchange};

use super::{send, unreadable, with_token};

#[test]
fn d06_chunks_in_http_1_0_are_a_400_and_the_end_of_the_connection() {
    unreadable(
        &[
            b"POST / HTTP/1.0\r\nHost: s\r\nTOKEN\r\nTransfer-Encoding: chunked\r\n\r\n\
              0\r\n\r\nGET /EVIL HTTP/1.1\r\nHost: s\r\n\r\n",
            b"POST / HTTP/1.0\r\nHost: s\r\nTOKEN\r\nConnection: keep-alive\r\n\
              Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ],
        &[400],
    );
}

#[test]
fn d07_a_body_that_would_end_with_the_connection_is_none() {
    let scene = Scene::start();
    for keep in ["", "Connection: close\r\n"] {
        let request = format!(
            "POST /old HTTP/1.0\r\nHost: s\r\nTOKEN\r\n{keep}\r\n\
             GET /EVIL HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n"
        );
        let answer = exchange(scene.sidecar.public, with_token(request.as_bytes(), &scene.token()));
        assert_eq!(String::from_utf8_lossy(&answer).matches("HTTP/1.").count(), 1);
        let seen = scene.upstream.last();
        assert_eq!((seen.target(), seen.body.data.len()), ("/old", 0));
        assert_eq!(seen.header("transfer-encoding"), None);
    }
    assert_eq!(scene.upstream.count(), 2, "nothing after the first request was read");
}

#[test]
fn d09_an_extension_of_a_chunk_goes_no_further() {
    let scene = Scene::start();
    let response = send(
        &scene,
        "POST / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nTransfer-Encoding: chunked\r\n\r\n\
         3;EVIL=\"x\"\r\nabc\r\n0;EVIL\r\n\r\n",
    );
    assert_eq!(response.status, 200);
    assert_eq!(scene.upstream.last().body.data, b"abc");
    assert!(!scene.upstream.last().mentions("EVIL"));
}

#[test]
fn d10_a_flood_of_extensions_never_becomes_a_whole_request() {
    let scene = Scene::start();
    for body in [
        format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(20_000)),
        "1;xx\r\na\r\n".repeat(16_384) + "0\r\n\r\n",
    ] {
        let head = "POST / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nTransfer-Encoding: chunked\r\n\r\n";
        let mut client = Client::connect(scene.sidecar.public);
        client.send(with_token(head.as_bytes(), &scene.token()));
        // The proxy may close before it has read all of this.
        let _ = client.try_send(body);
        if let Ok(response) = client.try_response(false) {
            assert!(matches!(response.status, 400 | 413), "{response:?}");
        }
    }
    // A body is recorded when it has come to its end.
    assert!(scene.upstream.requests().iter().all(|seen| seen.body.data.is_empty()));
    scene.assert_serves();
}

#[test]
fn d11_a_bare_line_feed_ends_a_line_for_everybody_or_for_nobody() {
    let scene = Scene::start();
    for request in [
        "GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\nX-Roles: EVIL\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\nHost: s\nTOKEN\nX-User-Id: EVIL\nConnection: close\n\n",
        "GET / HTTP/1.1\r\nHost: s\nX_Roles: EVIL\nTOKEN\r\nConnection: close\r\n\r\n",
    ] {
        exchange(scene.sidecar.public, with_token(request.as_bytes(), &scene.token()));
    }
    for seen in scene.upstream.requests() {
        assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
        let bare = seen.head.raw.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r');
        assert!(!bare, "{seen:?}");
        assert_eq!(seen.headers("x-roles"), ["member,reader"]);
    }
    scene.assert_serves();
}

#[test]
fn d12_a_bare_carriage_return_is_a_400() {
    unreadable(
        &[
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\rX-Roles: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\rHost: s\r\nTOKEN\r\n\r\n",
            b"GET /\r HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\rX-Roles: EVIL\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\r\r\n\r\n",
        ],
        &[400],
    );
}

#[test]
fn d13_a_folded_line_is_a_400() {
    unreadable(
        &[
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\r\n X-Roles: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\r\n\tb\r\n\r\n",
            b"GET / HTTP/1.1\r\n Host: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.1\r\n X-Roles: EVIL\r\nHost: s\r\nTOKEN\r\n\r\n",
        ],
        &[400],
    );
}

#[test]
fn d14_a_blank_beside_a_name_is_a_400() {
    unreadable(
        &[
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Roles : EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Roles\t: EVIL\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nContent-Length : 4\r\n\r\nEVIL",
            b"GET / HTTP/1.1\r\n\tHost: s\r\nTOKEN\r\n\r\n",
        ],
        &[400],
    );
}

#[test]
fn d15_a_name_or_value_of_odd_bytes_is_a_400() {
    unreadable(
        &[
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Ro\0les: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Ro\x01les: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Ro\xffles: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-R\xc3\xb6les: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Ro(les): EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\0X-Roles: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\x0bEVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Foo: a\x7fEVIL\r\n\r\n",
        ],
        &[400],
    );
}

#[test]
fn d16_d17_a_line_without_a_name_or_without_a_colon_is_a_400() {
    unreadable(
        &[
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\n: EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\n:\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nEVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nX-Roles EVIL\r\n\r\n",
            b"GET / HTTP/1.1\r\nEVIL\r\nHost: s\r\nTOKEN\r\n\r\n",
        ],
        &[400],
    );
}

#[test]
fn d18_a_body_is_a_body_whatever_the_method_and_whatever_it_says() {
    let scene = Scene::start();
    let token = scene.token();
    let inner = format!("GET /EVIL HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\r\n");
    for method in ["GET", "HEAD", "DELETE", "OPTIONS"] {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(format!(
            "{method} /outer HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\
             Content-Length: {}\r\n\r\n{inner}GET /after HTTP/1.1\r\nHost: s\r\n\r\n",
            inner.len()
        ));
        let answer = client.try_response(method == "HEAD").unwrap();
        assert_eq!(answer.status, 200, "{method}");
        let seen = scene.upstream.last();
        assert_eq!((seen.method(), seen.target()), (method, "/outer"));
        assert_eq!(seen.body.data, inner.as_bytes(), "{method}");
        assert_eq!(seen.headers("content-length"), [inner.len().to_string()]);
        assert_eq!(client.response().status, 401, "{method}: what follows is judged anew");
    }
    assert_eq!(scene.upstream.count(), 4);
}

#[test]
fn d19_the_body_of_a_refused_request_is_no_request() {
    let scene = Scene::start();
    let inner = format!("GET /EVIL HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\n\r\n", scene.token());
    for token in ["", "X-Auth-Token: made-up\r\n"] {
        for times in [1, 100, 20_000] {
            let body = inner.repeat(times);
            for chunked in [false, true] {
                let (framing, body) = if chunked {
                    let chunk = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
                    ("Transfer-Encoding: chunked".to_owned(), chunk)
                } else {
                    (format!("Content-Length: {}", body.len()), body.clone())
                };
                let mut client = Client::connect(scene.sidecar.public);
                let head = format!("POST / HTTP/1.1\r\nHost: s\r\n{token}{framing}\r\n\r\n");
                // The proxy may close before it has read all of this.
                let _ = client.try_send(head + &body);
                if let Ok(first) = client.try_response(false) {
                    assert_eq!(first.status, 401);
                }
                let _ = client.try_send("GET / HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n");
                while let Ok(answer) = client.try_response(false) {
                    assert_eq!(answer.status, 401, "{answer:?}");
                }
            }
        }
    }
    assert_eq!(scene.upstream.count(), 0);
    scene.assert_serves();
}

#[test]
fn d21_no_expectation_reaches_the_service() {
    let scene = Scene::start();
    for expect in [
        "Expect: 100-continue",
        "Expect: y 100-continue",
        "Expect: 100-continue\r\nExpect: 100-continue",
        "Expect: 100-continue, 100-continue",
        "Expect: 100-Continue;x",
        "Expect: 200-ok",
        "Expect:",
        "Expect_: 100-continue",
    ] {
        let mut client = Client::connect(scene.sidecar.public);
        let request = format!(
            "PUT / HTTP/1.1\r\nHost: s\r\nTOKEN\r\n{expect}\r\nContent-Length: 4\r\n\r\nbody"
        );
        client.send(with_token(request.as_bytes(), &scene.token()));
        let answer = std::iter::from_fn(|| client.try_response(false).ok())
            .find(|answer| answer.status != 100)
            .unwrap();
        assert!(matches!(answer.status, 200 | 417), "{expect}: {answer:?}");
    }
    for seen in scene.upstream.requests() {
        assert!(!seen.mentions("expect") && !seen.mentions("100-continue"), "{:?}", seen.sorted());
        assert_eq!(seen.body.data, b"body");
    }
    unreadable(
        &[b"PUT / HTTP/1.1\r\nHost: s\r\nTOKEN\r\nExpect:\r\n 100-continue\r\n\r\n"],
        &[400],
    );
}

#[test]
fn d27_each_of_several_requests_on_a_connection_is_judged_alone() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        let target = call.request.target().to_owned();
        call.respond(200, &[], target.as_bytes())
    });
    let token = scene.token();
    let good = format!("X-Auth-Token: {token}\r\n");
    let mut client = Client::connect(scene.sidecar.public);
    let fields = [&good[..], "", "X-Auth-Token: made-up\r\n", &good, "X_Auth_Token: x\r\n", &good];
    let request = |(at, fields)| format!("GET /{at} HTTP/1.1\r\nHost: s\r\n{fields}\r\n");
    let all: Vec<_> = fields.iter().enumerate().map(request).collect();
    client.send(all.concat());
    for (at, status) in [200, 401, 401, 200, 401, 200].into_iter().enumerate() {
        let answer = client.response();
        assert_eq!(answer.status, status, "{at}");
        assert_eq!(answer.text() == format!("/{at}"), status == 200, "{at}");
    }
    let seen: Vec<_> = scene.upstream.requests().iter().map(|r| r.target().to_owned()).collect();
    assert_eq!(seen, ["/0", "/3", "/5"]);
}

#[test]
fn d28_a_client_that_closes_its_half_leaves_nothing_behind() {
    let scene = Scene::start();
    let token = scene.token();
    for _ in 0..20 {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(format!("GET /half HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\r\n"));
        client.finish();
        // Answered or let go, but not kept.
        if let Ok(answer) = client.try_response(false) {
            assert_eq!(answer.status, 200);
        }
        assert!(client.try_response(false).is_err(), "the connection is kept");
    }
    let open = "portcullis_connections{listener=\"public\"}";
    eventually("nobody is left", || scene.sidecar.metric(open) == 0.0);
    scene.assert_serves();
}

#[test]
fn d32_a_version_that_is_none_is_refused() {
    unreadable(
        &[
            b"GET / HTTP/0.9\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.9\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/2.0\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/3\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.1x\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / http/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/11\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET /\r\nHost: s\r\nTOKEN\r\n\r\n",
        ],
        &[400, 505],
    );
}

#[test]
fn d33_no_answer_of_ours_repeats_what_was_asked() {
    let scene = Scene::guarding(
        "routes:\n- {path: /no/**, check: \"role:nobody\"}\n- {path: /**, allow: authenticated}\n",
    );
    scene.upstream.answer(|call| {
        call.close();
        Ok(())
    });
    let fields = "X-Foo: EVIL\r\nCookie: EVIL\r\nAccept: text/EVIL\r\nUser-Agent: EVIL";
    for (line, token, status) in [
        ("GET /EVIL", "X-Auth-Token: EVIL", 401),
        ("GET /EVIL%0d%0aSet-Cookie:%20EVIL", "TOKEN", 400),
        ("GET /EVIL?EVIL=%0d%0aEVIL", "X-Auth-Token: EVIL,EVIL", 401),
        ("GET /no/EVIL", "TOKEN", 403),
        ("GET /x/../EVIL", "TOKEN", 400),
        ("evil /EVIL", "TOKEN", 405),
        ("TRACE /EVIL", "TOKEN", 405),
        ("GET EVIL:80", "TOKEN", 400),
        ("GET http://EVIL/EVIL", "TOKEN", 400),
        ("POST /EVIL", "TOKEN", 502),
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: s\r\n{token}\r\n{fields}\r\n\r\n");
        let answer = send(&scene, request);
        assert_eq!(answer.status, status, "{line}");
        assert!(!format!("{answer:?}").to_uppercase().contains("EVIL"), "{line}: {answer:?}");
    }
}

#[test]
fn d34_a_request_line_with_other_blanks_is_a_400() {
    unreadable(
        &[
            b"GET\t/ HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET /\tHTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET  / HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET /  HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / HTTP/1.1 \r\nHost: s\r\nTOKEN\r\n\r\n",
            b" GET / HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET / x HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
            b"GET /\x0bx HTTP/1.1\r\nHost: s\r\nTOKEN\r\n\r\n",
        ],
        &[400],
    );
}

#[test]
fn d31_a_line_break_in_the_configuration_starts_nothing() {
    for (key, value) in [
        ("keystone.www_authenticate_uri", "http://k/v3\r\nSet-Cookie: EVIL"),
        ("upstream", "http://127.0.0.1:9\r\nX: EVIL"),
        ("keystone.auth_url", "http://127.0.0.1:9/v3\r\nX: EVIL"),
    ] {
        let file = super::THREE_LINES;
        let scratch = crate::support::Scratch::new();
        let path = scratch.write("portcullis.yaml", file).display().to_string();
        let set = format!("{key}={value}");
        let output = Process::run(&["check", "--config", &path, "--set", &set], &[]);
        assert_eq!(output.status.code(), Some(3), "{key}");
    }
}
