//! No path spelling, repeated parameter, header or body byte turns a deny into an allow: requests
//! that nobody would write, and a model of services that judges what reached one.

use std::cell::Cell;
use std::iter;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::{Client, Scene};

use super::model::{Judge, Person};
use super::{project, stranger};

/// How many requests are made up; some seconds' worth, the same ones every time.
const CASES: u32 = 5000;

/// Every way to say who may, and a catch-all behind them.
const ROUTES: &str = r#"
routes:
- {path: /public/**, allow: public}
- {path: "/files/*.png", allow: public}
- {path: /files/**, check: "role:admin"}
- {path: /admin/**, check: "role:admin"}
- {path: /@admin/**, check: "role:admin"}
- {path: "/v3/{id}:delete", check: "role:admin"}
- {path: "/v3/{project_id}/volumes/**", check: "role:member and project_id:%(project_id)s"}
- {path: "/docs/{id}", check: "not 'secret':%(id)s"}
- {path: "/tail/**/{project_id}", check: "project_id:%(project_id)s"}
- {path: /q, check: "project_id:%(query.project_id)s", query: project_id}
- {path: /h, check: "project_id:%(header.x-project)s", headers: X-Project}
- {path: /b, check: "project_id:%(body.project)s", body: 1KiB}
- {path: /**, allow: authenticated}
"#;

/// Paths to begin with, mostly close to something forbidden. `MINE` and `OTHER` stand for ids.
const STARTS: &[&str] = &[
    "/public/",
    "/public/x",
    "/files/x.png",
    "/files/secret",
    "/files/secret;",
    "/files/secret%3f",
    "/admin",
    "/admin/",
    "/@admin/x",
    "/%40admin/x",
    "/v3/7:delete",
    "/v3/7%3adelete",
    "/v3/OTHER/volumes/",
    "/v3/MINE/volumes/",
    "/v3/",
    "/docs/secret",
    "/tail/OTHER",
    "/tail/x/OTHER%3F/MINE",
    "/q",
    "/h",
    "/b",
    "/",
    "//",
    "",
    "/x/",
    "http://s/public/",
    "http://s/admin",
    "http://evil/public/",
];

/// What is put behind, in between and before.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "/", "//", "..", ".", "/../", "/..;/", "/./", "admin", "/admin", "/admin/x", "public", "volumes",
    "%2e%2e", "/%2e%2e/", "%252e", "%2f", "%252F", "%5c", "\\", "%", "%zz", "%00", "%0a", "%25", ";",
    ";.png", ";x=1", "%3b", "%3B.png", ".png", "/x.png", "?", "#", "*", "%41", "%61dmin", "OTHER", "MINE",
    "%c0%ae", "\u{e9}", "%ef%bc%8e", "%e2%80%a5", "\u{2024}", "files", "/secret", " ", "\t",
    ":delete", "%3Adelete", "/%40admin", "%3F", "%23.png",
];

const QUERIES: &[&str] = &[
    "project_id=MINE",
    "project_id=OTHER",
    "project_id=",
    "project_id",
    "%70roject_id=OTHER",
    "project%5Fid=OTHER",
    "project_id=MINE+",
    "x=1",
    "/public/",
    "..",
    "project_id=%4DINE",
    ";",
    "&&",
    "PROJECT_ID=OTHER",
    "project[id=OTHER",
    "project_id[]=OTHER",
    "%5Bproject_id]=OTHER",
    "project.id=OTHER",
    "a=b;project_id=OTHER",
    "#",
];

const FIELDS: &[(&str, &str)] = &[
    ("X-Project", "MINE"),
    ("X-Project", "OTHER"),
    ("x-project", ""),
    ("X_Project", "OTHER"),
    ("X-Project", "MINE, OTHER"),
    ("Connection", "x-project"),
    ("Connection", "close, x-auth-token"),
    ("X-Roles", "admin"),
    ("X_Roles", "admin"),
    ("X-Project-Id", "OTHER"),
    ("X-Identity-Status", "Confirmed"),
    ("X-Auth-Token", "made-up"),
    ("X_Auth_Token", "MEMBER"),
    ("X-Storage-Token", "STRANGER"),
    ("X-Service-Token", "made-up"),
    ("X-Http-Method-Override", "DELETE"),
    ("X-Original-Url", "/public/x"),
    ("X-Rewrite-Url", "/admin"),
    ("X-Forwarded-Prefix", "/admin"),
    ("Content-Type", "application/json"),
    ("Content-Type", "text/plain"),
    ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"),
    ("Host", "other"),
    ("Expect", "100-continue"),
];

const MEMBERS: &[&str] = &[
    "\"project\":\"MINE\"",
    "\"project\":\"OTHER\"",
    "\"\\u0070roject\":\"OTHER\"",
    "\"a\":1",
    "\"a\":{\"project\":\"OTHER\"}",
    "\"project\":null",
    "\"project\":[\"MINE\"]",
    "",
    "\u{0}",
];

const METHODS: &[&str] = &["GET", "GET", "GET", "POST", "POST", "HEAD", "get", "DELETE", "OPTIONS"];
const TOKENS: &[&str] = &["MEMBER", "MEMBER", "STRANGER", "", "made-up", "MEMBER,STRANGER"];

#[test]
fn c25_no_byte_of_a_request_turns_a_deny_into_an_allow() {
    let scene = Scene::guarding(ROUTES);
    let (member, stranger) = (scene.token(), stranger(&scene));
    let (mine, other) = (project(&scene, "demo"), project(&scene, "other"));
    let judge = Judge::new(vec![
        Person { token: member.clone(), project: mine.clone(), roles: &["member", "reader"] },
        Person { token: stranger.clone(), project: other.clone(), roles: &["reader"] },
    ]);
    let (passed, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(&requests(), |text| {
        scene.upstream.forget();
        let text =
            [("MINE", &mine), ("OTHER", &other), ("MEMBER", &member), ("STRANGER", &stranger)]
                .iter()
                .fold(text, |text, (word, value)| text.replace(word, value));
        let text = with_length(&text);
        let mut client = Client::connect(scene.sidecar.public);
        // Some of it is refused before it is read.
        let _ = client.try_send(&text);
        let mut answers = iter::from_fn(|| client.try_response(text.starts_with("HEAD ")).ok());
        // An interim answer says nothing about what has reached the service yet.
        let answer = answers.find(|answer| answer.status >= 200);
        let seen = scene.upstream.requests();
        prop_assert!(seen.len() <= 1, "{seen:?}");
        for request in &seen {
            judge.of(request).map_err(TestCaseError::fail)?;
        }
        let count = if seen.is_empty() { &refused } else { &passed };
        count.set(count.get() + 1);
        let status = answer.map(|answer| answer.status);
        prop_assert!(status != Some(200) || !seen.is_empty(), "who answered?");
        prop_assert!(status != Some(500), "{seen:?}");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let (passed, refused) = (passed.get(), refused.get());
    println!("{passed} requests reached the service, {refused} did not");
    assert!(passed > CASES / 20 && refused > CASES / 3, "{passed} passed, {refused} did not");
}

/// A whole request, with words for what cannot be known before there is a scene.
fn requests() -> impl Strategy<Value = String> {
    let path = (select(STARTS), prop::collection::vec(select(PIECES), 0..4));
    let query = prop::collection::vec(select(QUERIES), 0..3);
    let fields = prop::collection::vec(select(FIELDS), 0..3);
    let members = prop::option::weighted(0.4, prop::collection::vec(select(MEMBERS), 0..3));
    (select(METHODS), path, query, select(TOKENS), fields, members).prop_map(
        |(method, (start, pieces), query, token, fields, members)| {
            let mut text = format!("{method} {start}{}", pieces.concat());
            if !query.is_empty() {
                text.push_str(&format!("?{}", query.join("&")));
            }
            text.push_str(" HTTP/1.1\r\n");
            if !fields.iter().any(|(name, _)| *name == "Host") {
                text.push_str("Host: s\r\n");
            }
            for token in token.split(',').filter(|token| !token.is_empty()) {
                text.push_str(&format!("X-Auth-Token: {token}\r\n"));
            }
            for (name, value) in &fields {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            match members {
                None if fields.contains(&("Transfer-Encoding", "chunked")) => {
                    text.push_str("\r\n0\r\n\r\n");
                }
                None => text.push_str("\r\n"),
                Some(members) => {
                    text.push_str(&format!(
                        "Content-Length: LENGTH\r\n\r\n{{{}}}",
                        members.join(",")
                    ));
                }
            }
            text
        },
    )
}

/// States the length of the body, now that it is known.
fn with_length(text: &str) -> String {
    let body = text.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len());
    text.replace("LENGTH", &body.to_string())
}
