//! The PROXY protocol: a balancer says who its client is, nobody else does, and where it is asked
//! for nothing comes before it.

use std::time::{Duration, Instant};

use crate::support::frames::{PREFACE, frame, kind};
use crate::support::{Client, Keystone, Proxy, RawClient, Scene, Upstream, eventually, request};

const TRUSTED: [(&str, &str); 2] =
    [("listener.proxy_protocol", "true"), ("listener.trusted_proxies", "127.0.0.0/8")];
const CUT: &str = "portcullis_connections_cut_total{reason=\"proxy_header\"}";

/// `192.0.2.7:4660` connects to `198.51.100.1:80`.
const V1: &[u8] = b"PROXY TCP4 192.0.2.7 198.51.100.1 4660 80\r\n";
const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\x12\x34\0\x50";
/// `2001:db8::9` does.
const V2_OF_6: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x12\x34\0\x50";
/// The balancer speaks for itself.
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";

#[test]
fn the_service_hears_of_the_client_that_the_balancer_names() {
    let scene = Scene::with(&TRUSTED);
    let token = scene.token();
    for (header, address) in [
        (V1, "192.0.2.7"),
        (V2, "192.0.2.7"),
        (V2_OF_6, "2001:db8::9"),
        (b"PROXY TCP6 2001:db8::9 2001:db8::1 4660 80\r\n", "2001:db8::9"),
        (LOCAL, "127.0.0.1"),
        (b"PROXY UNKNOWN\r\n", "unknown"),
    ] {
        let shown = header.escape_ascii();
        let asked = request("GET", "/", &[("X-Auth-Token", &token)], b"");
        let mut together = Client::connect(scene.sidecar.public);
        together.send([header, &asked].concat());
        assert_eq!(together.response().status, 200, "{shown}");
        assert_eq!(scene.upstream.last().headers("x-forwarded-for"), [address], "{shown}");
        let mut by_bytes = Client::connect(scene.sidecar.public);
        for byte in header {
            by_bytes.send([*byte]);
        }
        by_bytes.send(&asked);
        assert_eq!(by_bytes.response().status, 200, "{shown}");
        assert_eq!(scene.upstream.last().headers("x-forwarded-for"), [address], "{shown}");
        // What was said holds for the whole connection.
        assert_eq!(by_bytes.get("/", &[("X-Auth-Token", &token)]).status, 200, "{shown}");
        assert_eq!(scene.upstream.last().headers("x-forwarded-for"), [address], "{shown}");
    }
    assert_eq!(scene.sidecar.metric(CUT), 0.0);
}

#[test]
fn http_2_comes_after_the_header_too() {
    let scene = Scene::with(&TRUSTED);
    let token = scene.token();
    let mut client = RawClient::silent(scene.sidecar.public);
    let plain = [0, 1, 0, 0, 0, 0];
    client.send([V2, PREFACE, &frame(kind::SETTINGS, 0, 0, &plain)].concat());
    let fields = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", "s"),
        (":path", "/"),
        ("x-auth-token", &token),
    ];
    client.ask(1, &fields);
    assert_eq!(client.answer(1).status(), 200);
    assert_eq!(scene.upstream.last().headers("x-forwarded-for"), ["192.0.2.7"]);
}

#[test]
fn the_log_names_the_client_and_not_the_balancer() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n\
         listener: {{proxy_protocol: true, trusted_proxies: [127.0.0.1]}}\nlog: {{access: all}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    let mut client = Client::connect(proxy.public);
    client.send([V1, &request("GET", "/named", &[], b"")].concat());
    assert_eq!(client.response().status, 401);
    proxy.process.wait_for("\"client.address\":\"192.0.2.7\"");
}

#[test]
fn c19_the_client_behind_the_balancer_is_not_believed_itself() {
    let scene = Scene::with(&TRUSTED);
    let token = scene.token();
    let lies = [("X-Auth-Token", &token[..]), ("X-Forwarded-For", "203.0.113.9")];
    let mut client = Client::connect(scene.sidecar.public);
    client.send([V1, &request("GET", "/", &lies, b"")].concat());
    assert_eq!(client.response().status, 200);
    assert_eq!(scene.upstream.last().headers("x-forwarded-for"), ["192.0.2.7"]);
}

