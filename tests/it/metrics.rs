//! Metrics are public interface: exactly these names and labels exist, all of them from the start,
//! and no request can make another.

use std::collections::BTreeSet;

use keystone_double::{Fault, FaultKind, Scope};

use crate::support::{Client, Scene, eventually, request};

/// Every family, the values of its labels, and whether it is a histogram.
const FAMILIES: &[(&str, Labels<'_>, bool)] = &[
    ("access_log_enabled", &[], false),
    ("build_info", &[("version", &[env!("CARGO_PKG_VERSION")])], false),
    ("config_last_reload_success_timestamp_seconds", &[], false),
    ("config_last_reload_successful", &[], false),
    ("config_reloads_total", &[("result", &["failed", "ok", "unchanged"])], false),
    ("config_restart_needed", &[], false),
    ("config_warnings", &[], false),
    ("connections", &[("listener", &["public"])], false),
    ("connections_accepted_total", &[("listener", &["public"])], false),
    ("connections_cut_total", &[("reason", CUTS)], false),
    ("http_overhead_duration_seconds", &[("route", &["default"])], true),
    ("http_rejected_total", &[("reason", REJECTIONS)], false),
    ("http_request_duration_seconds", &[("method", METHODS), ("route", &["default"])], true),
    ("http_requests_by_listener_total", &[("listener", &["public"])], false),
    ("http_requests_in_flight", &[("listener", &["public"])], false),
    ("http_stripped_fields_total", &[], false),
    ("identity_fields_left_out_total", &[("field", &["service_catalog", "token_info"])], false),
    ("keystone_faults_total", &[("kind", FAULTS)], false),
    ("keystone_in_flight", &[], false),
    ("keystone_request_duration_seconds", &[("operation", OPERATIONS)], true),
    ("keystone_retries_total", &[], false),
    ("keystone_up", &[], false),
    ("log_lines_lost", &[], false),
    ("policy_remote_check_duration_seconds", &[], true),
    ("policy_remote_checks_total", &[("outcome", &["allow", "deny", "unanswered"])], false),
    ("service_token_expiry_timestamp_seconds", &[], false),
    ("tls_handshake_failures_total", &[("reason", HANDSHAKES)], false),
    ("token_cache_bytes", &[("tier", &["memory"])], false),
    ("token_cache_capacity_bytes", &[("tier", &["memory"])], false),
    ("token_cache_coalesced_total", &[], false),
    ("token_cache_entries", &[("tier", &["memory"])], false),
    (
        "token_cache_evictions_total",
        &[("cause", &["expired", "purged", "replaced", "size"])],
        false,
    ),
    ("token_cache_hit_age_seconds", &[], true),
    (
        "token_cache_lookups_total",
        &[("result", &["hit", "miss", "negative_hit"]), ("tier", &["memory"])],
        false,
    ),
    ("token_cache_negative_entries", &[("tier", &["memory"])], false),
    ("token_cache_ttl_seconds", &[], false),
    ("token_validation_duration_seconds", &[], true),
    ("token_validations_shed_total", &[], false),
    (
        "token_validations_total",
        &[
            ("outcome", &["error", "expired", "invalid", "valid"]),
            ("source", &["cache", "keystone"]),
        ],
        false,
    ),
    ("upstream_connect_duration_seconds", &[("upstream", &["default"])], true),
    ("upstream_requests_in_flight", &[("upstream", &["default"])], false),
    ("upstream_request_duration_seconds", &[("upstream", &["default"])], true),
    (
        "upstream_requests_total",
        &[
            ("outcome", &["answered", "broken", "client", "connect", "deadline", "share", "shed"]),
            ("upstream", &["default"]),
        ],
        false,
    ),
    (
        "upstream_responses_aborted_total",
        &[("cause", &["broken", "client", "idle", "total"]), ("upstream", &["default"])],
        false,
    ),
    ("upstream_retries_total", &[("upstream", &["default"])], false),
    ("websocket_bytes_total", &[("direction", &["down", "up"])], false),
    ("websocket_tunnels", &[], false),
    ("websocket_tunnels_ended_total", &[("reason", TUNNELS)], false),
];

/// Labels, each with its values.
type Labels<'a> = &'a [(&'a str, &'a [&'a str])];

const METHODS: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "OTHER", "PATCH", "POST", "PUT"];
const OPERATIONS: &[&str] = &["authenticate", "discover", "validate"];
const HANDSHAKES: &[&str] = &[
    "bad_certificate",
    "closed",
    "incompatible",
    "no_certificate",
    "not_tls",
    "other",
    "refused_by_client",
    "timeout",
];
const FAULTS: &[&str] = &[
    "connect",
    "credentials",
    "deadline",
    "forbidden",
    "malformed",
    "no_endpoint",
    "not_keystone",
    "redirect",
    "status",
    "throttled",
    "tls",
];

/// Decisions and the reasons that go with each.
const DECISIONS: &[(&str, &[&str])] = &[
    ("allow", &["confirmed", "public"]),
    ("defer", REFUSALS),
    ("deny", REFUSALS),
    ("deny", DENIALS),
    ("deny", &["no_route"]),
    ("error", &["unavailable"]),
    ("shadow_deny", DENIALS),
];

const DENIALS: &[&str] = &["protocol", "rule", "scope", "undecided"];

const REFUSALS: &[&str] = &[
    "bound",
    "expired",
    "malformed",
    "missing",
    "restricted",
    "service_role",
    "service_token",
    "too_long",
    "unknown",
];

/// Codes that exist from the start; others appear when they happen, as status codes are a closed
/// set by themselves.
const HTTP_CODES: &[&str] = &[
    "200", "201", "204", "400", "401", "403", "404", "405", "413", "431", "499", "500", "502",
    "503", "504",
];
const KEYSTONE_CODES: &[&str] = &["200", "201", "401", "403", "404", "429", "500", "503", "none"];

const CUTS: &[&str] =
    &["crowd", "flood", "head_timeout", "idle", "protocol", "proxy_header", "tls", "write_timeout"];
const REJECTIONS: &[&str] = &[
    "connection",
    "fields",
    "framing",
    "host",
    "method",
    "misdirected",
    "overload",
    "path",
    "target",
];
const TUNNELS: &[&str] = &["broken", "closed", "expired", "idle", "leaving", "lifetime", "revoked"];

/// The process' own, under their usual names.
const PROCESS: &[&str] = &[
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_bytes",
];

#[test]
fn exactly_the_documented_series_exist_from_the_start() {
    let scene = Scene::start();
    let (seen, expected) = (series(&scene), expected());
    let missing: Vec<_> = expected.difference(&seen).collect();
    let unknown: Vec<_> = seen.difference(&expected).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing {missing:#?} new {unknown:#?}");
}

#[test]
fn counters_start_at_zero() {
    let scene = Scene::start();
    // The version document is asked for once at the start, and may be answered already.
    let counted: Vec<_> = scene
        .sidecar
        .metrics()
        .into_iter()
        .filter(|(name, _)| name.starts_with("portcullis_") && name.contains("_total"))
        .filter(|(name, value)| *value != 0.0 && !name.contains("operation=\"discover\""))
        .collect();
    assert_eq!(counted, []);
}

#[test]
fn p03_no_traffic_makes_a_new_series() {
    let scene = Scene::with(&[
        ("keystone.timeout", "2s"),
        ("upstream.response_timeout", "2s"),
        ("cache.negative_ttl", "10ms"),
    ]);
    let before = series(&scene);
    all_kinds_of_traffic(&scene);
    let new: Vec<_> = series(&scene).difference(&before).cloned().collect();
    let by_code = |name: &&String| {
        name.starts_with("portcullis_http_requests_total{code=")
            || name.starts_with("portcullis_keystone_requests_total{code=")
    };
    assert_eq!(new.iter().filter(|name| !by_code(name)).collect::<Vec<_>>(), [] as [&String; 0]);
}

#[test]
fn a_request_is_counted_once_by_what_the_client_was_answered() {
    let scene = Scene::start();
    let token = scene.token();
    let count = |method: &str, code: u16| {
        scene.sidecar.metric(&format!(
            "portcullis_http_requests_total{{code=\"{code}\",method=\"{method}\",\
             route=\"default\"}}"
        ))
    };
    scene.sidecar.get_as(&token, "/");
    scene.sidecar.get("/", &[]);
    scene.upstream.respond(404, &[], b"");
    scene.sidecar.get_as(&token, "/");
    eventually("all are counted", || {
        (count("GET", 200), count("GET", 401), count("GET", 404)) == (1.0, 1.0, 1.0)
    });
    let decision = |decision: &str, reason: &str| {
        scene.sidecar.metric(&format!(
            "portcullis_auth_decisions_total{{decision=\"{decision}\",reason=\"{reason}\",\
             route=\"default\"}}"
        ))
    };
    assert_eq!((decision("allow", "confirmed"), decision("deny", "missing")), (2.0, 1.0));
    assert_eq!(
        scene.sidecar.metric("portcullis_http_requests_in_flight{listener=\"public\"}"),
        0.0
    );
}

fn all_kinds_of_traffic(scene: &Scene) {
    let token = scene.token();
    let auth = [("X-Auth-Token", &token[..])];
    for method in METHODS.iter().chain(&["PROPFIND", "TRACE", "evil\"method"]) {
        let mut client = Client::connect(scene.sidecar.public);
        let _ = client.try_send(request(method, "/", &auth, b""));
        let _ = client.try_response(*method == "HEAD");
    }
    for (name, value) in [
        ("X-Auth-Token", "made-up"),
        ("X-Auth-Token", "a,b"),
        ("X-Auth-Token", &"x".repeat(40_000)[..]),
        ("Connection", "a b"),
        ("X-Roles", "king"),
        ("Host", "evil\"host"),
    ] {
        let mut client = Client::connect(scene.sidecar.public);
        let _ = client.try_send(request("GET", "/\"evil\"", &[(name, value)], b""));
        let _ = client.try_response(false);
    }
    let issue = scene.keystone.issue("alice", Scope::Unscoped);
    let restricted = issue.application_credential("rules").token();
    scene.sidecar.get_as(&restricted, "/");
    for fault in [
        FaultKind::status(500),
        FaultKind::status(418),
        FaultKind::too_many(None),
        FaultKind::Hang,
        FaultKind::Reset,
        FaultKind::Html,
        FaultKind::NotKeystone404,
        FaultKind::Redirect("http://127.0.0.1:1/".to_owned()),
        FaultKind::Truncate,
    ] {
        let fault = scene.keystone.fail(Fault::validate(fault));
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
        scene.keystone.heal_one(fault);
    }
    for status in [299, 302, 418, 599] {
        scene.upstream.respond(status, &[], b"");
        assert_eq!(scene.sidecar.get_as(&token, "/").status, status);
    }
    scene.upstream.respond_raw(b"nonsense\r\n\r\n");
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 502);
    scene.upstream.answer(|call| call.wire.some().map(drop));
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 504);
}

/// Every series there is, the buckets of a histogram as one.
fn series(scene: &Scene) -> BTreeSet<String> {
    let names = scene.sidecar.metrics().into_keys();
    names
        .filter_map(|name| if name.contains("_bucket") { bucket(&name) } else { Some(name) })
        .collect()
}

/// The last bucket, without its bound.
fn bucket(name: &str) -> Option<String> {
    let (front, back) = name.split_once("le=\"+Inf\"")?;
    let whole = format!("{}{back}", front.trim_end_matches(','));
    Some(whole.replace("{}", ""))
}

fn expected() -> BTreeSet<String> {
    let mut all: BTreeSet<String> = PROCESS.iter().map(|name| (*name).to_owned()).collect();
    for (name, labels, histogram) in FAMILIES {
        let suffixes: &[&str] = if *histogram { &["_bucket", "_count", "_sum"] } else { &[""] };
        for suffix in suffixes {
            all.extend(combinations(labels).map(|l| format!("portcullis_{name}{suffix}{l}")));
        }
    }
    for (decision, reasons) in DECISIONS {
        let labels = [("decision", &[*decision][..]), ("reason", reasons), ("route", &["default"])];
        all.extend(combinations(&labels).map(|l| format!("portcullis_auth_decisions_total{l}")));
    }
    let labels = [("code", HTTP_CODES), ("method", METHODS), ("route", &["default"])];
    all.extend(combinations(&labels).map(|l| format!("portcullis_http_requests_total{l}")));
    let labels = [("code", KEYSTONE_CODES), ("operation", OPERATIONS)];
    all.extend(combinations(&labels).map(|l| format!("portcullis_keystone_requests_total{l}")));
    all
}

/// Every combination of label values, as it is written after a name.
fn combinations(labels: Labels<'_>) -> impl Iterator<Item = String> + use<> {
    let mut all = vec![String::new()];
    for (label, values) in labels {
        let with = |front: &String, value: &&str| match front.as_str() {
            "" => format!("{label}=\"{value}\""),
            front => format!("{front},{label}=\"{value}\""),
        };
        all = all.iter().flat_map(|front| values.iter().map(move |v| with(front, v))).collect();
    }
    all.into_iter().map(|inner| if inner.is_empty() { inner } else { format!("{{{inner}}}") })
}
