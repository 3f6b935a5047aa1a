//! HTTP/2 to the service: requests share connections, what the service has not looked at is sent
//! again, and what breaks the rules ends as a 502 or a broken answer. Named after the rows of the
//! catalogue of attacks where they have one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Barrier;

use crate::support::{
    Certificate, Client, FrameKind, Http2, RawHttp2, Scene, Terms, eventually, frame, request,
};

const BROKEN: &str = "portcullis_upstream_requests_total{outcome=\"broken\",upstream=\"default\"}";
const RETRIES: &str = "portcullis_upstream_retries_total{upstream=\"default\"}";
const CUT: &str =
    "portcullis_upstream_responses_aborted_total{cause=\"broken\",upstream=\"default\"}";
const PENDING: &str = "portcullis_upstream_requests_in_flight{upstream=\"default\"}";

/// `:status: 200`, by its place in HPACK's static table.
const OK: &[u8] = &[0x88];

/// The largest window there is; more than it on top of one that is not empty.
const WIDEST: &[u8] = &[0x7f, 0xff, 0xff, 0xff];

/// A proxy with one worker that speaks HTTP/2 to the service at `url`.
#[track_caller]
fn before(url: &str, more: &[(&str, &str)]) -> Scene {
    let settings = [("upstream.url", url), ("upstream.protocol", "http2"), ("server.workers", "1")];
    Scene::with(&[&settings[..], more].concat())
}

#[test]
fn a_request_is_translated_and_keeps_what_the_client_said() {
    let service = Http2::start();
    let scene = before(&service.url(), &[]);
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let fields = [("X-Auth-Token", &token[..]), ("Host", "api.example:81"), ("X-Own", "1")];
    client.send(request("POST", "/a%20b?c=d", &fields, b"body"));
    let response = client.response();
    assert_eq!((response.status, response.text().as_str()), (200, "here"));
    let asked = service.last().head;
    assert_eq!(
        (asked.method.as_str(), asked.uri.to_string().as_str()),
        ("POST", "http://api.example:81/a%20b?c=d")
    );
    for gone in ["host", "connection", "transfer-encoding", "te"] {
        assert!(!asked.headers.contains_key(gone), "{gone}");
    }
    assert_eq!(asked.headers["x-own"], "1");
    assert_eq!(asked.headers["x-user-name"], "alice");
    assert_eq!(service.bodies().remove(0).0, "body");
}

#[test]
fn a_body_of_unknown_length_and_a_call_of_grpc_arrive() {
    let service = Http2::start();
    let scene = before(&service.url(), &[]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Type: application/grpc\r\n\
         Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        scene.token()
    ));
    assert_eq!(client.response().status, 200);
    assert_eq!(service.bodies().remove(0).0, "abcde");
    assert_eq!(service.last().head.headers["te"], "trailers");
}

#[test]
fn requests_at_the_same_time_share_a_connection() {
    const COUNT: usize = 8;
    let together = Arc::new(Barrier::new(COUNT));
    let service = Http2::answering(Terms::default(), move |mut exchange| {
        let together = Arc::clone(&together);
        async move {
            together.wait().await;
            exchange.respond(200, b"all")
        }
    });
    let scene = before(&service.url(), &[]);
    ask_at_once(&scene, COUNT);
    assert_eq!(service.connections(), 1);
}

#[test]
fn more_requests_than_a_connection_takes_get_another_one() {
    for (ours, theirs) in [("2", None), ("100", Some(2))] {
        const COUNT: usize = 6;
        let together = Arc::new(Barrier::new(COUNT));
        let terms = Terms { max_streams: theirs, ..Terms::default() };
        let service = Http2::answering(terms, move |mut exchange| {
            let together = Arc::clone(&together);
            async move {
                if exchange.asked.head.uri.path() != "/first" {
                    together.wait().await;
                }
                exchange.respond(200, b"all")
            }
        });
        let scene = before(&service.url(), &[("upstream.max_streams", ours)]);
        // What the service allows is known once it has said so.
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/first").status, 200);
        ask_at_once(&scene, COUNT);
        assert_eq!(service.connections(), 3, "{ours} of ours, {theirs:?} of theirs");
    }
}

#[test]
fn a_connection_that_nobody_uses_is_closed_in_time() {
    let service = Http2::start();
    let scene = before(&service.url(), &[("upstream.idle_timeout", "500ms")]);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    eventually("it is closed", || service.open_connections() == 0);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!(service.connections(), 2);
}

