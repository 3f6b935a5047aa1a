//! What the access line says of where a request came from, what it spoke and where it went.

use serde_json::Value;

use crate::support::{
    Certificate, Client, Keystone, Multiplexed, Proxy, Upstream, eventually, get, request,
};

#[test]
fn a_line_says_which_listener_protocol_and_upstream() {
    let (keystone, upstream, other) = (Keystone::start(), Upstream::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nupstreams: {{other: {{url: \"{}\"}}}}\nkeystone: {{auth_url: \"{}\"}}\n\
         routes:\n- {{path: /open, allow: public, upstream: other}}\n\
         - {{path: /calls, allow: authenticated, protocols: [grpc]}}\n",
        upstream.url(),
        other.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    assert_eq!(get(proxy.public, "/open", &[]).status, 200);
    let mut client = Multiplexed::connect(proxy.public);
    let refused = client.get("/calls", &[("content-type", "application/grpc")]);
    assert_eq!(refused.headers["grpc-status"], "16");
    let lines = lines(&proxy, 2);
    let [plain, grpc] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(plain["portcullis.listener"], "public");
    assert_eq!(plain["portcullis.upstream"], "other");
    for absent in ["portcullis.protocol", "rpc.grpc.status_code", "tls.protocol.version"] {
        assert_eq!(plain.get(absent), None, "{plain}");
    }
    assert_eq!(grpc["portcullis.protocol"], "grpc");
    assert_eq!(grpc["rpc.grpc.status_code"], 16);
    assert_eq!(grpc["reason"], "missing");
    assert_eq!(grpc.get("portcullis.upstream"), None, "it was sent nowhere: {grpc}");
}

#[test]
fn a_request_without_a_decision_has_a_reason_too() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &["log.access=refusals"]);
    let mut client = Client::connect(proxy.public);
    client.send(request("TRACE", "/", &[], b""));
    assert_eq!(client.response().status, 405);
    let lines = lines(&proxy, 1);
    assert_eq!(lines[0]["reason"], "method");
    assert_eq!(lines[0].get("decision"), None, "{}", lines[0]);
}

#[test]
fn p02_no_byte_beyond_ascii_is_in_a_line_however_it_was_sent() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    let mut client = Client::connect(proxy.public);
    // A control sequence, a line separator, an override of the direction of writing.
    client.send("GET /a\u{9b}31m\u{2028}\u{202e} HTTP/1.1\r\nHost: s\r\n\r\n");
    assert_eq!(client.response().status, 400);
    let lines = lines(&proxy, 1);
    assert_eq!(lines[0]["url.path"], "/a%C2%9B31m%E2%80%A8%E2%80%AE");
    assert!(proxy.process.output().is_ascii());
}

#[test]
fn a_line_says_what_tls_has_settled() {
    let (own, theirs) = (Certificate::for_loopback(), Certificate::for_loopback());
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n\
         tls: {{certificate_file: {}, key_file: {}, client_certificate: optional, \
         client_ca_file: {}}}\nauth: {{delay_decision: true}}\nlog: {{level: debug}}\n",
        upstream.url(),
        keystone.url(),
        own.ca_file().display(),
        own.key_file().display(),
        theirs.ca_file().display(),
    );
    let proxy = Proxy::run(&yaml, &[]);
    for shown in [None, Some(&theirs)] {
        let mut client = Client::secure(proxy.public, &own.client(shown), "localhost");
        assert_eq!(client.get("/", &[("Host", "localhost")]).status, 200);
    }
    let told = upstream.last().header("x-client-certificate-fingerprint").map(str::to_owned);
    let lines = lines(&proxy, 2);
    for line in &lines {
        assert_eq!(line["tls.protocol.version"], "1.3", "{line}");
    }
    assert_eq!(lines[0].get("tls.client.hash.sha256"), None);
    assert_eq!(lines[1]["tls.client.hash.sha256"].as_str(), told.as_deref());
    // Who is no client of TLS is named too.
    let mut stranger = Client::connect(proxy.public);
    stranger.send("GET / HTTP/1.1\r\n\r\n");
    let mut complaint = None;
    eventually("it is logged", || {
        let all = parsed(&proxy.process.output());
        complaint = all.into_iter().find(|line| line["message"] == "no TLS with a client");
        complaint.is_some()
    });
    let complaint = complaint.unwrap();
    assert_eq!(complaint["client.address"], "127.0.0.1", "{complaint}");
    assert_eq!(complaint["portcullis.listener"], "public", "{complaint}");
    assert_eq!(complaint["reason"], "not_tls", "{complaint}");
}

/// The access lines, once there are so many.
#[track_caller]
fn lines(proxy: &Proxy, count: usize) -> Vec<Value> {
    let mut lines = Vec::new();
    eventually("every line is written", || {
        lines = parsed(&proxy.process.output());
        lines.retain(|line| line["target"] == "portcullis::access");
        lines.len() == count
    });
    lines
}

fn parsed(output: &str) -> Vec<Value> {
    output.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
