//! What happens to tokens between their making and their end.

use http::Method;
use keystone_double::Scope;

use crate::client::Cloud;

/// A token of alice's on `demo`, and a service's to ask with.
async fn pair() -> (Cloud, String, String) {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("alice", Scope::project("demo")).token();
    let service = cloud.double.issue("authsvc", Scope::project("service")).token();
    (cloud, token, service)
}

#[tokio::test]
async fn a_deleted_token_is_gone_at_once_and_listed() {
    let (cloud, token, service) = pair().await;
    let shown = cloud.validate(&token, &token).await.json();
    let answer = cloud.tokens(Method::DELETE, "", &token, &token).await;
    assert_eq!(answer.status, 204);
    assert!(answer.body.is_empty());
    assert_eq!(cloud.validate(&service, &token).await.status, 404);
    let admin = cloud.double.issue("bob", Scope::project("demo")).token();
    assert_eq!(cloud.tokens(Method::DELETE, "", &admin, &token).await.status, 404);

    let list = cloud.get("/v3/OS-REVOKE/events", &service).await.json();
    let id = &shown["token"]["audit_ids"][0];
    assert_eq!(&list["events"][0]["audit_id"], id);
    assert_eq!(&list["events"][1]["audit_chain_id"], id);
    let at = list["events"][0]["revoked_at"].as_str().unwrap();
    assert!(at.ends_with(".000000Z"));
    assert_eq!(list["events"][0]["issued_before"], at);
    assert!(list["links"]["self"].as_str().unwrap().ends_with("/v3/OS-REVOKE/events"));
}

#[tokio::test]
async fn a_service_may_not_delete_the_tokens_of_others() {
    let (cloud, token, service) = pair().await;
    assert_eq!(cloud.tokens(Method::DELETE, "", &service, &token).await.status, 403);
    let admin = cloud.double.issue("bob", Scope::system()).token();
    assert_eq!(cloud.tokens(Method::DELETE, "", &admin, &token).await.status, 204);
}

#[tokio::test]
async fn a_parent_takes_its_descendants_along_and_a_child_nobody() {
    let (cloud, parent, service) = pair().await;
    let child = cloud.double.issue("alice", Scope::project("demo")).parent(&parent).token();
    let grandchild = cloud.double.issue("alice", Scope::Unscoped).parent(&child).token();
    cloud.double.revoke(&child);
    assert_eq!(cloud.validate(&service, &parent).await.status, 200);
    assert_eq!(cloud.validate(&service, &grandchild).await.status, 200);
    let sibling = cloud.double.issue("alice", Scope::project("demo")).parent(&parent).token();
    cloud.tokens(Method::DELETE, "", &parent, &parent).await;
    assert_eq!(cloud.validate(&service, &grandchild).await.status, 404);
    assert_eq!(cloud.validate(&service, &sibling).await.status, 404);
}

#[tokio::test]
async fn a_deletion_without_cascade_spares_the_descendants() {
    let (cloud, parent, service) = pair().await;
    let child = cloud.double.issue("alice", Scope::project("demo")).parent(&parent).token();
    cloud.tokens(Method::DELETE, "?cascade=false", &parent, &parent).await;
    assert_eq!(cloud.validate(&service, &parent).await.status, 404);
    assert_eq!(cloud.validate(&service, &child).await.status, 200);
}