#[test]
fn over_tls_the_service_must_agree() {
    let certificate = Certificate::for_loopback();
    for (protocols, status) in [(&["h2"][..], 200), (&["http/1.1"], 502), (&[], 502)] {
        let service = Http2::over_tls(&certificate, protocols);
        let scene = before(&service.url(), &[("upstream.insecure", "true")]);
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, status, "{protocols:?}");
        if status == 200 {
            assert_eq!(service.last().head.uri.scheme_str(), Some("https"));
        }
    }
}

#[test]
fn a_service_that_speaks_http_1_is_a_502() {
    let scene = Scene::with(&[("upstream.protocol", "http2")]);
    scene.upstream.respond_raw(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 502);
}

#[test]
fn f18_a_refused_stream_is_asked_for_once_more_whatever_the_method() {
    for (method, body, refusals, status) in [
        ("GET", "", 1, 200),
        ("POST", "", 1, 200),
        ("GET", "", 2, 502),
        // It was streaming, so there is no body left to send.
        ("POST", "pay 1", 1, 502),
    ] {
        let left = Arc::new(AtomicUsize::new(refusals));
        let service = Http2::answering(Terms::default(), move |mut exchange| {
            let refuse = left.load(Ordering::SeqCst) > 0;
            if refuse {
                left.fetch_sub(1, Ordering::SeqCst);
                exchange.refuse();
            }
            async move { if refuse { Ok(()) } else { exchange.respond(200, b"ok") } }
        });
        let scene = before(&service.url(), &[]);
        let mut client = Client::connect(scene.sidecar.public);
        let token = scene.token();
        client.send(request(method, "/", &[("X-Auth-Token", &token)], body.as_bytes()));
        assert_eq!(client.response().status, status, "{method} {body} {refusals}");
        let sent = service.asked().len();
        assert_eq!(sent, if body.is_empty() { 2 } else { 1 }, "{method} {body} {refusals}");
    }
}

#[test]
fn f18_what_a_goaway_does_not_cover_is_sent_again_and_what_it_covers_is_not() {
    for (method, covered, status, requests) in [
        ("POST", false, 200, 2),
        ("POST", true, 502, 1),
        // On a connection of its own, nobody knows whether the service has seen it.
        ("GET", true, 502, 1),
    ] {
        let service = RawHttp2::start(move |frames| {
            let stream = frames.request()?;
            if frames.number > 1 {
                return frames.respond(stream, b"ok").and_then(|()| frames.outlast());
            }
            let last = if covered { stream } else { stream - 1 };
            frames.send(&frame(FrameKind::GoAway, 0, 0, &[last.to_be_bytes(), [0; 4]].concat()))
        });
        let scene = before(&service.url(), &[]);
        let mut client = Client::connect(scene.sidecar.public);
        let token = scene.token();
        client.send(request(method, "/", &[("X-Auth-Token", &token)], b""));
        assert_eq!(client.response().status, status, "{method} covered: {covered}");
        assert_eq!(service.requests(), requests, "{method} covered: {covered}");
    }
}

#[test]
fn f18_after_a_goaway_the_next_request_gets_another_connection() {
    let service = RawHttp2::start(|frames| {
        let stream = frames.request()?;
        let goaway = frame(FrameKind::GoAway, 0, 0, &[stream.to_be_bytes(), [0; 4]].concat());
        // Whoever has read the answer has read the GOAWAY, too.
        frames.respond_and(stream, b"ok", &goaway)?;
        frames.outlast()
    });
    let scene = before(&service.url(), &[]);
    let mut client = Client::connect(scene.sidecar.public);
    for connections in 1..4 {
        let token = scene.token();
        client.send(request("POST", "/", &[("X-Auth-Token", &token)], b"pay 1"));
        assert_eq!(client.response().text(), "ok");
        assert_eq!((service.requests(), service.connections()), (connections, connections));
    }
}

