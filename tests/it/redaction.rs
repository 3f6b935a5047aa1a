//! No token and no secret is ever written: the whole program runs at trace level under every kind
//! of traffic, and everything it wrote is searched.

use std::collections::BTreeSet;

use keystone_double::{Fault, FaultKind};

use crate::support::{Client, Keystone, Proxy, Upstream, get, request, sha256};

const PASSWORD: &str = "CANARY-password-5b0c";
const MADE_UP: &str = "CANARY-token-91f3";

#[test]
fn p01_nothing_secret_is_written_in_json() {
    search(&["log.format=json"]);
}

#[test]
fn b10_p01_nothing_secret_is_written_when_tokens_validate_themselves() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\", timeout: 300ms}}\n",
        upstream.url(),
        keystone.url()
    );
    traffic_and_search(&yaml, &["log.level=trace"], &keystone, &upstream);
}

fn search(settings: &[&str]) {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    keystone.set_password("authsvc", PASSWORD);
    let yaml = format!(
        "upstream: \"{}\"\nkeystone:\n  auth_url: \"{}\"\n  timeout: 300ms\n  \
         username: authsvc\n  user_domain_name: Default\n  password: {PASSWORD}\n  \
         project_name: service\n  project_domain_name: Default\n",
        upstream.url(),
        keystone.url()
    );
    let settings = [&["log.level=trace"], settings].concat();
    traffic_and_search(&yaml, &settings, &keystone, &upstream);
}

fn traffic_and_search(yaml: &str, settings: &[&str], keystone: &Keystone, upstream: &Upstream) {
    let proxy = Proxy::run(yaml, settings);
    let mut secrets = BTreeSet::from([PASSWORD.to_owned(), MADE_UP.to_owned()]);
    let mut read_by_clients = traffic(&proxy, keystone, upstream, &mut secrets);
    for page in ["/metrics", "/livez", "/readyz", "/nothing"] {
        read_by_clients += &format!("{:?}", get(proxy.telemetry, page, &[]));
    }
    read_by_clients += &operate(&proxy, &secrets);
    // Our own tokens, and everything else that Keystone was shown.
    for seen in keystone.requests() {
        let shown = ["x-auth-token", "x-subject-token"].into_iter().filter_map(|n| seen.header(n));
        secrets.extend(shown.map(str::to_owned));
    }
    let digests: Vec<_> = secrets.iter().map(sha256).collect();
    secrets.extend(digests);
    proxy.process.signal("TERM");
    let (status, written) = proxy.process.end();
    assert!(status.success(), "{status}");
    assert!(written.contains("TRACE") || written.contains("DEBUG"), "trace level is in force");
    assert!(written.contains("request"), "there are access lines");
    assert!(secrets.len() > 20);
    for secret in &secrets {
        assert!(!written.contains(&secret[..]), "{secret} was logged");
        assert!(!read_by_clients.contains(&secret[..]), "{secret} was shown");
    }
}

/// Every kind of request and every failure. Returns all that clients read.
fn traffic(
    proxy: &Proxy,
    keystone: &Keystone,
    upstream: &Upstream,
    secrets: &mut BTreeSet<String>,
) -> String {
    let mut read = String::new();
    let mut token = || {
        let token = keystone.issue("alice", keystone_double::Scope::project("demo")).token();
        secrets.insert(token.clone());
        token
    };
    let mut ask = |bytes: Vec<u8>| {
        let mut client = Client::connect(proxy.public);
        let _ = client.try_send(bytes);
        if let Ok(response) = client.try_response(false) {
            read += &format!("{response:?}");
        }
    };
    let good = token();
    ask(request("GET", "/", &[], b""));
    ask(request("GET", "/", &[("X-Auth-Token", &good)], b""));
    ask(request("GET", "/", &[("X-Auth-Token", &good)], b""));
    ask(request("GET", &format!("/a?token={good}"), &[("X-Auth-Token", &good)], b""));
    ask(request("GET", "/", &[("X-Storage-Token", &good)], b""));
    ask(request("GET", "/", &[("X-Auth-Token", &good), ("X-Service-Token", &token())], b""));
    ask(request("GET", "/", &[("X-Auth-Token", MADE_UP)], b""));
    ask(request("GET", "/", &[("X-Auth-Token", MADE_UP), ("X-Auth-Token", &good)], b""));
    ask(request("GET", "/", &[("X_Auth_Token", MADE_UP)], b""));
    ask(request("GET", "/", &[("Authorization", &format!("Bearer {MADE_UP}"))], b""));
    ask(request("GET", "/", &[("X-Auth-Token", &MADE_UP.repeat(3000))], b""));
    ask(request("GET", "/", &[("X-Auth-Token", &format!("{MADE_UP},x"))], b""));
    ask(request("GET", "/", &[("X-Auth-Token", &format!("{MADE_UP}\u{f6}"))], b""));
    ask(request("GET", "/", &[("X-Openstack-Request-Id", MADE_UP)], b""));
    ask(request("GET", "/", &[("Connection", &format!("x y {MADE_UP}"))], b""));
    ask(request("POST", "/", &[("X-Auth-Token", &good)], MADE_UP.as_bytes()));
    ask(format!("{MADE_UP}\r\n\r\n").into_bytes());
    for fault in [
        FaultKind::status(500),
        FaultKind::status(401),
        FaultKind::status(403),
        FaultKind::Html,
        FaultKind::Hang,
        FaultKind::Reset,
        FaultKind::Truncate,
        FaultKind::OtherSubject,
        FaultKind::Redirect(format!("{}/{MADE_UP}", keystone.url())),
        FaultKind::Huge(2 << 20),
    ] {
        let fault = keystone.fail(Fault::any(fault));
        ask(request("GET", "/", &[("X-Auth-Token", &token())], b""));
        keystone.heal_one(fault);
    }
    let (revoked, expired) = (token(), token());
    keystone.revoke(&revoked);
    keystone.expire(&expired);
    ask(request("GET", "/", &[("X-Auth-Token", &revoked)], b""));
    ask(request("GET", "/", &[("X-Auth-Token", &expired)], b""));
    upstream.respond_raw(b"nonsense\r\n\r\n");
    ask(request("GET", "/", &[("X-Auth-Token", &good)], b""));
    upstream.answer(|call| {
        call.receive()?;
        call.close();
        Ok(())
    });
    ask(request("GET", "/", &[("X-Auth-Token", &good)], b""));
    read
}

/// Everything an operator may do. Returns all that was shown.
fn operate(proxy: &Proxy, secrets: &BTreeSet<String>) -> String {
    let host = [("Host", "127.0.0.1")];
    let mut shown = String::new();
    let mut ask = |method: &str, page: &str, body: &[u8]| {
        let mut client = Client::connect(proxy.admin);
        client.send(request(method, page, &host, body));
        shown += &format!("{:?}", client.response());
    };
    for page in ["/config", "/cache", "/log-level", "/nothing"] {
        ask("GET", page, b"");
    }
    for secret in secrets {
        ask("DELETE", &format!("/cache?token_digest={}", sha256(secret)), b"");
    }
    ask("DELETE", "/cache?all", b"");
    ask("PUT", "/log-level", b"trace");
    shown
}