#[tokio::test]
async fn the_revocation_list_is_for_services_and_admins_and_starts_anywhere() {
    let (cloud, token, service) = pair().await;
    let answer = cloud.get("/v3/OS-REVOKE/events", &token).await;
    assert_eq!(answer.status, 403);
    assert!(answer.message().ends_with("identity:list_revoke_events."));
    assert_eq!(cloud.get("/v3/OS-REVOKE/events?since=tomorrow", &service).await.status, 400);

    cloud.double.revoke(&token);
    cloud.double.advance(std::time::Duration::from_mins(1));
    cloud.double.disable_user("carol");
    let all = cloud.get("/v3/OS-REVOKE/events", &service).await.json();
    let all = all["events"].as_array().unwrap();
    assert_eq!(all.len(), 3);
    let since = all[2]["revoked_at"].as_str().unwrap();
    assert!(all[2].get("user_id").is_some());
    let path = format!("/v3/OS-REVOKE/events?since={}", since.replace(':', "%3A"));
    let late = cloud.get(&path, &service).await.json();
    assert_eq!(late["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_disabled_user_loses_its_tokens_for_good() {
    let (cloud, token, service) = pair().await;
    cloud.double.disable_user("alice");
    assert_eq!(cloud.validate(&service, &token).await.message(), "Failed to validate token");
    assert_eq!(cloud.validate(&token, &token).await.status, 401);
    cloud.double.enable_user("alice");
    assert_eq!(cloud.validate(&service, &token).await.status, 404);
    let next = cloud.double.issue("alice", Scope::project("demo")).token();
    assert_eq!(cloud.validate(&service, &next).await.status, 200);
}

#[tokio::test]
async fn a_new_password_ends_the_tokens_got_with_the_old_one() {
    let (cloud, token, service) = pair().await;
    cloud.double.set_password("alice", "new");
    assert_eq!(cloud.validate(&service, &token).await.status, 404);
}

#[tokio::test]
async fn tokens_sleep_while_their_project_or_domain_is_disabled() {
    let (cloud, token, service) = pair().await;
    cloud.double.change(|world| world.domains.push(keystone_double::Domain::new("Acme")));
    cloud.double.change(|world| {
        world.users.push(keystone_double::User {
            domain: "Acme".to_owned(),
            ..keystone_double::User::new("ann")
        });
        let ann = world.users.last_mut().unwrap();
        *ann = ann.clone().granted(keystone_double::Place::domain("Acme"), ["reader"]);
    });
    let domain = cloud.double.issue("ann", Scope::domain("Acme")).token();
    assert_eq!(cloud.validate(&service, &domain).await.status, 200);
    cloud.double.disable_domain("Acme");
    assert_eq!(cloud.validate(&service, &domain).await.status, 404);
    cloud.double.enable_domain("Acme");
    assert_eq!(cloud.validate(&service, &domain).await.status, 200);

    cloud.double.disable_project("demo");
    let answer = cloud.validate(&service, &token).await;
    assert_eq!(answer.status, 404);
    assert!(answer.message().starts_with("Unable to validate token because project "));
    cloud.double.enable_project("demo");
    assert_eq!(cloud.validate(&service, &token).await.status, 200);
    let events = cloud.get("/v3/OS-REVOKE/events", &service).await.json();
    assert_eq!(events["events"].as_array().unwrap().len(), 0, "no list tells");
}

#[tokio::test]
async fn roles_and_names_change_under_a_live_token() {
    let (cloud, token, service) = pair().await;
    cloud.double.grant_role("alice", "demo", "auditor");
    assert_eq!(cloud.validate(&service, &token).await.roles(), ["member", "reader", "auditor"]);
    for role in ["member", "reader", "auditor"] {
        cloud.double.remove_role("alice", "demo", role);
    }
    assert_eq!(cloud.validate(&service, &token).await.status, 404);
    cloud.double.grant_role("alice", "demo", "reader");
    cloud.double.rename_user("alice", "alicia");
    cloud.double.rename_project("demo", "show");
    let answer = cloud.validate(&service, &token).await;
    assert_eq!(answer.json()["token"]["user"]["name"], "alicia");
    assert_eq!(answer.json()["token"]["project"]["name"], "show");
}

#[tokio::test]
async fn a_deleted_application_credential_takes_its_tokens_along() {
    let (cloud, _, service) = pair().await;
    let issue = cloud.double.issue("alice", Scope::Unscoped);
    let token = issue.application_credential("unrestricted").token();
    assert_eq!(cloud.validate(&service, &token).await.status, 200);
    cloud.double.delete_application_credential("unrestricted");
    assert_eq!(cloud.validate(&service, &token).await.status, 404);
}

#[tokio::test]
async fn a_lifetime_ends_when_the_clock_says_so() {
    let (cloud, _, service) = pair().await;
    let issue = cloud.double.issue("alice", Scope::project("demo"));
    let token = issue.lifetime(std::time::Duration::from_mins(5)).token();
    cloud.double.advance(std::time::Duration::from_mins(4));
    assert_eq!(cloud.validate(&service, &token).await.status, 200);
    cloud.double.advance(std::time::Duration::from_mins(1));
    assert_eq!(cloud.validate(&service, &token).await.status, 404);
}
