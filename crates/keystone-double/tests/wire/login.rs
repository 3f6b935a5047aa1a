//! How tokens are obtained.

use http::Method;
use keystone_double::Scope;
use serde_json::{Value, json};

use crate::client::{Answer, Cloud};

fn password(user: &str, password: &str, scope: Option<Value>) -> Value {
    let user = json!({"name": user, "domain": {"id": "default"}, "password": password});
    with_scope(&json!({"methods": ["password"], "password": {"user": user}}), scope)
}

fn with_scope(identity: &Value, scope: Option<Value>) -> Value {
    let mut auth = json!({ "identity": identity });
    if let Some(scope) = scope {
        auth["scope"] = scope;
    }
    json!({ "auth": auth })
}

fn demo() -> Value {
    json!({"project": {"name": "demo", "domain": {"name": "Default"}}})
}

fn credential(id: &str, secret: &str, scope: Option<Value>) -> Value {
    let proof = json!({"id": id, "secret": secret});
    let identity = json!({"methods": ["application_credential"], "application_credential": proof});
    with_scope(&identity, scope)
}

fn subject(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    answer.header("x-subject-token").unwrap().to_owned()
}

#[tokio::test]
async fn a_password_buys_a_token_of_any_scope() {
    let cloud = Cloud::keystone().await;
    for (scope, length, member) in [
        (Some(demo()), 183, Some("project")),
        (Some(json!({"domain": {"id": "default"}})), 162, Some("domain")),
        (Some(json!({"system": {"all": true}})), 162, Some("system")),
        (Some(json!("unscoped")), 162, None),
        (None, 162, None),
    ] {
        let answer = cloud.login(&password("bob", "bobpw", scope)).await;
        let token = subject(&answer);
        assert!(token.starts_with("gAAAA"));
        assert_eq!(token.len(), length);
        let shown = cloud.tokens(Method::GET, "", &token, &token).await;
        assert_eq!(shown.json(), answer.json(), "a GET equals the POST");
        if let Some(member) = member {
            assert!(shown.json()["token"].get(member).is_some());
        }
        assert_eq!(shown.json()["token"]["methods"], json!(["password"]));
    }
}

#[tokio::test]
async fn every_refusal_reads_the_same() {
    let cloud = Cloud::keystone().await;
    cloud.double.disable_user("carol");
    cloud.double.disable_project("other");
    let nowhere = json!({"project": {"id": "nowhere"}});
    let other = json!({"project": {"name": "other", "domain": {"id": "default"}}});
    let unknown = json!({"methods": ["totp"], "totp": {}});
    for body in [
        password("alice", "wrong", None),
        password("nobody", "nobodypw", None),
        password("carol", "carolpw", None),
        password("alice", "alicepw", Some(nowhere)),
        password("alice", "alicepw", Some(other)),
        password("nova", "novapw", Some(demo())),
        credential("nothing", "secret-rules", None),
        with_scope(&unknown, None),
    ] {
        let answer = cloud.login(&body).await;
        assert_eq!(answer.status, 401, "{body}");
        assert_eq!(answer.message(), "The request you have made requires authentication.");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Keystone uri="));
        assert!(answer.header("x-subject-token").is_none());
    }
}

