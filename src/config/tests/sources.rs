//! Defaults, file, environment and flags.

use std::time::Duration;

use super::{Scratch, THREE_LINES, file, lines, loaded, with_variables};
use crate::config::{Input, Sources};
use crate::keystone::Mode;

#[test]
fn three_lines_are_enough() {
    let config = loaded(&file(THREE_LINES)).config;
    assert_eq!(config.server.listeners[0].place.to_string(), "127.0.0.1:8080");
    assert_eq!(config.upstream.endpoint.address.to_string(), "127.0.0.1:9000");
    assert_eq!(config.keystone.base.path, "/v3");
    assert!(matches!(config.keystone.mode, Mode::SelfValidation));
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn the_documented_defaults_hold() {
    let config = loaded(&file(THREE_LINES)).config;
    let seconds = Duration::from_secs;
    assert_eq!(config.front.www_authenticate_uri, "http://127.0.0.1:5000/v3");
    assert_eq!(config.admission.max_token_bytes, 32 * 1024);
    assert_eq!(config.server.limits.max_header_bytes, 64 * 1024);
    assert_eq!(config.server.limits.header_timeout, seconds(10));
    assert_eq!(config.server.limits.keepalive_timeout, seconds(75));
    assert_eq!(config.server.max_connections, 10_000);
    assert_eq!(config.upstream.connect_timeout, seconds(2));
    assert_eq!(config.upstream.deadlines.response, seconds(60));
    assert_eq!((config.upstream.idle_timeout, config.upstream.max_idle), (seconds(60), 64));
    assert_eq!(config.keystone.connect_timeout, seconds(2));
    assert_eq!((config.keystone.timeout, config.keystone.retries), (seconds(5), 2));
    assert_eq!(config.validation.ttl, seconds(300));
    assert!((config.validation.jitter - 0.1).abs() < 1e-9);
    assert_eq!(config.validation.max_bytes, 64 * 1024 * 1024);
    assert_eq!(config.validation.negative_ttl, seconds(10));
    assert_eq!(config.validation.negative_max_entries, 10_000);
    assert_eq!((config.validation.max_in_flight, config.validation.max_waiting), (64, 1024));
    assert_eq!(config.validation.retry_after, seconds(5));
    assert!(config.process.workers >= 1);
    assert_eq!(config.process.telemetry.unwrap().to_string(), "127.0.0.1:9180");
    assert_eq!(config.process.admin.unwrap().to_string(), "127.0.0.1:9181");
    assert_eq!(config.process.drain_delay, Duration::ZERO);
    assert_eq!(config.process.drain_timeout, seconds(25));
    assert_eq!(config.log.level, "info");
}

#[test]
fn later_sources_cover_earlier_ones() {
    let text = format!("{THREE_LINES}cache: {{ttl: 1s, negative_ttl: 1s, jitter: 1%}}\n");
    let mut sources = with_variables(
        &text,
        &[("PORTCULLIS_CACHE__TTL", "2s"), ("PORTCULLIS_CACHE__NEGATIVE_TTL", "2s")],
    );
    sources.overrides = vec![("cache.ttl".into(), "3s".into())];
    let loaded = loaded(&sources);
    assert_eq!(loaded.config.validation.ttl, Duration::from_secs(3));
    assert_eq!(loaded.config.validation.negative_ttl, Duration::from_secs(2));
    let shown = loaded.effective.to_text();
    for line in [
        "listen: 127.0.0.1:8080  # portcullis.yaml line 1",
        "  ttl: 3s  # flag",
        "  negative_ttl: 2s  # environment PORTCULLIS_CACHE__NEGATIVE_TTL",
        "  jitter: 1%  # portcullis.yaml line 4",
        "  max_bytes: 64MiB  # default",
        "  www_authenticate_uri: http://127.0.0.1:5000/v3  # default, from keystone.auth_url",
        "  workers: auto  # default",
        "  # ca_file: not set",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
}

#[test]
fn the_environment_alone_is_enough() {
    let sources = Sources {
        file: None,
        ..with_variables(
            "",
            &[
                ("PORTCULLIS_UPSTREAM", "unix:/run/app.sock"),
                ("PORTCULLIS_KEYSTONE__AUTH_URL", "https://ks.example/identity"),
                ("PORTCULLIS_TELEMETRY", "off"),
                ("PORTCULLIS_LOG__LEVEL", ""),
            ],
        )
    };
    let config = loaded(&sources).config;
    assert_eq!(config.upstream.endpoint.address.to_string(), "unix:/run/app.sock");
    assert_eq!(config.keystone.base.path, "/identity/v3");
    assert_eq!(config.process.telemetry, None);
    assert_eq!(config.log.level, "info");
}

#[test]
fn variables_that_kubernetes_makes_for_a_service_are_not_ours() {
    let links = [
        ("PORTCULLIS_SERVICE_HOST", "10.0.0.1"),
        ("PORTCULLIS_SERVICE_PORT", "8080"),
        ("PORTCULLIS_SERVICE_PORT_HTTP", "8080"),
        ("PORTCULLIS_PORT", "tcp://10.0.0.1:8080"),
        ("PORTCULLIS_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("PORTCULLIS_METRICS_PORT_9180_TCP_ADDR", "10.0.0.1"),
    ];
    loaded(&with_variables(THREE_LINES, &links));
}

#[test]
fn a_section_may_be_a_single_value_or_a_mapping() {
    let short = loaded(&file(&format!("{THREE_LINES}telemetry: 0.0.0.0:1\nadmin: off\n")));
    let long = loaded(&file(&format!(
        "{THREE_LINES}telemetry: {{listen: \"0.0.0.0:1\"}}\nadmin: {{listen: off}}\n"
    )));
    for loaded in [short, long] {
        assert_eq!(loaded.config.process.telemetry.unwrap().to_string(), "0.0.0.0:1");
        assert_eq!(loaded.config.process.admin, None);
    }
}

#[test]
fn the_file_is_the_one_that_the_command_line_or_else_the_variable_names() {
    let directory = Scratch::new("named-file");
    directory.write("here.yaml", THREE_LINES);
    let mut sources = with_variables("", &[("PORTCULLIS_CONFIG", "here.yaml")]);
    sources.environment.directory = directory.0.clone();
    sources.file = None;
    loaded(&sources);
    sources.file = Some(Input::Path("missing.yaml".into()));
    let lines = lines(&sources);
    assert!(lines[0].starts_with("missing.yaml: cannot be read: No such file"), "{lines:?}");
}
