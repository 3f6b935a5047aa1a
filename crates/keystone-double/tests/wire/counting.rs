//! What the double remembers of being asked.

use http::Method;
use keystone_double::{Calls, Double, Scope, World};

use crate::client::Cloud;

#[tokio::test]
async fn every_operation_is_counted_by_itself() {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("bob", Scope::system()).token();
    cloud.validate(&token, &token).await;
    cloud.tokens(Method::HEAD, "", &token, &token).await;
    cloud.login(&serde_json::json!({})).await;
    cloud.get("/", "").await;
    cloud.get("/v3/", "").await;
    cloud.get("/v3/OS-REVOKE/events", &token).await;
    cloud.get("/v3/auth/projects", &token).await;
    cloud.tokens(Method::DELETE, "", &token, &token).await;
    let expected = Calls {
        validations: 2,
        logins: 1,
        revocations: 1,
        events: 1,
        discoveries: 2,
        total: 8,
        connections: 8,
        validations_in_flight: 0,
        most_validations_in_flight: 1,
    };
    assert_eq!(cloud.double.calls(), expected);
    cloud.double.reset_calls();
    assert_eq!(cloud.double.calls(), Calls::default());
    assert!(cloud.double.requests().is_empty());
}

#[tokio::test]
async fn requests_are_kept_as_received_without_printing_tokens() {
    let cloud = Cloud::keystone().await;
    cloud.validate("secret-caller", "secret-subject").await;
    let requests = cloud.double.requests();
    let seen = requests.last().unwrap();
    assert_eq!(seen.method, Method::GET);
    assert_eq!((seen.path.as_str(), seen.query.as_str()), ("/v3/auth/tokens", "nocatalog=1"));
    assert_eq!(seen.header("x-auth-token"), Some("secret-caller"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert!(!format!("{requests:?} {:?}", cloud.double).contains("secret"));
}

#[tokio::test]
async fn only_the_latest_thousand_requests_are_kept() {
    let double = Double::new(World::sample());
    let (client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(double.serve_stream(server));
    let io = hyper_util::rt::TokioIo::new(client);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    for number in 0..1010 {
        sender.ready().await.unwrap();
        let request = http::Request::get(format!("/v3/{number}")).header("Host", "double");
        let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).unwrap();
        let response = sender.send_request(request).await.unwrap();
        let _ = http_body_util::BodyExt::collect(response).await.unwrap();
    }
    assert_eq!(double.requests().len(), 1000);
    assert_eq!(double.requests()[0].path, "/v3/10");
    assert_eq!((double.calls().total, double.calls().connections), (1010, 1));
}

#[test]
fn nothing_that_holds_a_password_prints_it() {
    let world = World::sample();
    assert!(!format!("{world:?}").contains("alicepw"));
    assert!(!format!("{world:?}").contains("secret-rules"));
}

#[test]
fn a_world_is_read_from_a_file_and_its_mistakes_are_named() {
    let world = serde_json::json!({
        "projects": [{"name": "web"}],
        "users": [{"name": "ann", "password": "x", "grants": [
            {"project": "web", "roles": ["member"]},
            {"system": true, "roles": ["reader"]},
            {"project": "wbe", "roles": ["member"]},
        ]}, {"name": "ann", "password": "y"}],
    });
    let world: World = serde_json::from_value(world).unwrap();
    assert_eq!(
        world.problems(),
        ["user ann: there are two of them", "user ann: roles on no project wbe"]
    );
    assert!(World::sample().problems().is_empty());
    let both = serde_json::json!({"project": "a", "domain": "b", "roles": []});
    assert!(serde_json::from_value::<keystone_double::Grant>(both).is_err());
    assert!(serde_json::from_value::<World>(serde_json::json!({"user": []})).is_err());
}

#[test]
#[should_panic(expected = "the double knows no user \"alcie\"")]
fn a_test_that_misspells_a_user_is_told() {
    Double::new(World::sample()).disable_user("alcie");
}