#[test]
fn c19_a_client_that_the_balancer_cannot_name_is_not_believed() {
    let scene = Scene::with(&TRUSTED);
    let token = scene.token();
    let unix = [&b"\r\n\r\n\0\r\nQUIT\n\x21\x31\0\xd8"[..], &[b'/'; 216]].concat();
    let unspecified: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0";
    for header in [&b"PROXY UNKNOWN\r\n"[..], &unix, unspecified] {
        let lies = [
            ("X-Auth-Token", &token[..]),
            ("X-Forwarded-For", "203.0.113.6"),
            ("Forwarded", "for=203.0.113.6"),
            ("X-Real-IP", "203.0.113.6"),
        ];
        let mut client = Client::connect(scene.sidecar.public);
        client.send([header, &request("GET", "/", &lies, b"")].concat());
        assert_eq!(client.response().status, 200);
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("x-forwarded-for"), ["unknown"]);
        assert!(!seen.mentions("203.0.113.6"), "{:?}", seen.sorted());
    }
}

#[test]
fn a_stranger_is_closed_whatever_it_says() {
    let scene = Scene::with(&[
        ("listener.proxy_protocol", "true"),
        ("listener.trusted_proxies", "192.0.2.0/24"),
    ]);
    let asked = request("GET", "/", &[("X-Auth-Token", &scene.token())], b"");
    for header in [V1, V2, b""] {
        let mut client = Client::connect(scene.sidecar.public);
        let _ = client.try_send([header, &asked].concat());
        assert!(client.try_response(false).is_err(), "{}", header.escape_ascii());
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    eventually("all are counted", || scene.sidecar.metric(CUT) == 3.0);
}

#[test]
fn a_connection_without_the_header_is_closed() {
    let scene = Scene::with(&TRUSTED);
    let asked = request("GET", "/", &[("X-Auth-Token", &scene.token())], b"");
    for (number, bad) in [
        &b""[..],
        b"PROXY TCP4 192.0.2.7\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.1 99999 80\r\n",
        b"PROXY TCP4 evil 198.51.100.1 1 80\r\n",
        b"proxy TCP4 192.0.2.7 198.51.100.1 1 80\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x04\xc0\0\x02\x07",
        b"\r\n\r\n\0\r\nQUIT\n\x11\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\x12\x34\0\x50",
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff",
    ]
    .into_iter()
    .enumerate()
    {
        let mut client = Client::connect(scene.sidecar.public);
        let _ = client.try_send([bad, &asked].concat());
        let shown = bad.escape_ascii();
        assert!(client.try_response(false).is_err(), "{shown}");
        let counted = f64::from(u32::try_from(number).unwrap() + 1);
        eventually("it is counted", || scene.sidecar.metric(CUT) >= counted);
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
}

#[test]
fn g01_a_header_that_comes_late_is_not_waited_for() {
    let late = [&TRUSTED[..], &[("listener.proxy_timeout", "300ms")]].concat();
    let scene = Scene::with(&late);
    for part in [&V1[..0], &V1[..9], &V2[..16]] {
        let start = Instant::now();
        let mut client = Client::connect(scene.sidecar.public);
        client.send(part);
        assert!(client.try_response(false).is_err(), "{}", part.escape_ascii());
        assert!(start.elapsed() < Duration::from_millis(4500), "{:?}", start.elapsed());
    }
    eventually("all are counted", || scene.sidecar.metric(CUT) == 3.0);
}

#[test]
fn where_nobody_asked_for_it_the_header_is_no_request() {
    let scene = Scene::start();
    let mut client = Client::connect(scene.sidecar.public);
    let asked = request("GET", "/", &[("X-Auth-Token", &scene.token())], b"");
    client.send([V1, &asked].concat());
    assert_eq!(client.response().status, 400);
    assert_eq!(scene.upstream.count(), 0);
}
