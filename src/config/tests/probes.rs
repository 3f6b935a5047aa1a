//! Probes of the application: a mapping in the file, one text in a variable, and the same meaning.

use super::{THREE_LINES, file, lines, loaded, with_variables};
use crate::config::{Environment, Sources};

const MAPPING: &str = "\
telemetry:
  probes:
    app/live: http://127.0.0.1:9000/live
    app/ready:
      url: https://127.0.0.1:9000/ready?a=b,c
      headers: {Host: app.example, X-A: [one, 'two, three'], X-N: 1}
    db: tcp://127.0.0.1:5432
    rpc: grpc://127.0.0.1:9001/a.v1.B
    sock: unix:/run/portcullis/app.sock:/healthz
  probe_timeout: 3s
";

const VARIABLE: &str = "app/live=http://127.0.0.1:9000/live, \
    app/ready=https://127.0.0.1:9000/ready?a=b%2Cc#Host=app.example&X-A=one&X-A=two%2C+three&X-N=1, \
    db=tcp://127.0.0.1:5432, rpc=grpc://127.0.0.1:9001/a.v1.B, \
    sock=unix:/run/portcullis/app.sock:/healthz";

#[test]
fn a_file_and_a_variable_say_the_same() {
    let written = loaded(&file(&format!("{THREE_LINES}{MAPPING}"))).config.probes;
    assert_eq!(written.targets.len(), 5);
    assert_eq!(written.timeout.as_secs(), 3);
    let variables =
        [("PORTCULLIS_TELEMETRY__PROBES", VARIABLE), ("PORTCULLIS_TELEMETRY__PROBE_TIMEOUT", "3s")];
    assert_eq!(loaded(&with_variables(THREE_LINES, &variables)).config.probes, written);
}

#[test]
fn variables_alone_are_enough_for_a_sidecar() {
    let variables = [
        ("PORTCULLIS_UPSTREAM__URL", "http://127.0.0.1:9000"),
        ("PORTCULLIS_KEYSTONE__AUTH_URL", "http://127.0.0.1:5000/v3"),
        ("PORTCULLIS_TELEMETRY__PROBES", "app/live=http://127.0.0.1:9000/live"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment = Environment { variables: variables.into(), ..Environment::default() };
    let config = loaded(&Sources { environment, ..Sources::default() }).config;
    assert_eq!(config.probes.targets.keys().collect::<Vec<_>>(), ["app/live"]);
    assert_eq!(config.probes.timeout.as_secs(), 10);
}

#[test]
fn values_of_headers_are_shown_nowhere() {
    let secret = "{a: {url: 'http://h:1/', headers: {Authorization: Bearer CANARY}}}";
    let effective =
        loaded(&file(&format!("{THREE_LINES}telemetry: {{probes: {secret}}}\n"))).effective;
    let shown = format!("{}{}{effective:?}", effective.to_text(), effective.to_json());
    assert!(shown.contains("http://h:1/#Authorization=(set)"), "{shown}");
    assert!(!shown.contains("CANARY"), "{shown}");
}

/// What stands below `telemetry`, and all that is said about it.
const WRONG: &[(&str, &[&str])] = &[
    (
        "{probes: {App: 'http://h'}}",
        &["4:22: telemetry.probes.App: is no name of a probe; write small letters, digits and \
           hyphens, as in app/readiness"],
    ),
    (
        "{probes: {a: {urll: x}}}",
        &[
            "4:25: telemetry.probes.a: has no url",
            "4:26: telemetry.probes.a.urll: unknown key; write url and headers",
        ],
    ),
    (
        "{probes: {a: [x], b: {url: [x]}, c: {url: 'tcp://h:1', headers: x}}}",
        &[
            "4:25: telemetry.probes.a: must be a URL, or a mapping with url and headers",
            "4:33: telemetry.probes.b: has no url",
            "4:39: telemetry.probes.b.url: must be a single value",
            "4:76: telemetry.probes.c.headers: must hold names and values, as in \"X-A: b\"",
        ],
    ),
    (
        "{probes: {a: 'http://u:CANARY@h:1/'}}",
        &["4:21: telemetry.probes: a: \"http://...@h:1/\": a URL must not hold a user name or \
             password"],
    ),
    (
        "{probes: {a: 'tcp://h:1#X=CANARY'}}",
        &["4:21: telemetry.probes: a: \"tcp://h:1#X=(set)\": tcp has no headers; remove what \
             follows the #"],
    ),
    (
        "{probes: 'http://127.0.0.1:9000/'}",
        &["4:21: telemetry.probes: \"http://127.0.0.1:9000/\" is no NAME=URL; write one as in \
             app/readiness=http://127.0.0.1:9000/ready"],
    ),
    (
        "{probes: 'a=tcp://h:1,a=tcp://h:2'}",
        &["4:21: telemetry.probes: \"a\" is there twice; rename one of them"],
    ),
    ("{probes: [a]}", &["4:21: telemetry.probes: must be a single value"]),
    (
        "{listen: off, probes: {a: 'tcp://h:1'}}",
        &["4:34: telemetry.probes: are served nowhere while telemetry.listen is off; give it an \
             address, or remove the probes"],
    ),
];

#[test]
fn every_mistake_is_told_with_its_place_and_the_remedy() {
    for (text, expected) in WRONG {
        let expected: Vec<_> =
            expected.iter().map(|line| format!("portcullis.yaml:{line}")).collect();
        assert_eq!(lines(&file(&format!("{THREE_LINES}telemetry: {text}\n"))), expected, "{text}");
    }
}

#[test]
fn a_variable_with_an_empty_item_is_refused() {
    let variables = [("PORTCULLIS_TELEMETRY__PROBES", "a=tcp://h:1,,b=tcp://h:2")];
    let expected = "environment PORTCULLIS_TELEMETRY__PROBES: telemetry.probes: \
                    \"a=tcp://h:1,,b=tcp://h:2\" has an empty item; remove it";
    assert_eq!(lines(&with_variables(THREE_LINES, &variables)), [expected]);
}
