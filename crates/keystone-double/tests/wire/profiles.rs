//! How each known cloud differs from upstream.

use http::Method;
use keystone_double::{Profile, Scope};
use serde_json::Value;

use crate::client::Cloud;

async fn cloud(profile: Profile) -> (Cloud, String) {
    let cloud = Cloud::of(profile).await;
    let token = cloud.double.issue("alice", Scope::project("demo")).token();
    (cloud, token)
}

#[tokio::test]
async fn every_cloud_validates_a_token_with_itself() {
    for profile in [
        Profile::keystone(),
        Profile::xloud(),
        Profile::openapi(),
        Profile::ovhcloud(),
        Profile::otc(),
        Profile::cloudpe(),
    ] {
        let (cloud, token) = cloud(profile).await;
        let answer = cloud.validate(&token, &token).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["token"]["project"]["name"], "demo");
    }
}

#[tokio::test]
async fn xloud_lives_below_a_prefix_and_nowhere_else() {
    let (cloud, token) = cloud(Profile::xloud()).await;
    assert_eq!(cloud.get("/v3", "").await.status, 404);
    assert_eq!(cloud.get("/identityv3", "").await.status, 404);
    let root = cloud.get("/identity/", "").await;
    assert_eq!(root.status, 300);
    let link = format!("http://{}/identity/v3/", cloud.host);
    assert_eq!(root.header("location"), Some(link.as_str()));
    let refused = cloud.validate("garbage", &token).await;
    let challenge = format!("Keystone uri=\"http://{}/identity/v3\"", cloud.host);
    assert_eq!(refused.header("www-authenticate"), Some(challenge.as_str()));
    assert_eq!(cloud.get("/identity/v3/auth/tokens/OS-PKI/revoked", &token).await.status, 410);
}

#[tokio::test]
async fn openapi_sends_every_member_it_knows_and_all_scopes_at_once() {
    let (cloud, token) = cloud(Profile::openapi()).await;
    let body = cloud.validate(&token, &token).await.json();
    for pointer in [
        "/token/user/options",
        "/token/user/links/self",
        "/token/user/domain/links",
        "/token/project/parent_id",
        "/token/project/tags/0",
        "/token/roles/0/domain_id",
        "/token/roles/0/links",
        "/token/domain/name",
        "/token/system/all",
        "/token/is_domain",
    ] {
        assert!(body.pointer(pointer).is_some(), "{pointer}");
    }
    assert!(body["token"]["expires_at"].as_str().unwrap().contains(".000Z"));
}

#[tokio::test]
async fn any_member_can_be_left_out() {
    let (cloud, token) = cloud(Profile::openapi()).await;
    for pointer in ["/token/user/domain", "/token/is_domain", "/token/roles"] {
        cloud.double.adjust(|profile| profile.omitted = vec![pointer.to_owned()]);
        let body = cloud.validate(&token, &token).await.json();
        assert!(body.pointer(pointer).is_none(), "{pointer}");
    }
}

#[tokio::test]
async fn ovhcloud_limits_validations_and_says_so_in_its_own_words() {
    let (cloud, token) = cloud(Profile::ovhcloud()).await;
    let body = cloud.validate(&token, &token).await.json();
    assert_eq!(body["token"]["is_admin_project"], false);
    assert_eq!(body["token"]["is_domain"], false);
    for _ in 1..60 {
        assert_eq!(cloud.validate(&token, &token).await.status, 200);
    }
    let answer = cloud.validate(&token, &token).await;
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_none());
    assert!(answer.json()["error"]["status"].is_string());
    assert!(answer.json()["error"].get("code").is_none());
    cloud.double.advance(std::time::Duration::from_mins(1));
    assert_eq!(cloud.validate(&token, &token).await.status, 200);
}

#[tokio::test]
async fn ovhcloud_has_many_regions() {
    let profile = Profile { strict: false, ..Profile::ovhcloud() };
    let (cloud, token) = cloud(profile).await;
    let body = cloud.tokens(Method::GET, "", &token, &token).await.json();
    assert_eq!(body["token"]["catalog"][0]["endpoints"].as_array().unwrap().len(), 75);
}

