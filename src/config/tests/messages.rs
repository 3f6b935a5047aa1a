//! What is said about a configuration that is wrong.

use super::{THREE_LINES, file, lines, refused, with_variables};
use crate::config::{Input, Sources};

/// The lines of a file that follow three right ones, and all that is said about them.
const WRONG: &[(&str, &[&str])] = &[
    ("cache: {ttl: 300}", &[r#"4:14: cache.ttl: "300" needs a unit; write 300s or 5m"#]),
    ("cache: {ttl: 2d}", &[r#"4:14: cache.ttl: "2d" has an unknown unit "d"; use ms, s, m or h"#]),
    ("cache: {ttl: 25h}", &[r#"4:14: cache.ttl: "25h" is too large; write 0s to 24h"#]),
    ("upstream_s: x", &["4:1: upstream_s: unknown key; did you mean upstream?"]),
    (
        "upstreams: x",
        &[r#"4:12: upstreams: must hold names and addresses, as in "images: http://glance:9292""#],
    ),
    ("auth_url: x", &["4:1: auth_url: unknown key; did you mean keystone.auth_url?"]),
    ("cache: {timeout: 1s}", &["4:9: cache.timeout: unknown key; did you mean keystone.timeout?"]),
    ("cache: {tll: 1s}", &["4:9: cache.tll: unknown key; did you mean ttl?"]),
    ("log: {lisen: x}", &["4:7: log.lisen: unknown key; did you mean listen?"]),
    ("cache: {x1y2z3: 1s}", &["4:9: cache.x1y2z3: unknown key"]),
    ("cache.ttl: 1s", &[r#"4:1: cache.ttl: unknown key; write it as "cache: {ttl: ...}""#]),
    ("cache: 300s", &[r#"4:8: cache: must hold keys, as in "cache: {ttl: ...}""#]),
    ("cache: [1]", &[r#"4:8: cache: must hold keys, as in "cache: {ttl: ...}""#]),
    ("cache: {ttl: [1s]}", &["4:14: cache.ttl: must be a single value"]),
    ("cache: {ttl: }", &["4:9: cache.ttl: has no value; give one or remove the key"]),
    ("cache: {jitter: 10}", &[r#"4:17: cache.jitter: "10" needs a percent sign, as in 10%"#]),
    ("cache: {jitter: 60%}", &[r#"4:17: cache.jitter: "60%" is too large; write 0% to 50%"#]),
    (
        "cache: {max_bytes: 64MB}",
        &[r#"4:20: cache.max_bytes: "64MB" has an unknown unit "MB"; use B, KiB, MiB or GiB"#],
    ),
    (
        "server: {workers: many}",
        &[r#"4:19: server.workers: "many" is not a whole number; write 1 to 1024 or auto"#],
    ),
    ("server: {workers: 0}", &[r#"4:19: server.workers: "0" is too small; write 1 to 1024"#]),
    ("listen: 1.2.3.4:5", &["4:1: listen: written twice; the first is in line 1"]),
    (
        "telemetry: localhost:9180",
        &[
            r#"4:12: telemetry.listen: "localhost:9180" is not an IP address and port; write one as in 127.0.0.1:8080 or [::1]:8080, or off"#,
        ],
    ),
    (
        "telemetry: 127.0.0.1:8080",
        &[
            r#"4:12: telemetry.listen: "127.0.0.1:8080" is taken by the address of listen; choose another"#,
        ],
    ),
    (
        "admin: 0.0.0.0:9181",
        &[
            r#"4:8: admin.listen: "0.0.0.0:9181" is not a loopback address, and this listener asks nobody who they are; write one as in 127.0.0.1:9181, or off"#,
        ],
    ),
    ("log: {format: jsn}", &[r#"4:15: log.format: "jsn" is not a choice; did you mean json?"#]),
    (
        "log: {access: none}",
        &[r#"4:15: log.access: "none" is not a choice; write one of all, refusals, off"#],
    ),
    ("log: {level: 'info,a=loud'}", &[LOUD]),
    ("log: {level: inof}", &[INOF]),
    ("\"a\\nb\": 1", &["4:1: a\\nb: unknown key"]),
    (
        "server: {max_token: 64KiB}",
        &[
            r#"4:21: server.max_token: "64KiB" leaves no room in server.max_header_bytes for anything but the token; lower this or raise that"#,
        ],
    ),
];

const LOUD: &str = r#"4:14: log.level: "info,a=loud" is not a level; write error, warn, info, debug or trace, or levels for single parts, as in info,portcullis::keystone=debug"#;
const INOF: &str = r#"4:14: log.level: "inof" is not a level; write error, warn, info, debug or trace, or levels for single parts, as in info,portcullis::keystone=debug"#;

#[test]
fn d31_p11_every_mistake_is_told_with_place_key_value_and_remedy() {
    for (text, expected) in WRONG {
        let expected: Vec<String> =
            expected.iter().map(|line| format!("portcullis.yaml:{line}")).collect();
        assert_eq!(lines(&file(&format!("{THREE_LINES}{text}\n"))), expected, "{text}");
    }
}

/// Whole files, and all that is said about them.
const WRONG_FILES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            r#"portcullis.yaml: upstream.url: missing; add a line such as "upstream: http://127.0.0.1:9000""#,
            r#"portcullis.yaml: keystone.auth_url: missing; add a line such as "keystone: {auth_url: 'http://127.0.0.1:5000/v3'}""#,
        ],
    ),
    (
        "- a\n",
        &[
            r#"portcullis.yaml:1:1: must hold keys and values, as in "listen: 127.0.0.1:8080""#,
            r#"portcullis.yaml: upstream.url: missing; add a line such as "upstream: http://127.0.0.1:9000""#,
            r#"portcullis.yaml: keystone.auth_url: missing; add a line such as "keystone: {auth_url: 'http://127.0.0.1:5000/v3'}""#,
        ],
    ),
    ("a: &x 1\nb: *x\n", &["portcullis.yaml:1:4: anchors (&name) are not supported; remove it"]),
    ("a: !!str 1\n", &["portcullis.yaml:1:4: tags (!name) are not supported; remove it"]),
    ("a: 1\n---\nb: 1\n", &["portcullis.yaml:2:1: a second document begins; only one is read"]),
    ("? [a]\n: 1\n", &["portcullis.yaml:1:3: a key must be a single value"]),
    ("a: \"\0\"\n", &["portcullis.yaml:1:5: the character U+0000 is not allowed"]),
];

#[test]
fn a_file_that_is_wrong_as_a_whole_is_told_so() {
    for (text, expected) in WRONG_FILES {
        assert_eq!(lines(&file(text)), *expected, "{text:?}");
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_tolerated() {
    let text = format!("\u{feff}{}", THREE_LINES.replace('\n', "\r\n"));
    super::loaded(&file(&text));
    let lines = lines(&file(&format!("{text}cache: {{tll: 1s}}\r\n")));
    assert_eq!(lines, ["portcullis.yaml:4:9: cache.tll: unknown key; did you mean ttl?"]);
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = "\
listen: 8080
keystone:
  auth_ur: http://127.0.0.1:5000
cache:
  ttl: \"300\"
  jitter: 10
";
    let mut sources = with_variables(text, &[("PORTCULLIS_KEYSTONE_MODE", "self")]);
    sources.overrides = vec![("log.leve".into(), "info".into())];
    assert_eq!(
        lines(&sources),
        [
            r#"portcullis.yaml:1:9: listen: "8080" is not an IP address and port; write one as in 127.0.0.1:8080 or [::1]:8080, or unix: and a path"#,
            "portcullis.yaml:3:3: keystone.auth_ur: unknown key; did you mean auth_url?",
            r#"portcullis.yaml:5:8: cache.ttl: "300" needs a unit; write 300s or 5m"#,
            r#"portcullis.yaml:6:11: cache.jitter: "10" needs a percent sign, as in 10%"#,
            r#"portcullis.yaml: upstream.url: missing; add a line such as "upstream: http://127.0.0.1:9000""#,
            r#"portcullis.yaml: keystone.auth_url: missing; add a line such as "keystone: {auth_url: 'http://127.0.0.1:5000/v3'}""#,
            "environment PORTCULLIS_KEYSTONE_MODE: unknown variable; did you mean PORTCULLIS_KEYSTONE__MODE?",
            "--set: log.leve: unknown key; did you mean level?",
        ]
    );
    assert_eq!(refused(&sources).len(), 8);
}

#[test]
fn a_peer_s_address_is_judged_where_it_was_written() {
    let wrong = [
        ("upstream: app:9000", "2:11: upstream.url: \"app:9000\": "),
        (
            "upstream: http://app/base",
            "2:11: upstream.url: \"http://app/base\" has the path \"/base\"; remove it",
        ),
        (
            "upstream: {url: 'http://a', insecure: yes}",
            "2:39: upstream.insecure: \"yes\" is not a boolean; write true",
        ),
        ("upstream: {url: 'http://a', ca_file: /none.pem}", "2:38: upstream.ca_file: cannot read"),
    ];
    for (line, start) in wrong {
        let text = format!("listen: 127.0.0.1:8080\n{line}\nkeystone: {{auth_url: 'http://ks'}}\n");
        let lines = lines(&file(&text));
        let [only] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(only.starts_with(&format!("portcullis.yaml:{start}")), "{only}");
    }
}

#[test]
fn without_a_file_the_configuration_as_a_whole_is_named() {
    let lines = lines(&Sources::default());
    assert!(lines[0].starts_with("configuration: upstream.url: missing"), "{lines:?}");
}

#[test]
fn what_weakens_security_is_a_warning() {
    let text = "\
upstream: {url: 'https://app', insecure: true}
keystone: {auth_url: 'http://ks.example:5000', username: u, user_domain_id: d, password: p}
";
    let warnings = super::loaded(&file(text)).config.warnings;
    for part in ["upstream.insecure is on", "plain http", "password stands in the configuration"] {
        assert!(warnings.iter().any(|warning| warning.contains(part)), "{part}: {warnings:?}");
    }
    assert_eq!(warnings.len(), 3, "{warnings:?}");
}

proptest::proptest! {
    #[test]
    fn no_file_makes_reading_panic(bytes: Vec<u8>) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let _ = super::load(&file(&text));
    }

    #[test]
    fn no_text_that_looks_like_yaml_makes_reading_panic(
        parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..40)
    ) {
        let _ = super::load(&file(&parts.concat()));
    }
}

/// What YAML is made of, and what has made parsers stumble.
const PARTS: &[&str] = &[
    "listen",
    "cache",
    "ttl",
    "keystone",
    "password",
    ": ",
    ":",
    "- ",
    "-",
    "\n",
    "\n  ",
    "\n    ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "? ",
    "|",
    ">",
    "|2-\n",
    "\"",
    "'",
    "\\",
    "\\x",
    "\\u00",
    "#",
    " #",
    "&a ",
    "*a",
    "!",
    "!!str ",
    "!<a>",
    "%YAML 1.2\n",
    "%TAG",
    "---",
    "---\n",
    "...\n",
    "\t",
    "~",
    "null",
    "300s",
    "\r",
    "\r\n",
    "\u{feff}",
    "\u{85}",
    "é",
    "<<",
    "0",
    "\0",
    "@",
    "`",
];

#[test]
fn deep_nesting_and_large_files_are_refused() {
    for (text, says) in [
        ("[".repeat(100), "nested more than 64 levels deep"),
        ("{a: ".repeat(100), "nested more than 64 levels deep"),
        ("[".repeat(100_000), "recursion limit exceeded"),
        ("- ".repeat(100_000), "nested more than 64 levels deep"),
        ("a:\n".repeat(1_000_000), "larger than 1024 KiB"),
    ] {
        let input = Input::Text { name: "deep.yaml".into(), text };
        let lines = lines(&Sources { file: Some(input), ..Sources::default() });
        assert!(lines[0].ends_with(says), "{lines:?}");
    }
}
