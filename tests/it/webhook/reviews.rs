//! Reviews as an API server sends them, and what they are answered.

use serde_json::{Value, json};

use super::{JSON, PATH, Stage, post};
use crate::support::get;
use portcullis::app::webhook::OnError;

#[test]
fn each_review_is_judged_as_it_came_and_answered_as_it_was_judged() {
    let stage = Stage::start();
    let mut labelled = pod("patch");
    let reviews = [
        (pod("nothing"), "unchanged"),
        (labelled.clone(), "patched"),
        (update("nothing"), "unchanged"),
        (service("patch"), "patched"),
        (deletion(), "unchanged"),
    ];
    let mut api_server = stage.connect();
    for (review, outcome) in &reviews {
        let before = stage.outcomes(outcome);
        let sent = review.to_string();
        let answer = api_server.send("POST", PATH, JSON, sent.as_bytes());
        assert_eq!(answer.status, 200);
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer["response"]["uid"], review["request"]["uid"]);
        assert_eq!(answer["response"]["allowed"], true);
        assert_eq!(answer["response"]["patch"].is_string(), *outcome == "patched");
        assert_eq!(stage.outcomes(outcome), before + 1.0);
        assert_eq!(stage.seen.lock().unwrap().last().unwrap(), sent.as_bytes());
    }
    assert_eq!(stage.metric("portcullis_webhook_review_duration_seconds_count"), 5.0);
    labelled["request"]["dryRun"] = true.into();
    assert_eq!(stage.review(&labelled)["patchType"], "JSONPatch");
}

#[test]
fn http1_is_spoken_too_and_a_connection_is_kept() {
    let stage = Stage::start();
    let mut client = stage.connect_plainly();
    for wish in ["nothing", "patch", "nothing"] {
        let fields = [("Content-Type", "application/json; charset=utf-8")];
        let answer = post(&mut client, "/mutate", &fields, pod(wish).to_string().as_bytes());
        assert_eq!(
            (answer.status, answer.json()["response"]["allowed"].as_bool()),
            (200, Some(true))
        );
    }
    assert_eq!(stage.metric("portcullis_connections_accepted_total{listener=\"webhook\"}"), 1.0);
}

#[test]
fn what_cannot_be_injected_is_refused_with_the_reason() {
    let stage = Stage::start();
    let response = stage.review(&pod("refusal"));
    assert_eq!(response["allowed"], false);
    assert_eq!(response["status"]["message"], "two containers want port 18080");
    assert_eq!((stage.outcomes("denied"), stage.outcomes("excused")), (1.0, 0.0));
}

#[test]
fn on_error_allow_lets_it_through_unchanged_with_a_warning() {
    let stage = Stage::with(|settings| settings.on_error = OnError::Allow);
    let response = stage.review(&pod("refusal"));
    assert_eq!(response["allowed"], true);
    let warning = "portcullis was not added: two containers want port 18080";
    assert_eq!(response["warnings"], json!([warning]));
    let gone = ["status", "patch", "patchType"];
    assert!(gone.iter().all(|key| response.get(key).is_none()), "{response}");
    assert_eq!((stage.outcomes("denied"), stage.outcomes("excused")), (0.0, 1.0));
    assert_eq!(stage.review(&pod("patch"))["patch"], "W10=");
}

#[test]
fn many_reviews_of_one_connection_at_once_are_all_answered() {
    let stage = Stage::start();
    let mut api_server = stage.connect();
    let body = pod("patch").to_string();
    let mut under_way: Vec<_> =
        (0..50).map(|_| api_server.begin("POST", PATH, JSON, false)).collect();
    for exchange in &mut under_way {
        api_server.upload(exchange, body.as_bytes());
    }
    let answers = api_server.finish_all(under_way);
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(stage.outcomes("patched"), 50.0);
}

#[test]
fn probes_and_metrics_are_on_the_telemetry_listener() {
    let stage = Stage::start();
    stage.assert_serves();
    for page in ["/livez", "/readyz", "/startupz", "/metrics"] {
        assert_eq!(get(stage.telemetry, page, &[]).status, 200, "{page}");
    }
    let page = get(stage.telemetry, "/metrics", &[]).text();
    for family in ["build_info", "tls_certificate_expiry_timestamp_seconds", "log_lines_lost"] {
        assert!(page.contains(&format!("\nportcullis_{family}")), "{family}: {page}");
    }
}

/// A pod as the controller of a `ReplicaSet` makes it: without a name, and with what must not be
/// logged.
pub(super) fn pod(wish: &str) -> Value {
    json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "requestKind": {"group": "", "version": "v1", "kind": "Pod"},
            "requestResource": {"group": "", "version": "v1", "resource": "pods"},
            "namespace": "shop",
            "operation": "CREATE",
            "userInfo": {
                "username": "system:serviceaccount:kube-system:replicaset-controller",
                "uid": "a7e0ab33-5f29-11e8-8a3c-36e6bb280816",
                "groups": ["system:serviceaccounts", "system:authenticated"],
            },
            "object": {
                "kind": "Pod",
                "apiVersion": "v1",
                "metadata": {
                    "generateName": "orders-6d4cf56db6-",
                    "namespace": "shop",
                    "labels": {"app": "orders", "pod-template-hash": "6d4cf56db6", "wish": wish},
                    "annotations": {"portcullis/inject": "true", "portcullis/app-port": "9000"},
                    "ownerReferences": [{
                        "apiVersion": "apps/v1", "kind": "ReplicaSet", "controller": true,
                        "name": "orders-6d4cf56db6", "blockOwnerDeletion": true,
                        "uid": "3c4f0b1e-6393-11e8-b7cc-42010a800002",
                    }],
                },
                "spec": {
                    "containers": [{
                        "name": "orders",
                        "image": "orders:1.4.2",
                        "env": [{"name": "DB_PASSWORD", "value": "CANARY"}],
                        "ports": [{"containerPort": 9000, "protocol": "TCP"}],
                        "readinessProbe": {
                            "httpGet": {"path": "/ready", "port": 9000, "scheme": "HTTP"},
                        },
                        "resources": {},
                        "terminationMessagePath": "/dev/termination-log",
                    }],
                    "restartPolicy": "Always",
                    "serviceAccountName": "default",
                    "enableServiceLinks": true,
                },
                "status": {},
            },
            "oldObject": null,
            "dryRun": false,
            "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
        },
    })
}

fn update(wish: &str) -> Value {
    let mut review = pod(wish);
    review["request"]["operation"] = "UPDATE".into();
    review["request"]["name"] = "orders-6d4cf56db6-x8k2p".into();
    review["request"]["oldObject"] = review["request"]["object"].clone();
    review
}

fn service(wish: &str) -> Value {
    let mut review = pod(wish);
    let request = &mut review["request"];
    request["kind"]["kind"] = "Service".into();
    request["name"] = "orders".into();
    request["object"] = json!({
        "kind": "Service",
        "apiVersion": "v1",
        "metadata": {"name": "orders", "namespace": "shop", "labels": {"wish": wish}},
        "spec": {
            "ports": [{"name": "http", "protocol": "TCP", "port": 80, "targetPort": 9000}],
            "selector": {"app": "orders"},
            "type": "ClusterIP",
        },
    });
    review
}

fn deletion() -> Value {
    let mut review = update("patch");
    review["request"]["operation"] = "DELETE".into();
    review["request"]["object"] = Value::Null;
    review
}