#[tokio::test]
async fn otc_takes_nocatalog_with_a_value_only() {
    let profile = Profile { strict: false, ..Profile::otc() };
    let (cloud, token) = cloud(profile).await;
    assert_eq!(token.len(), 4700);
    let with = cloud.tokens(Method::GET, "?nocatalog", &token, &token).await;
    assert!(with.json()["token"]["catalog"].is_array());
    let without = cloud.tokens(Method::GET, "?nocatalog=yes", &token, &token).await.json();
    assert!(without["token"].get("catalog").is_none());
    assert_eq!(without["token"]["roles"][0]["id"], "0");
    assert!(without["token"]["expires_at"].as_str().unwrap().ends_with(".000000"));
}

#[tokio::test]
async fn otc_refuses_in_the_words_of_a_gateway() {
    let (cloud, token) = cloud(Profile::otc()).await;
    let unknown = cloud.validate("garbage", "garbage").await;
    assert_eq!(unknown.status, 401);
    assert_eq!(unknown.json()["error_code"], "APIGW.0307");
    let nowhere = cloud.get("/v3/nope", "").await;
    assert_eq!(nowhere.status, 404);
    assert!(nowhere.json()["error_msg"].is_string());
    let other = cloud.double.issue("nova", Scope::project("service")).token();
    assert_eq!(cloud.validate(&other, &token).await.status, 403);
}

#[tokio::test]
async fn an_agency_token_names_who_assumed_it() {
    let (cloud, _) = cloud(Profile::otc()).await;
    let token = cloud.double.issue("alice", Scope::project("demo")).assumed_by("bob").token();
    let body = cloud.validate(&token, &token).await.json();
    assert_eq!(body["token"]["assumed_by"]["user"]["name"], "bob");
}

#[tokio::test]
async fn cloudpe_answers_401_about_any_token_but_the_callers() {
    let (cloud, token) = cloud(Profile::cloudpe().limited(3, Some("30"))).await;
    let service = cloud.double.issue("authsvc", Scope::project("service")).token();
    assert_eq!(cloud.validate(&service, &token).await.status, 401);
    assert_eq!(cloud.validate(&token, &token).await.status, 200);
    cloud.double.advance(std::time::Duration::from_hours(1));
    assert_eq!(cloud.validate(&token, &token).await.status, 401);
    for _ in 0..2 {
        cloud.validate(&token, &token).await;
    }
    let answer = cloud.validate(&token, &token).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("30"));
}

#[tokio::test]
async fn a_strict_cloud_names_what_is_wrong_with_a_request() {
    let (cloud, token) = cloud(Profile::cloudpe()).await;
    let both = [("X-Auth-Token", token.as_str()), ("X-Subject-Token", token.as_str())];
    let json = [both[0], both[1], ("Accept", "application/json")];
    for (path, headers, complaint) in [
        ("/v3/auth/tokens?nocatalog=1", &both[..1], "X-Subject-Token is missing."),
        ("/v3/auth/tokens?nocatalog=1", &both[..], "Accept is not application/json."),
        ("/v3/auth/tokens?nocatalog", &json[..], "The query is not nocatalog=1."),
        ("/v3/auth/tokens?nocatalog=1&x=2", &json[..], "The query is not nocatalog=1."),
        ("//v3/auth/tokens?nocatalog=1", &json[..], "the path holds two slashes in a row"),
    ] {
        let answer = cloud.send(Method::GET, path, headers, "").await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.message().starts_with(complaint), "{}", answer.message());
    }
}

#[tokio::test]
async fn a_server_with_a_header_limit_answers_431_and_no_json() {
    let profile = Profile { header_limit: Some(8190), ..Profile::keystone() };
    let (cloud, token) = cloud(profile).await;
    assert_eq!(cloud.validate(&token, &"x".repeat(8000)).await.status, 404);
    let answer = cloud.validate(&token, &"x".repeat(8191)).await;
    assert_eq!(answer.status, 431);
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());
}

#[tokio::test]
async fn an_admin_project_is_told_from_others() {
    let (cloud, token) = cloud(Profile::keystone()).await;
    let said = async || {
        let body = cloud.validate(&token, &token).await.json();
        body["token"].get("is_admin_project").cloned()
    };
    assert_eq!(said().await, None);
    cloud.double.change(|world| world.admin_project = Some("demo".to_owned()));
    assert_eq!(said().await, Some(Value::Bool(true)));
    cloud.double.change(|world| world.admin_project = Some("other".to_owned()));
    assert_eq!(said().await, Some(Value::Bool(false)));
}
