//! Who gets to know what about which token.

use http::Method;
use keystone_double::{Place, Scope, User};

use crate::client::Cloud;

fn alice(cloud: &Cloud) -> String {
    cloud.double.issue("alice", Scope::project("demo")).token()
}

fn service(cloud: &Cloud) -> String {
    cloud.double.issue("authsvc", Scope::project("service")).token()
}

#[tokio::test]
async fn a_project_token_shows_what_keystone_shows() {
    let cloud = Cloud::keystone().await;
    let token = alice(&cloud);
    let answer = cloud.validate(&token, &token).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-subject-token"), Some(token.as_str()));
    assert_eq!(answer.header("vary"), Some("X-Auth-Token"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.header("x-openstack-request-id").unwrap().starts_with("req-"));
    let token = &answer.json()["token"];
    let mut members: Vec<_> = token.as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "audit_ids",
            "expires_at",
            "is_domain",
            "issued_at",
            "methods",
            "project",
            "roles",
            "user"
        ]
    );
    assert_eq!(token["user"]["name"], "alice");
    assert_eq!(token["user"]["domain"]["id"], "default");
    assert_eq!(token["user"]["password_expires_at"], serde_json::Value::Null);
    assert_eq!(token["project"]["name"], "demo");
    assert_eq!(token["user"]["id"].as_str().unwrap().len(), 32);
    assert_eq!(answer.roles(), ["member", "reader"]);
}

#[tokio::test]
async fn the_catalogue_comes_unless_it_is_declined() {
    let cloud = Cloud::keystone().await;
    let token = alice(&cloud);
    let with = cloud.tokens(Method::GET, "", &token, &token).await.json();
    let catalog = with["token"]["catalog"].as_array().unwrap();
    assert_eq!(catalog.len(), 4);
    assert_eq!(catalog[0]["endpoints"][0]["url"], format!("http://{}/v3", cloud.host));
    let project = with["token"]["project"]["id"].as_str().unwrap();
    assert!(catalog[3]["endpoints"][0]["url"].as_str().unwrap().ends_with(project));
    let without = cloud.tokens(Method::GET, "?nocatalog", &token, &token).await.json();
    assert!(without["token"].get("catalog").is_none());
}

#[tokio::test]
async fn each_scope_shows_its_own_members() {
    let cloud = Cloud::keystone().await;
    let domain = cloud.double.issue("bob", Scope::domain("Default")).token();
    let answer = cloud.validate(&domain, &domain).await;
    assert_eq!(answer.json()["token"]["domain"]["name"], "Default");
    assert!(answer.json()["token"].get("project").is_none());
    assert_eq!(answer.roles(), ["admin", "manager", "member", "reader"]);

    let system = cloud.double.issue("bob", Scope::system()).token();
    let answer = cloud.tokens(Method::GET, "", &system, &system).await.json();
    assert_eq!(answer["token"]["system"]["all"], true);
    let last = &answer["token"]["catalog"][3];
    assert_eq!(last["endpoints"].as_array().unwrap().len(), 0, "needs a project");

    let unscoped = cloud.double.issue("alice", Scope::Unscoped).token();
    let answer = cloud.tokens(Method::GET, "", &unscoped, &unscoped).await.json();
    for member in ["roles", "catalog", "project", "is_domain"] {
        assert!(answer["token"].get(member).is_none(), "{member}");
    }
}

#[tokio::test]
async fn names_outside_ascii_travel_escaped() {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("Žluťoučký", Scope::project("東京")).token();
    let answer = cloud.validate(&token, &token).await;
    assert!(answer.body.is_ascii());
    assert_eq!(answer.json()["token"]["user"]["name"], "Žluťoučký");
    assert_eq!(answer.json()["token"]["project"]["name"], "東京");
}

#[tokio::test]
async fn a_caller_that_is_nobody_is_challenged() {
    let cloud = Cloud::keystone().await;
    let subject = alice(&cloud);
    let expired = alice(&cloud);
    cloud.double.expire(&expired);
    let revoked = alice(&cloud);
    cloud.double.revoke(&revoked);
    for caller in ["", "garbage", &expired, &revoked] {
        let answer = cloud.tokens(Method::GET, "?allow_expired=1", caller, &subject).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.json()["error"]["code"], 401);
        assert_eq!(answer.json()["error"]["title"], "Unauthorized");
        let challenge = format!("Keystone uri=\"http://{}/v3\"", cloud.host);
        assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()));
        assert_eq!(answer.body.len(), 109, "Keystone's own length");
    }
}

