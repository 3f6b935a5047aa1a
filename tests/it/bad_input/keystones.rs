//! What Keystone sends, or something that answers in its place: whatever makes no sense is a
//! failure to know, and never the client's fault.

use std::ops::RangeInclusive;
use std::time::Duration;

use keystone_double::{Canned, Fault, FaultKind};
use serde_json::json;

use crate::support::{Scene, Upstream};

use super::{UNAUTHORIZED, UNAVAILABLE, assert_refusal};

#[test]
fn json_cut_short_by_keystone_is_a_503() {
    keystone_says(FaultKind::Answer(Canned::new(200, "{\"token\": {\"user\"")), 1..=1);
}

#[test]
fn a_200_without_a_token_is_a_503() {
    keystone_says(FaultKind::Answer(Canned::json(200, &json!({"token": null}))), 1..=1);
    keystone_says(FaultKind::Answer(Canned::json(200, &json!({}))), 1..=1);
    keystone_says(FaultKind::Answer(Canned::new(200, "")), 1..=1);
}

#[test]
fn n09_a_token_without_an_expiry_is_a_503() {
    let answer = json!({"token": {"user": {"id": "u", "name": "n"}, "methods": ["password"]}});
    keystone_says(FaultKind::Answer(Canned::json(200, &answer)), 1..=1);
}

#[test]
fn json_nested_without_end_is_a_503() {
    keystone_says(FaultKind::Answer(Canned::new(200, "[".repeat(200_000))), 1..=1);
}

#[test]
fn a_page_for_people_is_a_503() {
    keystone_says(FaultKind::Html, 1..=1);
}

#[test]
fn a_404_of_something_that_is_not_keystone_is_a_503() {
    keystone_says(FaultKind::NotKeystone404, 1..=1);
}

#[test]
fn n11_an_answer_cut_in_the_middle_is_a_503() {
    keystone_says(FaultKind::Truncate, 1..=1);
}

#[test]
fn n11_an_answer_without_an_end_is_a_503() {
    keystone_says(FaultKind::Endless { pause: Duration::ZERO }, 1..=1);
    keystone_says(FaultKind::Endless { pause: Duration::from_millis(1) }, 1..=1);
}

#[test]
fn n11_an_answer_too_large_to_read_is_a_503() {
    keystone_says(FaultKind::Huge(3 << 20), 1..=1);
}

#[test]
fn m13_n10_an_answer_about_another_token_is_a_503() {
    keystone_says(FaultKind::OtherSubject, 1..=1);
}

#[test]
fn n08_a_redirect_is_a_503_and_the_token_is_not_carried_along() {
    let elsewhere = Upstream::start();
    keystone_says(FaultKind::Redirect(format!("{}/v3/auth/tokens", elsewhere.url())), 1..=1);
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_connection_that_is_reset_is_tried_again_and_then_a_503() {
    // One more when the connection that looked for Keystone at the start is used first.
    keystone_says(FaultKind::Reset, 3..=4);
}

#[test]
fn one_reset_costs_a_retry_and_nothing_else() {
    let scene = Scene::start();
    scene.keystone.fail(Fault::validate(FaultKind::Reset).times(1));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!(scene.keystone.validations(), 2);
}

#[test]
fn no_answer_at_all_is_a_503() {
    keystone_says(FaultKind::Hang, 1..=1);
}

#[test]
fn n03_every_failure_of_keystone_is_a_503() {
    for status in [400, 405, 410, 418, 500, 502, 503, 504] {
        keystone_says(FaultKind::status(status), 1..=1);
    }
}

#[test]
fn a_2xx_that_is_no_200_is_a_503() {
    for status in [201, 202, 204, 206] {
        keystone_says(FaultKind::Answer(Canned::new(status, "")), 1..=1);
    }
}

#[test]
fn n07_a_429_of_keystone_is_a_503_and_a_pause() {
    let scene = Scene::start();
    scene.keystone.fail(Fault::validate(FaultKind::too_many(Some("7"))).times(1));
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_refusal(&response, 503, UNAVAILABLE);
    assert_eq!(response.header("retry-after"), Some("7"));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503, "Keystone is left alone");
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn keystones_word_against_a_subject_is_a_401_and_against_the_asker_a_503() {
    let forbidden = |message: &str| {
        let error = json!({"code": 403, "title": "Forbidden", "message": message});
        FaultKind::Answer(Canned::json(403, &json!({ "error": error })))
    };
    const START: &str = "You are not authorized to perform the requested action";
    keystone_says(forbidden(&format!("{START}: identity:validate_token.")), 1..=1);

    let scene = Scene::start();
    scene.keystone.fail(Fault::validate(forbidden(&format!("{START}."))));
    assert_refusal(&scene.sidecar.get_as("trust-without-trustor", "/"), 401, UNAUTHORIZED);
}

/// Keystone answers by `fault`, is asked so often, and the client is told 503.
#[track_caller]
fn keystone_says(fault: FaultKind, questions: RangeInclusive<u64>) {
    let scene = Scene::with(&[("keystone.timeout", "2s")]);
    let shown = format!("{fault:?}");
    let shown: String = shown.chars().take(80).collect();
    let fault = scene.keystone.fail(Fault::validate(fault));
    let token = scene.token();
    let response = scene.sidecar.get_as(&token, "/");
    assert_refusal(&response, 503, UNAVAILABLE);
    assert_eq!(response.header("retry-after"), Some("5"), "{shown}");
    let asked = scene.keystone.validations();
    assert!(questions.contains(&asked), "{shown}: asked {asked} times");
    assert_eq!(scene.upstream.count(), 0, "{shown}");
    scene.keystone.heal_one(fault);
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200, "a failure is not remembered");
    scene.assert_serves();
}