#[test]
fn f18_connections_that_take_nothing_more_are_not_heaped_up() {
    let ended = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ended);
    let service = RawHttp2::start(move |frames| {
        // SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, section 6.5.2): none for now.
        frames.send(&frame(FrameKind::Settings, 0, 0, &[0, 3, 0, 0, 0, 0]))?;
        while let Ok(stream) = frames.request() {
            frames.respond(stream, b"ok")?;
        }
        count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    let scene = before(&service.url(), &[]);
    let mut client = Client::connect(scene.sidecar.public);
    let token = scene.token();
    for _ in 0..10 {
        assert_eq!(client.get("/", &[("X-Auth-Token", &token)]).status, 200);
    }
    eventually("none but the last is kept", || {
        ended.load(Ordering::SeqCst) + 1 >= service.connections()
    });
}

#[test]
fn f18_frames_that_break_the_rules_are_a_502_and_the_end_of_the_connection() {
    type Bad = fn(u32) -> Vec<u8>;
    let of_the_connection: &[(&str, Bad)] = &[
        ("data before the head", |id| frame(FrameKind::Data, 0, id, b"evil")),
        ("data of no stream", |_| frame(FrameKind::Data, 0, 0, b"evil")),
        ("a head that nobody asked for", |id| frame(FrameKind::Headers, 5, id + 2, OK)),
        ("fields that are no HPACK", |id| frame(FrameKind::Headers, 5, id, &[0xff; 20])),
        ("a continuation of nothing", |id| frame(FrameKind::Continuation, 4, id, OK)),
        ("settings of odd length", |_| frame(FrameKind::Settings, 0, 0, &[0; 5])),
        ("a window of nothing", |_| frame(FrameKind::WindowUpdate, 0, 0, &[0; 4])),
        ("a window that overflows", |_| frame(FrameKind::WindowUpdate, 0, 0, WIDEST)),
        ("a frame that is too long", |id| frame(FrameKind::Data, 0, id, &vec![0; 20_000])),
        ("an end", |_| Vec::new()),
    ];
    // These concern one stream; the others on the connection go on.
    let of_the_stream: &[(&str, Bad)] = &[
        ("a head without a status", |id| frame(FrameKind::Headers, 5, id, &[0x40, 1, 97, 1, 98])),
        ("a reset", |id| frame(FrameKind::Reset, 0, id, &[0, 0, 0, 2])),
    ];
    let bad = of_the_connection.iter().map(|bad| (bad, 2));
    for (&(what, bytes), connections) in bad.chain(of_the_stream.iter().map(|bad| (bad, 1))) {
        let service = RawHttp2::start(move |frames| {
            let stream = frames.request()?;
            if frames.number == 1 {
                let bytes = bytes(stream);
                frames.send(&bytes)?;
                if bytes.is_empty() {
                    return Ok(());
                }
            } else {
                frames.respond(stream, b"ok")?;
            }
            loop {
                let stream = frames.request()?;
                frames.respond(stream, b"ok")?;
            }
        });
        let scene = before(&service.url(), &[("upstream.response_timeout", "5s")]);
        let token = scene.token();
        let response = scene.sidecar.get_as(&token, "/");
        assert_eq!(response.status, 502, "{what}");
        assert!(!response.text().contains("evil"), "{what}");
        assert_eq!(scene.sidecar.metric(BROKEN), 1.0, "{what}");
        assert_eq!(scene.sidecar.get_as(&token, "/").text(), "ok", "{what}");
        assert_eq!(service.connections(), connections, "{what}");
    }
}

#[test]
fn f18_a_head_that_is_too_large_is_a_502() {
    let service = Http2::answering(Terms::default(), |mut exchange| async move {
        let value = "x".repeat(10_000);
        let mut head = http::Response::builder();
        for number in 0..20 {
            head = head.header(format!("x-{number}"), &value);
        }
        exchange.respond.send_response(head.body(()).unwrap(), true).map(drop)
    });
    let scene = before(&service.url(), &[]);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 502);
}

#[test]
fn f18_an_answer_that_breaks_off_is_never_passed_on_as_whole() {
    for end in [
        |id| frame(FrameKind::Reset, 0, id, &8_u32.to_be_bytes()),
        |id| frame(FrameKind::Data, 0, id + 2, b"other"),
        |_| Vec::new(),
    ] {
        let service = RawHttp2::start(move |frames| {
            let stream = frames.request()?;
            frames.send(&frame(FrameKind::Headers, 4, stream, OK))?;
            frames.send(&frame(FrameKind::Data, 0, stream, b"half"))?;
            let end = end(stream);
            frames.send(&end)?;
            if end.is_empty() { Ok(()) } else { frames.outlast() }
        });
        let scene = before(&service.url(), &[]);
        let mut client = Client::connect(scene.sidecar.public);
        client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
        let broken = client.try_response(false).map(|response| response.text());
        assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(scene.sidecar.metric(CUT), 1.0);
        eventually("its place is free", || scene.sidecar.metric(PENDING) == 0.0);
    }
}

