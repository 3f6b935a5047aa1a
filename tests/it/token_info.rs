//! The token's other facts in `X-Portcullis-Token-Info`: only when they are wanted, only the
//! user's, and only what Keystone said.

use keystone_double::Scope;
use serde_json::{Value, json};

use crate::support::{Scene, get};

const ON: (&str, &str) = ("headers.token_info", "true");
const LEFT_OUT: &str = "portcullis_identity_fields_left_out_total{field=\"token_info\"}";

#[test]
fn nobody_gets_it_unasked() {
    let scene = Scene::start();
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!(scene.upstream.last().header("x-portcullis-token-info"), None);
}

#[test]
fn a_plain_token_tells_when_it_ends_and_how_it_was_obtained() {
    let scene = Scene::with(&[ON]);
    let token = scene.token();
    let said = describe(&scene, &token);
    let expected = json!({
        "audit_ids": said["audit_ids"],
        "expires_at": said["expires_at"],
        "is_domain": false,
        "issued_at": said["issued_at"],
        "methods": ["password"],
    });
    assert_eq!(told(&scene, &token), expected);
}

#[test]
fn an_application_credential_is_named_without_its_rules() {
    let scene = Scene::with(&[ON, ("auth.service_type", "compute")]);
    for name in ["restricted", "unrestricted", "rules"] {
        let issue = scene.keystone.issue("alice", Scope::Unscoped);
        let token = issue.application_credential(name).token();
        let credentials = scene.keystone.world().application_credentials;
        let credential = credentials.into_iter().find(|one| one.name == name).unwrap();
        let info = told_at(&scene, &token, "/v2.1/servers");
        assert_eq!(
            info["application_credential"],
            json!({"id": credential.id, "name": name, "restricted": !credential.unrestricted})
        );
        assert_eq!(info["methods"], json!(["application_credential"]));
    }
}

#[test]
fn a_trust_tells_both_its_parties() {
    let scene = Scene::in_service_mode(&[ON]);
    let token = scene.keystone.issue("carol", Scope::Unscoped).trust("alice-to-carol").token();
    let said = scene.keystone.world();
    let id = |name: &str| said.users.iter().find(|user| user.name == name).unwrap().id.clone();
    assert_eq!(
        told(&scene, &token)["trust"],
        json!({
            "id": "alice-to-carol", "impersonation": true,
            "trustee_user_id": id("carol"), "trustor_user_id": id("alice"),
        })
    );
}

#[test]
fn a_federated_user_tells_where_it_came_from() {
    let scene = Scene::with(&[ON]);
    scene.keystone.forge("federated", &federated());
    let info = told(&scene, "federated");
    let federation = json!({
        "groups": ["g1", "g2"], "identity_provider": "idp ☂", "protocol": "mapped",
    });
    assert_eq!(info["federation"], federation);
    let sent = scene.upstream.last().headers("x-portcullis-token-info").remove(0);
    assert!(sent.is_ascii() && sent.contains("\"idp \\u2602\""), "{sent}");
    assert!(sent.contains("{\"groups\":[\"g1\",\"g2\"],"), "compact: {sent}");
}

#[test]
fn it_is_never_the_calling_services() {
    let scene = Scene::with(&[ON, ("auth.service_token_roles", "reader")]);
    let issue = scene.keystone.issue("alice", Scope::Unscoped);
    let service = issue.application_credential("restricted").token();
    let user = scene.token();
    let alone = told(&scene, &user);
    assert_eq!(scene.get_with(&user, &service).status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-service-identity-status"), ["Confirmed"]);
    let sent = seen.headers("x-portcullis-token-info");
    assert_eq!(sent.len(), 1);
    assert_eq!(serde_json::from_str::<Value>(&sent[0]).unwrap(), alone);
}

#[test]
fn a_bad_user_has_none_and_the_services_is_not_told_instead() {
    let scene = Scene::with(&[ON, ("auth.delay_decision", "true")]);
    assert_eq!(scene.get_with("made-up", &scene.service_token()).status, 200);
    assert_eq!(scene.upstream.last().header("x-portcullis-token-info"), None);
}

#[test]
fn a_clients_own_is_removed_whether_there_is_a_true_one_or_not() {
    for settings in [&[][..], &[ON], &[ON, ("auth.delay_decision", "true")]] {
        let scene = Scene::with(settings);
        let lie = ("X-Portcullis-Token-Info", "EVIL");
        let fields =
            [lie, ("X-Auth-Token", &scene.token()), lie, ("X_Portcullis.Token-Info", "EVIL")];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        let seen = scene.upstream.last();
        assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
    }
}

#[test]
fn one_that_is_too_long_is_left_out_and_counted_and_the_request_passes() {
    let scene = Scene::with(&[ON, ("headers.max_field", "1KiB")]);
    let mut body = federated();
    body["token"]["methods"] = (0..200).map(|at| format!("method-{at}")).collect();
    scene.keystone.forge("long", &body);
    assert_eq!(scene.sidecar.get_as("long", "/").status, 200);
    assert_eq!(scene.upstream.last().header("x-portcullis-token-info"), None);
    assert_eq!(scene.sidecar.metric(LEFT_OUT), 1.0);
}

/// What Keystone says of somebody whom another identity provider vouches for.
fn federated() -> Value {
    json!({"token": {
        "methods": ["mapped"],
        "expires_at": "2199-01-01T00:00:00.000000Z",
        "user": {
            "id": "u", "name": "fed", "domain": {"id": "Federated", "name": "Federated"},
            "OS-FEDERATION": {
                "groups": [{"id": "g1"}, {"id": "g2"}],
                "identity_provider": {"id": "idp ☂"},
                "protocol": {"id": "mapped"},
            },
        },
    }})
}

/// What the service is told about this token.
#[track_caller]
fn told(scene: &Scene, token: &str) -> Value {
    told_at(scene, token, "/")
}

#[track_caller]
fn told_at(scene: &Scene, token: &str, path: &str) -> Value {
    assert_eq!(scene.sidecar.get_as(token, path).status, 200);
    let sent = scene.upstream.last().headers("x-portcullis-token-info");
    assert_eq!(sent.len(), 1);
    serde_json::from_str(&sent[0]).expect("JSON")
}

/// What Keystone says about it when it is asked without the proxy.
#[track_caller]
fn describe(scene: &Scene, token: &str) -> Value {
    let tokens = [("X-Auth-Token", token), ("X-Subject-Token", token)];
    get(scene.keystone.address(), "/v3/auth/tokens", &tokens).json()["token"].clone()
}
