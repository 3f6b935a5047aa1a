//! The promise about access rules, with requests that nobody would write: whatever a client sends,
//! nothing reaches the service but what the rule allows.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::support::{Client, Scene};

use super::{COMPUTE, LAX, document, restricted, rule};

/// How many requests are made up in each mode; some seconds' worth.
const CASES: u32 = 500;

/// What paths are made of.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "/", "//", "v2.1", "servers", "servers/", "abc", "flavors", "..", ".", "%2e", "%2E%2e", ".%2e",
    "%252e%252e", "%2f", "%252F", "%5c", "\\", "%", "%2", "%zz", "%00", "%0a", "%0d%0a", "%25", ";",
    ";x=1", "%3b", "%253b", "..;", "?", "?a=/v2.1/servers/abc", "#", "*", "**", "{id}", "%7Bid%7D", "@", ":", "~",
    "%c0%ae", "\u{e9}", "%u002e", "|", "\"",
];

/// How they begin, and how often: mostly close to what is allowed.
const STARTS: &[(u32, &str)] = &[
    (12, "/v2.1/servers/"),
    (4, "/v2.1/servers"),
    (4, "/v2.1/servers/abc"),
    (1, "/v2.1/servers/.."),
    (1, "/v2.1/%73ervers/"),
    (1, "/"),
    (1, "//"),
    (1, ""),
    (1, "*"),
    (1, "http://service.example"),
    (2, "http://service.example/v2.1/servers/"),
    (1, "HTTP://service.example/v2.1/"),
];

const METHODS: &[(u32, &str)] = &[
    (12, "GET"),
    (1, "DELETE"),
    (1, "HEAD"),
    (1, "OPTIONS"),
    (1, "PATCH"),
    (1, "POST"),
    (1, "PROPFIND"),
    (1, "PUT"),
    (1, "get"),
];

/// What clients may say in the hope that somebody believes it.
const FIELDS: &[(&str, &str)] = &[
    ("X-Service-Identity-Status", "Confirmed"),
    ("X-Service-Roles", "service"),
    ("X-Service-User-Id", "nova"),
    ("X_Service_Token", "SERVICE"),
    ("X-Service.Token", "SERVICE"),
    ("X-Service-Token ", "SERVICE"),
    ("X-Identity-Status", "Confirmed"),
    ("OpenStack-Identity-Access-Rules", "0"),
    ("X-Original-Url", "/v2.1/servers/abc"),
    ("X-Original-Uri", "/v2.1/servers/abc"),
    ("X-Rewrite-Url", "/v2.1/servers/abc"),
    ("X-Forwarded-Prefix", "/v2.1"),
    ("X-Forwarded-Uri", "/v2.1/servers/abc"),
    ("X-Http-Method-Override", "GET"),
    ("Connection", "x-auth-token"),
    ("Connection", "x-service-token, x-identity-status"),
    ("Content-Length", "0"),
    ("Transfer-Encoding", "chunked"),
    ("Expect", "100-continue"),
    ("X-Storage-Token", "SERVICE"),
    ("Authorization", "Bearer SERVICE"),
];

/// Which service tokens come along, none of them good: see [`Tokens::say`].
const SERVICES: &[&str] = &[
    "",
    "made-up",
    "ROLELESS",
    "RESTRICTED",
    "EXPIRED",
    "REVOKED",
    "EXPIRED,EXPIRED",
    "service",
    "ROLELESS=",
    "\tEXPIRED",
    "\u{e9}",
    "Confirmed",
];

#[test]
fn b15_no_byte_of_a_clients_turns_a_refusal_into_a_pass() {
    for scene in [Scene::with(&[COMPUTE, LAX]), Scene::in_service_mode(&[COMPUTE, LAX])] {
        let tokens = Tokens::of(&scene);
        let allowed = scene.sidecar.get_as("narrow", "/v2.1/servers/abc");
        assert_eq!(allowed.status, 200, "there is something to get through to");
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let outcome = TestRunner::new(config).run(&requests(), |text| {
            scene.upstream.forget();
            let mut client = Client::connect(scene.sidecar.public);
            // Some of it is refused before it is read.
            let _ = client.try_send(tokens.say(&text));
            let _ = client.try_response(text.starts_with("HEAD "));
            for seen in scene.upstream.requests() {
                let (method, target) = (seen.method(), seen.target());
                prop_assert!(method == "GET" && is_one_server(target), "{method} {target}");
                prop_assert_eq!(seen.headers("x-identity-status"), ["Confirmed"]);
                prop_assert!(seen.header("x-service-roles") != Some("service"));
            }
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
        scene.assert_serves();
    }
}

/// Tokens that cannot be known before there is a scene.
struct Tokens([(&'static str, String); 5]);

impl Tokens {
    fn of(scene: &Scene) -> Self {
        let rules = json!([rule("GET", "/v2.1/servers/{id}")]);
        scene.keystone.forge("narrow", &document(&rules, &["compute"]));
        let (expired, revoked) = (scene.service_token(), scene.service_token());
        scene.keystone.expire(&expired);
        scene.keystone.revoke(&revoked);
        Self([
            ("ROLELESS", scene.token()),
            ("RESTRICTED", restricted(&scene.keystone)),
            ("EXPIRED", expired),
            ("REVOKED", revoked),
            // A good one, where it does not count.
            ("SERVICE", scene.service_token()),
        ])
    }

    /// The request with the tokens in their places.
    fn say(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, token)| text.replace(name, token))
    }
}

/// Whole requests with the token `narrow`.
fn requests() -> impl Strategy<Value = String> {
    let path = (weighted(STARTS), prop::collection::vec(select(PIECES), 0..4));
    let fields = prop::collection::vec(select(FIELDS), 0..3);
    let services = prop::collection::vec(select(SERVICES), 0..3);
    (weighted(METHODS), path, fields, services).prop_map(
        |(method, (start, rest), fields, services)| {
            let mut text = format!("{method} {start}{} HTTP/1.1\r\n", rest.concat());
            text.push_str("Host: service.example\r\nX-Auth-Token: narrow\r\n");
            for (name, value) in fields {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            for service in services {
                text.push_str(&format!("X-Service-Token: {service}\r\n"));
            }
            text + "\r\n0\r\n\r\n"
        },
    )
}

fn weighted(choices: &[(u32, &'static str)]) -> impl Strategy<Value = &'static str> + use<> {
    let each = choices.iter().map(|(weight, text)| (*weight, Just(*text)));
    prop::strategy::Union::new_weighted(each.collect())
}

/// Whether every server, however liberal, takes the target for one below `/v2.1/servers`.
fn is_one_server(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    let mut bytes = path.as_bytes().to_vec();
    loop {
        let decoded = decoded(&bytes);
        if decoded == bytes {
            break;
        }
        bytes = decoded;
    }
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in bytes.split(|byte| matches!(byte, b'/' | b'\\')) {
        match segment.split(|byte| *byte == b';').next().unwrap_or_default() {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            name => segments.push(name),
        }
    }
    matches!(&segments[..], [b"v2.1", b"servers", _])
}

/// Percent-decodes once.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let hex = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| Some(hex(at + 1)? * 16 + hex(at + 2)?)).flatten();
        all.push(escaped.map_or(bytes[at], |byte| u8::try_from(byte).unwrap()));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    all
}
