//! What an API server is answered.

use serde_json::{Value, json};

use super::{POD, SERVICE, answered, asking, review, settings, values, with};
use crate::inject::{Settings, admit};

#[test]
fn a_pod_that_does_not_ask_is_admitted_as_it_is() {
    for object in [values(POD).remove(0), values(SERVICE).remove(0), Value::Null] {
        assert_eq!(answered(&object), json!({"uid": "u-1", "allowed": true}));
    }
}

#[test]
fn a_pod_that_asks_is_patched_and_the_patched_one_is_not() {
    let patched = answered(&asking());
    assert_eq!((&patched["allowed"], &patched["patchType"]), (&json!(true), &json!("JSONPatch")));
    let only = Settings { annotated_only: true, ..settings() };
    let after = with(&only, &asking().to_string()).text;
    let after = values(&after).remove(0);
    assert_eq!(answered(&after), json!({"uid": "u-1", "allowed": true}));
}

#[test]
fn a_pod_that_exists_is_left_alone_and_a_service_is_not() {
    let service =
        SERVICE.replace("{name: web}", "{name: web, annotations: {portcullis/inject: 'true'}}");
    let service = values(&service).remove(0);
    for (operation, part, object, patched) in [
        ("CREATE", "", asking(), true),
        ("UPDATE", "", asking(), false),
        ("CREATE", "ephemeralcontainers", asking(), false),
        ("UPDATE", "", service.clone(), true),
        ("UPDATE", "status", service, false),
    ] {
        let mut review: Value = serde_json::from_slice(&review(&object)).unwrap();
        review["request"]["operation"] = operation.into();
        review["request"]["subResource"] = part.into();
        let answer = admit(review.to_string().as_bytes(), &settings()).unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["response"]["patch"].is_string(), patched, "{operation} {part}");
    }
}

#[test]
fn a_pod_that_cannot_be_guarded_is_refused_with_the_reason() {
    let mut pod = asking();
    pod["spec"]["hostNetwork"] = true.into();
    let response = answered(&pod);
    assert_eq!((&response["allowed"], &response["status"]["code"]), (&json!(false), &json!(422)));
    let message = response["status"]["message"].as_str().unwrap();
    assert!(message.contains("hostNetwork"), "{message}");
}

#[test]
fn what_is_no_review_is_never_an_admission() {
    let version = json!({"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview"});
    for body in ["", "[]", "{}", "\"x\"", &version.to_string()] {
        assert!(admit(body.as_bytes(), &settings()).is_err(), "{body}");
    }
}
