//! Each way of misbehaving, as its victim sees it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use keystone_double::{Canned, Fault, FaultKind, Operation, Scope};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::client::{Cloud, within};

async fn cloud() -> (Cloud, String) {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("alice", Scope::project("demo")).token();
    (cloud, token)
}

fn validation(cloud: &Cloud, token: &str) -> Request<Full<Bytes>> {
    let request = Request::get("/v3/auth/tokens").header("Host", &cloud.host);
    let request = request.header("X-Auth-Token", token).header("X-Subject-Token", token);
    request.body(Full::default()).unwrap()
}

#[tokio::test]
async fn a_status_is_answered_so_many_times_and_then_no_more() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::status(503)).times(2));
    for status in [503, 503, 200] {
        assert_eq!(cloud.validate(&token, &token).await.status, status);
    }
}

#[tokio::test]
async fn a_fault_hits_its_operation_only() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::new(Operation::Events, FaultKind::status(500)));
    cloud.double.fail(Fault::login(FaultKind::status(500)));
    assert_eq!(cloud.validate(&token, &token).await.status, 200);
    assert_eq!(cloud.get("/v3/OS-REVOKE/events", &token).await.status, 500);
    assert_eq!(cloud.login(&serde_json::json!({})).await.status, 500);
    cloud.double.fail(Fault::any(FaultKind::status(502)));
    assert_eq!(cloud.get("/v3", "").await.status, 502);
}

#[tokio::test]
async fn faults_heal_alone_and_together() {
    let (cloud, token) = cloud().await;
    let first = cloud.double.fail(Fault::validate(FaultKind::status(500)));
    cloud.double.fail(Fault::validate(FaultKind::too_many(Some("7"))));
    assert_eq!(cloud.validate(&token, &token).await.status, 500);
    cloud.double.heal_one(first);
    let answer = cloud.validate(&token, &token).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("7"));
    cloud.double.heal();
    assert_eq!(cloud.validate(&token, &token).await.status, 200);
}

#[tokio::test]
async fn prepared_answers_come_as_prepared() {
    let (cloud, token) = cloud().await;
    let canned = Canned::html(503, "<h1>down</h1>").header("X-Odd", "1");
    cloud.double.fail(Fault::any(FaultKind::Answer(canned)));
    let answer = cloud.validate(&token, &token).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("x-odd"), Some("1"));
    assert_eq!(&*answer.body, b"<h1>down</h1>");
    assert!(answer.header("vary").is_none());
}

#[tokio::test]
async fn a_hanging_request_arrives_and_is_not_answered() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::Hang));
    let request = cloud.raw(validation(&cloud, &token));
    let arrived = cloud.double.until(|calls| calls.validations_in_flight == 1);
    tokio::select! {
        _ = request => panic!("answered"),
        _ = within(arrived) => {}
    }
    within(cloud.double.until(|calls| calls.validations_in_flight == 0)).await;
}

#[tokio::test]
async fn a_gate_holds_answers_back_and_lets_them_go_one_by_one() {
    let (cloud, token) = cloud().await;
    let gate = Arc::new(Semaphore::new(0));
    cloud.double.fail(Fault::validate(FaultKind::Gate(Arc::clone(&gate))));
    let first = cloud.validate(&token, &token);
    let second = cloud.validate(&token, &token);
    let watch = async {
        within(cloud.double.until(|calls| calls.validations_in_flight == 2)).await;
        gate.add_permits(1);
        within(cloud.double.until(|calls| calls.validations_in_flight == 1)).await;
        gate.add_permits(1);
    };
    let (first, second, ()) = tokio::join!(first, second, watch);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    assert_eq!(cloud.double.calls().most_validations_in_flight, 2);
}

#[tokio::test]
async fn a_delay_passes_and_the_next_fault_answers() {
    let (cloud, token) = cloud().await;
    let delay = Duration::from_millis(30);
    cloud.double.fail(Fault::validate(FaultKind::Delay(delay)));
    cloud.double.fail(Fault::validate(FaultKind::status(504)));
    let start = std::time::Instant::now();
    assert_eq!(cloud.validate(&token, &token).await.status, 504);
    assert!(start.elapsed() >= delay);
}

#[tokio::test]
async fn a_reset_connection_ends_without_an_answer() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::Reset).times(1));
    assert!(cloud.raw(validation(&cloud, &token)).await.is_err());
    assert!(cloud.raw(validation(&cloud, &token)).await.is_ok());
}

#[tokio::test]
async fn a_truncated_answer_announces_more_than_it_sends() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::Truncate));
    let response = cloud.raw(validation(&cloud, &token)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("content-length"));
    assert!(within(response.into_body().collect()).await.is_err());
}

#[tokio::test]
async fn an_endless_answer_goes_on_quickly_or_slowly() {
    let (cloud, token) = cloud().await;
    for pause in [Duration::ZERO, Duration::from_millis(1)] {
        cloud.double.heal();
        cloud.double.fail(Fault::validate(FaultKind::Endless { pause }));
        let response = cloud.raw(validation(&cloud, &token)).await.unwrap();
        let mut body = response.into_body();
        for _ in 0..20 {
            let frame = within(body.frame()).await.unwrap().unwrap();
            assert!(!frame.into_data().unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn a_huge_answer_is_a_good_one_with_padding() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::Huge(3_000_000)));
    let answer = cloud.validate(&token, &token).await;
    assert_eq!(answer.body.len(), 3_000_000);
    assert_eq!(answer.json()["token"]["user"]["name"], "alice");
}

#[tokio::test]
async fn another_subject_is_echoed() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::OtherSubject));
    let answer = cloud.validate(&token, &token).await;
    assert_eq!(answer.status, 200);
    assert_ne!(answer.header("x-subject-token"), Some(token.as_str()));
    assert_eq!(answer.headers.get_all("x-subject-token").iter().count(), 1);
}

#[tokio::test]
async fn answers_of_what_is_no_keystone() {
    let (cloud, token) = cloud().await;
    let redirect = FaultKind::Redirect("http://elsewhere.example/".to_owned());
    for (kind, status) in
        [(redirect, 302), (FaultKind::Html, 200), (FaultKind::NotKeystone404, 404)]
    {
        cloud.double.heal();
        cloud.double.fail(Fault::validate(kind));
        let answer = cloud.validate(&token, &token).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("content-type"), Some("text/html"));
        let location = answer.header("location");
        assert_eq!(location, (status == 302).then_some("http://elsewhere.example/"));
    }
}

#[tokio::test]
async fn a_service_that_stops_closes_its_listener_and_connections() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::Hang));
    let host = cloud.host.clone();
    let request = cloud.raw(validation(&cloud, &token));
    let stop = async {
        within(cloud.double.until(|calls| calls.validations == 1)).await;
        cloud.stop();
    };
    let (answer, ()) = tokio::join!(request, stop);
    assert!(answer.is_err());
    let refused = timeout(Duration::from_secs(10), tokio::net::TcpStream::connect(host)).await;
    assert!(refused.unwrap().is_err());
}

#[tokio::test]
async fn a_method_other_than_get_is_no_validation() {
    let (cloud, token) = cloud().await;
    cloud.double.fail(Fault::validate(FaultKind::status(500)));
    assert_eq!(cloud.tokens(Method::DELETE, "", &token, &token).await.status, 204);
}