#[tokio::test]
async fn a_body_that_makes_no_sense_is_a_bad_request() {
    let cloud = Cloud::keystone().await;
    for (body, start) in [
        ("{", "Expecting to find valid JSON in request body."),
        ("", "Expecting to find auth in request body."),
        ("{}", "Expecting to find auth in request body."),
        (r#"{"auth": {"identity": {"methods": ["password"]}}}"#, "Expecting to find password"),
    ] {
        let answer = cloud.send(Method::POST, "/v3/auth/tokens", &[], body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.message().starts_with(start), "{}", answer.message());
    }
    let long = " ".repeat(200_000);
    let answer = cloud.send(Method::POST, "/v3/auth/tokens", &[], &long).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn an_application_credential_is_bound_to_its_project_and_roles() {
    let cloud = Cloud::keystone().await;
    let id = cloud.double.world().application_credential("restricted").unwrap().id.clone();
    let answer = cloud.login(&credential(&id, "secret-restricted", None)).await;
    let token = subject(&answer);
    assert_eq!(token.len(), 204);
    assert_eq!(answer.roles(), ["reader"]);
    assert_eq!(answer.json()["token"]["project"]["name"], "demo");
    assert_eq!(answer.json()["token"]["application_credential"]["name"], "restricted");
    assert_eq!(cloud.login(&credential(&id, "wrong", None)).await.status, 401);

    let by_token = json!({"methods": ["token"], "token": {"id": token}});
    let answer = cloud.login(&with_scope(&by_token, Some(demo()))).await;
    assert_eq!(answer.status, 403);
    assert!(answer.message().contains("Using a delegated token to create another token"));
}

#[tokio::test]
async fn a_token_buys_another_that_ends_with_it() {
    let cloud = Cloud::keystone().await;
    let first = subject(&cloud.login(&password("alice", "alicepw", None)).await);
    cloud.double.advance(std::time::Duration::from_mins(10));
    let by_token = json!({"methods": ["token"], "token": {"id": first}});
    let answer = cloud.login(&with_scope(&by_token, Some(demo()))).await;
    assert_eq!(subject(&answer).len(), 204);
    let parent = cloud.validate(&first, &first).await.json();
    let child = answer.json();
    assert_eq!(child["token"]["methods"], json!(["password", "token"]));
    assert_eq!(child["token"]["audit_ids"][1], parent["token"]["audit_ids"][0]);
    assert_eq!(child["token"]["expires_at"], parent["token"]["expires_at"]);
    assert_ne!(child["token"]["issued_at"], parent["token"]["issued_at"]);
}

#[tokio::test]
async fn a_trust_can_be_logged_in_to_by_its_trustee_only() {
    let cloud = Cloud::keystone().await;
    let scope = Some(json!({"OS-TRUST:trust": {"id": "alice-to-carol"}}));
    let answer = cloud.login(&password("carol", "carolpw", scope.clone())).await;
    assert_eq!(subject(&answer).len(), 226);
    assert_eq!(answer.json()["token"]["user"]["name"], "alice");
    assert_eq!(cloud.login(&password("nova", "novapw", scope)).await.status, 403);
}

#[tokio::test]
async fn a_default_project_is_the_scope_of_logins_that_name_none() {
    let cloud = Cloud::keystone().await;
    cloud.double.change(|world| {
        world.user_mut("alice").unwrap().default_project = Some("demo".to_owned());
    });
    let answer = cloud.login(&password("alice", "alicepw", None)).await;
    assert_eq!(answer.json()["token"]["project"]["name"], "demo");
    let answer = cloud.login(&password("alice", "alicepw", Some(json!("unscoped")))).await;
    assert!(answer.json()["token"].get("project").is_none());
}

#[tokio::test]
async fn versions_are_discovered_without_a_token() {
    let cloud = Cloud::keystone().await;
    let root = cloud.get("/", "").await;
    assert_eq!(root.status, 300);
    let link = format!("http://{}/v3/", cloud.host);
    assert_eq!(root.header("location"), Some(link.as_str()));
    assert_eq!(root.json()["versions"]["values"][0]["links"][0]["href"], link);
    for path in ["/v3", "/v3/"] {
        let answer = cloud.get(path, "").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["version"]["id"], "v3.14");
    }
}

#[tokio::test]
async fn a_token_lists_its_catalogue_and_projects() {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("alice", Scope::project("demo")).token();
    let catalog = cloud.get("/v3/auth/catalog", &token).await.json();
    assert_eq!(catalog["catalog"][0]["type"], "identity");
    let projects = cloud.get("/v3/auth/projects", &token).await.json();
    assert_eq!(projects["projects"].as_array().unwrap().len(), 1);
    assert_eq!(projects["projects"][0]["name"], "demo");
    let unscoped = cloud.double.issue("alice", Scope::Unscoped).token();
    assert_eq!(cloud.get("/v3/auth/catalog", &unscoped).await.status, 403);
    assert_eq!(cloud.get("/v3/auth/projects", "").await.status, 401);
}

#[tokio::test]
async fn what_is_not_there_is_answered_by_the_web_framework() {
    let cloud = Cloud::keystone().await;
    let answer = cloud.get("/v3/nope", "").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    let answer = cloud.send(Method::PUT, "/v3/auth/tokens", &[], "").await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), Some("HEAD, OPTIONS, GET, POST, DELETE"));
    assert_eq!(answer.json()["message"], "The method is not allowed for the requested URL.");
}
