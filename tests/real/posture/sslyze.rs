//! What sslyze finds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Target;
use super::certificates::{Kind, ROOT};

/// Every scan there is but that of what HTTP says, which is the service's affair.
const SCANS: [&str; 18] = [
    "--certinfo",
    "--sslv2",
    "--sslv3",
    "--tlsv1",
    "--tlsv1_1",
    "--tlsv1_2",
    "--tlsv1_3",
    "--compression",
    "--early_data",
    "--openssl_ccs",
    "--fallback",
    "--heartbleed",
    "--robot",
    "--reneg",
    "--resum",
    "--elliptic_curves",
    "--ems",
    "--mozilla_config=intermediate",
];

#[track_caller]
pub(super) fn judge(target: &Target, kind: Kind) {
    let out = target.scratch.path().join("sslyze.json");
    let done = Command::new(installed("sslyze"))
        .args(SCANS)
        .arg(format!("--certinfo_ca_file={}", target.scratch.path().join(ROOT).display()))
        .arg(format!("--json_out={}", out.display()))
        .arg(target.place())
        .output()
        .unwrap_or_else(|error| panic!("sslyze: {error}: scripts/test-tools tls"));
    let said = String::from_utf8_lossy(&done.stdout);
    let found = Command::new(installed("python")).args(["-c", SHORTEN]).arg(&out).output().unwrap();
    let found: Value = serde_json::from_slice(&found.stdout)
        .unwrap_or_else(|_| panic!("sslyze found nothing: {said}"));
    let scans = &found["server_scan_results"][0]["scan_result"];
    for (name, scan) in scans.as_object().expect("scans") {
        let wanted = if name == "http_headers" { "NOT_SCHEDULED" } else { "COMPLETED" };
        assert_eq!(scan["status"], wanted, "{kind:?}: {name}: {:#}", scan["error_trace"]);
    }
    versions(scans);
    weaknesses(scans);
    certificate(scans);
    if kind == Kind::Ecdsa {
        // Mozilla's profile; a chain of ours with an RSA key differs from it in the issuer's kind.
        assert!(done.status.success(), "{said}");
    }
}

/// Only 1.2 and 1.3, and none of their suites without forward secrecy or with CBC.
#[track_caller]
fn versions(scans: &Value) {
    let mut spoken = BTreeSet::new();
    for (name, scan) in scans.as_object().unwrap() {
        let Some(version) = name.strip_suffix("_cipher_suites") else { continue };
        let result = &scan["result"];
        if result["is_tls_version_supported"] == true {
            spoken.insert(version.to_owned());
        }
        for suite in result["accepted_cipher_suites"].as_array().unwrap() {
            let suite = &suite["cipher_suite"];
            let name = suite["name"].as_str().unwrap();
            let good = ["_GCM_SHA256", "_GCM_SHA384", "_CHACHA20_POLY1305_SHA256"];
            assert!(good.iter().any(|end| name.ends_with(end)), "{name}");
            assert!(version == "tls_1_3" || name.starts_with("TLS_ECDHE_"), "{name}");
            assert_eq!(suite["is_anonymous"], false, "{name}");
        }
    }
    assert_eq!(spoken, ["tls_1_2", "tls_1_3"].map(str::to_owned).into());
}

#[track_caller]
fn weaknesses(scans: &Value) {
    let expected = [
        ("/tls_compression/result/supports_compression", Value::from(false)),
        ("/tls_1_3_early_data/result/supports_early_data", Value::from(false)),
        ("/openssl_ccs_injection/result/is_vulnerable_to_ccs_injection", Value::from(false)),
        ("/heartbleed/result/is_vulnerable_to_heartbleed", Value::from(false)),
        ("/robot/result/robot_result", "NOT_VULNERABLE_RSA_NOT_SUPPORTED".into()),
        ("/tls_fallback_scsv/result/supports_fallback_scsv", Value::from(true)),
        ("/tls_extended_master_secret/result/supports_ems_extension", Value::from(true)),
        ("/elliptic_curves/result/supports_ecdh_key_exchange", Value::from(true)),
        (
            "/session_renegotiation/result/is_vulnerable_to_client_renegotiation_dos",
            Value::from(false),
        ),
        ("/session_renegotiation/result/supports_secure_renegotiation", Value::from(true)),
        ("/session_renegotiation/result/client_renegotiations_success_count", Value::from(0)),
    ];
    for (place, value) in expected {
        assert_eq!(scans.pointer(place), Some(&value), "{place}");
    }
}

/// The chain is whole, in its order, trusted, for this name, and without the root.
#[track_caller]
fn certificate(scans: &Value) {
    let info = &scans["certificate_info"]["result"];
    let deployments = info["certificate_deployments"].as_array().unwrap();
    assert_eq!(deployments.len(), 1);
    let deployed = &deployments[0];
    assert_eq!(deployed["received_chain_has_valid_order"], true);
    assert_eq!(deployed["received_chain_contains_anchor_certificate"], false);
    assert_eq!(deployed["received_certificate_chain"].as_array().map(Vec::len), Some(2));
    assert_eq!(deployed["verified_chain_has_sha1_signature"], false);
    let trusted = deployed["path_validation_results"].as_array().unwrap();
    assert!(trusted.iter().any(|result| result["was_validation_successful"] == true));
}

/// Where `scripts/test-tools tls` installs.
fn installed(program: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tls-tools/venv/bin").join(program)
}

/// Writes numbers as text that are too large for most readers of JSON: those of public keys.
const SHORTEN: &str = "import json, sys\n\
    number = lambda text: int(text) if len(text) < 18 else text\n\
    json.dump(json.load(open(sys.argv[1]), parse_int=number), sys.stdout)";