#[tokio::test]
async fn a_subject_that_is_no_good_is_not_found() {
    let cloud = Cloud::keystone().await;
    let caller = service(&cloud);
    let expired = alice(&cloud);
    cloud.double.expire(&expired);
    let revoked = alice(&cloud);
    cloud.double.revoke(&revoked);
    let roleless = cloud.double.issue("carol", Scope::project("demo")).token();
    for (subject, message) in [
        ("", "No token in the request".to_owned()),
        ("gAAAAgarbage", "Could not recognize Fernet token".to_owned()),
        (&expired, "Failed to validate token".to_owned()),
        (&revoked, "Failed to validate token".to_owned()),
        (&roleless, format!("Could not find token: {roleless}.")),
    ] {
        let answer = cloud.validate(&caller, subject).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.message(), message);
        assert_eq!(answer.json()["error"]["code"], 404);
        assert!(answer.header("www-authenticate").is_none());
    }
}

#[tokio::test]
async fn the_subject_is_looked_up_before_the_policy_is_asked() {
    let cloud = Cloud::keystone().await;
    let carol = cloud.double.issue("carol", Scope::project("other")).token();
    assert_eq!(cloud.validate(&carol, "garbage").await.status, 404);
    let answer = cloud.validate(&carol, &alice(&cloud)).await;
    assert_eq!(answer.status, 403);
    assert!(answer.message().ends_with("requested action: identity:validate_token."));
}

#[tokio::test]
async fn the_policy_lets_owners_admins_system_readers_and_services_ask() {
    let cloud = Cloud::keystone().await;
    cloud.double.change(|world| {
        world.users.push(User::new("dan").granted(Place::project("demo"), ["reader"]));
    });
    let subject = alice(&cloud);
    let other_of_alice = cloud.double.issue("alice", Scope::Unscoped).token();
    let admin = cloud.double.issue("bob", Scope::project("demo")).token();
    let reader = cloud.double.issue("sysreader", Scope::system()).token();
    let project_reader = cloud.double.issue("dan", Scope::project("demo")).token();
    for (caller, by_get, by_head) in [
        (&subject, 200, 200),
        (&other_of_alice, 200, 200),
        (&admin, 200, 200),
        (&reader, 200, 200),
        (&service(&cloud), 200, 403),
        (&project_reader, 403, 403),
    ] {
        assert_eq!(cloud.validate(caller, &subject).await.status, by_get);
        let head = cloud.tokens(Method::HEAD, "", caller, &subject).await;
        assert_eq!(head.status, by_head);
        assert!(head.body.is_empty());
    }
}

#[tokio::test]
async fn head_announces_the_length_of_the_get() {
    let cloud = Cloud::keystone().await;
    let token = alice(&cloud);
    let get = cloud.tokens(Method::GET, "", &token, &token).await;
    let head = cloud.tokens(Method::HEAD, "", &token, &token).await;
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_eq!(head.header("x-subject-token"), Some(token.as_str()));
}

#[tokio::test]
async fn an_expired_subject_can_be_asked_for_during_two_days() {
    let cloud = Cloud::keystone().await;
    let subject = alice(&cloud);
    cloud.double.advance(std::time::Duration::from_hours(1));
    let caller = service(&cloud);
    let ask = async |query| cloud.tokens(Method::GET, query, &caller, &subject).await.status;
    assert_eq!(ask("").await, 404);
    assert_eq!(ask("?allow_expired=0").await, 404);
    assert_eq!(ask("?nocatalog=1&allow_expired=1").await, 200);
    assert_eq!(ask("?allow_expired=true").await, 200);
    cloud.double.advance(std::time::Duration::from_hours(48));
    let caller = service(&cloud);
    let late = cloud.tokens(Method::GET, "?allow_expired=1", &caller, &subject).await;
    assert_eq!(late.status, 404);
}