#[test]
fn f18_a_service_that_opens_no_window_is_a_504() {
    let terms = Terms { window: Some(0), ..Terms::default() };
    let service = Http2::answering(terms, |exchange| async move {
        let _kept = exchange;
        std::future::pending().await
    });
    let scene = before(&service.url(), &[("upstream.response_timeout", "300ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send(request("POST", "/", &[("X-Auth-Token", &scene.token())], &[b'x'; 1000]));
    assert_eq!(client.response().status, 504);
    eventually("its place is free", || scene.sidecar.metric(PENDING) == 0.0);
}

#[test]
fn a_peer_that_is_dead_is_noticed() {
    let service = RawHttp2::start(|frames| {
        let stream = frames.request()?;
        frames.send(&frame(FrameKind::Headers, 4, stream, OK))?;
        frames.send(&frame(FrameKind::Data, 0, stream, b"half"))?;
        // Reads on and says nothing any more, not even to a ping.
        frames.outlast()
    });
    let scene = before(&service.url(), &[("upstream.ping_interval", "200ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
    let broken = client.try_response(false).map(|response| response.text());
    assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_client_that_leaves_resets_its_stream_and_no_other() {
    let left = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&left);
    let service = Http2::answering(Terms::default(), move |mut exchange| {
        let seen = Arc::clone(&seen);
        async move {
            if exchange.asked.head.uri.path() == "/leaves" {
                std::future::poll_fn(|context| exchange.respond.poll_reset(context)).await?;
                seen.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
            exchange.respond(200, b"stays")
        }
    });
    let scene = before(&service.url(), &[]);
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    client.ask("GET", "/leaves", &[("X-Auth-Token", &token)]);
    eventually("the service is asked", || service.asked().len() == 1);
    drop(client);
    eventually("the stream is reset", || left.load(Ordering::SeqCst) == 1);
    assert_eq!(scene.sidecar.get_as(&token, "/").text(), "stays");
    assert_eq!(service.connections(), 1);
}

#[test]
fn an_upload_that_the_service_has_no_use_for_ends_with_the_answer() {
    let cut = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&cut);
    let service = Http2::answering(Terms::default(), move |mut exchange| {
        let seen = Arc::clone(&seen);
        async move {
            exchange.respond(200, b"enough")?;
            let ended = exchange.receive().await;
            seen.fetch_add(usize::from(ended.is_err()), Ordering::SeqCst);
            Ok(())
        }
    });
    let scene = before(&service.url(), &[]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: 1000\r\n\r\nstart",
        scene.token()
    ));
    assert_eq!(client.response().text(), "enough");
    eventually("the upload is cut", || cut.load(Ordering::SeqCst) == 1);
}

#[test]
fn a_client_that_stalls_its_upload_is_told_so() {
    let service = Http2::start();
    let scene = before(&service.url(), &[("server.body_timeout", "200ms")]);
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!(
        "PUT / HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\nContent-Length: 100\r\n\r\nhalf",
        scene.token()
    ));
    assert_eq!(client.response().status, 408);
    eventually("the stream ends", || service.cut() == 1);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!(service.connections(), 1, "the others go on");
}

#[test]
fn a_connection_that_died_while_idle_is_replaced() {
    let service = RawHttp2::start(|frames| {
        let stream = frames.request()?;
        frames.respond(stream, b"ok")?;
        if frames.number > 1 {
            return frames.outlast();
        }
        // The next request is read and not answered.
        frames.request().map(drop)
    });
    let scene = before(&service.url(), &[]);
    let token = scene.token();
    for _ in 0..2 {
        assert_eq!(scene.sidecar.get_as(&token, "/").text(), "ok");
    }
    assert_eq!((service.connections(), scene.sidecar.metric(RETRIES)), (2, 1.0));
}

/// As many requests at once, all of which are answered.
#[track_caller]
fn ask_at_once(scene: &Scene, count: usize) {
    let token = scene.token();
    let mut clients: Vec<_> = (0..count).map(|_| Client::connect(scene.sidecar.public)).collect();
    for client in &mut clients {
        client.ask("GET", "/", &[("X-Auth-Token", &token)]);
    }
    for client in &mut clients {
        assert_eq!(client.response().text(), "all");
    }
}