#[tokio::test]
async fn padding_does_not_change_a_token() {
    let cloud = Cloud::keystone().await;
    let token = alice(&cloud);
    let answer = cloud.validate(&token, &format!("{token}==")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-subject-token"), Some(format!("{token}==").as_str()));
}

#[tokio::test]
async fn access_rules_are_shown_to_whoever_promises_to_enforce_them() {
    let cloud = Cloud::keystone().await;
    let token =
        cloud.double.issue("alice", Scope::Unscoped).application_credential("rules").token();
    let ask = async |version: &str| {
        let headers = [
            ("X-Auth-Token", token.as_str()),
            ("X-Subject-Token", token.as_str()),
            ("OpenStack-Identity-Access-Rules", version),
        ];
        cloud.send(Method::GET, "/v3/auth/tokens?nocatalog", &headers, "").await
    };
    for version in ["", "0.9"] {
        let answer = ask(version).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.message(), "Failed to validate token");
    }
    assert_eq!(ask("abc").await.status, 500);
    let answer = ask("1").await;
    assert_eq!(answer.status, 200);
    let credential = &answer.json()["token"]["application_credential"];
    assert_eq!(credential["restricted"], true);
    assert_eq!(credential["access_rules"][1]["path"], "/v2.1/servers/*");
}

#[tokio::test]
async fn a_trust_acts_for_its_trustor_while_the_trustor_could() {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("carol", Scope::Unscoped).trust("alice-to-carol").token();
    let answer = cloud.validate(&service(&cloud), &token).await;
    assert_eq!(answer.json()["token"]["user"]["name"], "alice");
    assert_eq!(answer.json()["token"]["OS-TRUST:trust"]["impersonation"], true);
    assert!(answer.json()["token"].get("is_domain").is_none());
    cloud.double.remove_role("alice", "demo", "member");
    let answer = cloud.validate(&service(&cloud), &token).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.message(), "You are not authorized to perform the requested action.");
}

#[tokio::test]
async fn a_recorded_token_is_described_to_whoever_may_ask() {
    let cloud = Cloud::keystone().await;
    let (service, alice) = (service(&cloud), alice(&cloud));
    let rules = serde_json::json!({"access_rules": []});
    for (token, end, more) in [
        ("good", "2199-01-01T00:00:00Z", None),
        ("ended", "2001-01-01T00:00:00Z", None),
        ("ruled", "2199-01-01T00:00:00Z", Some(rules)),
    ] {
        let mut body = serde_json::json!({"token": {"expires_at": end, "catalog": []}});
        body["token"]["application_credential"] = more.unwrap_or_default();
        cloud.double.replay(token, &body);
    }
    let ask = async |query: &str, caller: &str, token: &str| {
        cloud.tokens(Method::GET, query, caller, token).await
    };
    let with = ask("", &service, "good").await;
    assert_eq!((with.status.as_u16(), with.header("x-subject-token")), (200, Some("good")));
    assert!(with.json()["token"]["catalog"].is_array());
    let without = ask("?nocatalog", &service, "good==").await;
    assert!(without.status == 200 && without.json()["token"].get("catalog").is_none());
    assert_eq!(ask("", &alice, "good").await.status, 403);
    assert_eq!(ask("", &service, "ended").await.status, 404);
    assert_eq!(ask("?allow_expired=1", &service, "ended").await.status, 200);
    assert_eq!(ask("", &service, "ruled").await.status, 404);
}

#[tokio::test]
async fn a_forged_token_is_answered_as_forged_whoever_asks() {
    let cloud = Cloud::keystone().await;
    cloud.double.forge("forged", &serde_json::json!({"token": 7}));
    let answer = cloud.validate("forged", "forged").await;
    assert_eq!((answer.status.as_u16(), answer.json()["token"].clone()), (200, 7.into()));
    cloud.double.forge_raw("raw", keystone_double::Canned::new(299, "not JSON"));
    let answer = cloud.validate("raw", "raw").await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (299, b"not JSON".as_slice()));
}

#[tokio::test]
async fn tokens_of_two_hundred_kilobytes_are_taken() {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("alice", Scope::project("demo")).length(200_000).token();
    assert_eq!(token.len(), 200_000);
    assert_eq!(cloud.validate(&token, &token).await.status, 200);
}

#[tokio::test]
async fn roles_can_be_made_up() {
    let cloud = Cloud::keystone().await;
    let token = cloud.double.issue("carol", Scope::project("demo")).roles(["a,b", "é"]).token();
    assert_eq!(cloud.validate(&token, &token).await.roles(), ["a,b", "é"]);
}
