//! In service mode an account of our own asks: it logs in once for everybody, renews in time, is
//! replaced once when Keystone refuses it, and its troubles are never the client's fault.

use std::time::Duration;

use keystone_double::{ApplicationCredential, Fault, FaultKind, Operation, Scope, Secret};

use crate::support::{ACCOUNT, Client, Keystone, Scene, Upstream, eventually};

#[test]
fn nobody_logs_in_before_it_is_needed() {
    let scene = Scene::in_service_mode(&[]);
    assert_eq!(scene.sidecar.get("/", &[]).status, 401);
    assert_eq!(scene.keystone.calls().logins, 0);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!(scene.keystone.calls().logins, 1);
}

#[test]
fn many_requests_at_once_share_one_login() {
    let scene = Scene::in_service_mode(&[]);
    scene.keystone.fail(Fault::login(FaultKind::Delay(Duration::from_millis(100))));
    let mut clients: Vec<_> = (0..60)
        .map(|_| {
            let mut client = Client::connect(scene.sidecar.public);
            client.ask("GET", "/", &[("X-Auth-Token", &scene.token())]);
            client
        })
        .collect();
    assert!(clients.iter_mut().all(|client| client.response().status == 200));
    let calls = scene.keystone.calls();
    assert_eq!((calls.logins, calls.validations), (1, 60));
}

#[test]
fn our_token_asks_about_the_clients() {
    let scene = Scene::in_service_mode(&[]);
    let token = scene.token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    let asked = scene.keystone.questions().remove(0);
    assert_eq!(asked.header("x-subject-token"), Some(&token[..]));
    let own = asked.header("x-auth-token").unwrap();
    assert_ne!(own, token);
    assert_eq!(scene.upstream.last().headers("x-auth-token"), [token]);
    assert!(!scene.upstream.last().mentions(own), "our own token stays ours");
}

#[test]
fn an_application_credential_logs_in_too() {
    let keystone = Keystone::start();
    keystone.change(|world| {
        world.application_credentials.push(ApplicationCredential {
            name: "proxy".to_owned(),
            id: "proxy-credential".to_owned(),
            secret: Secret::from("s3cret"),
            user: "authsvc".to_owned(),
            project: "service".to_owned(),
            roles: Vec::new(),
            unrestricted: false,
            access_rules: Vec::new(),
        });
    });
    let scene = Scene::of(
        keystone,
        &[
            ("keystone.application_credential_id", "proxy-credential"),
            ("keystone.application_credential_secret", "s3cret"),
        ],
    );
    scene.assert_serves();
    assert_eq!(scene.keystone.calls().logins, 1);
}

#[test]
fn a_bad_client_token_is_a_401() {
    let scene = Scene::in_service_mode(&[]);
    let (revoked, expired) = (scene.token(), scene.token());
    scene.keystone.revoke(&revoked);
    scene.keystone.expire(&expired);
    for token in ["made-up", &revoked, &expired] {
        let response = scene.sidecar.get_as(token, "/");
        assert_eq!(response.status, 401);
        assert!(response.header("www-authenticate").is_some());
    }
    assert_eq!(scene.keystone.calls().logins, 1, "our own token is not in doubt");
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn n04_a_token_of_ours_that_keystone_refuses_is_replaced_once() {
    let scene = Scene::in_service_mode(&[]);
    scene.assert_serves();
    let own = scene.keystone.questions()[0].header("x-auth-token").unwrap().to_owned();
    scene.keystone.revoke(&own);
    scene.keystone.reset_calls();
    scene.assert_serves();
    let calls = scene.keystone.calls();
    assert_eq!((calls.logins, calls.validations), (1, 2));
}

#[test]
fn n04_a_refusal_that_a_new_token_does_not_cure_is_a_503() {
    let scene = Scene::in_service_mode(&[]);
    scene.keystone.fail(Fault::validate(FaultKind::status(401)));
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!(response.status, 503);
    let calls = scene.keystone.calls();
    assert_eq!((calls.logins, calls.validations), (2, 2));
}

#[test]
fn a_keystone_that_refuses_every_token_of_ours_is_not_flooded_with_logins() {
    let scene = Scene::in_service_mode(&[]);
    scene.keystone.fail(Fault::validate(FaultKind::status(401)));
    for _ in 0..20 {
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
    }
    let logins = scene.keystone.calls().logins;
    assert!(logins <= 5, "{logins} logins for 20 requests");
}

#[test]
fn a_401_about_one_token_costs_nobody_else_an_answer() {
    let scene = Scene::in_service_mode(&[]);
    let FaultKind::Answer(refusal) = FaultKind::status(401) else { unreachable!() };
    let cursed: Vec<_> = (0..10).map(|number| format!("cursed-{number}")).collect();
    for token in &cursed {
        scene.keystone.forge_raw(token, refusal.clone());
    }
    for token in &cursed {
        assert_eq!(scene.sidecar.get_as(token, "/cursed").status, 503);
        let good = scene.keystone.issue("bob", Scope::project("demo")).token();
        assert_eq!(scene.sidecar.get_as(&good, "/good").status, 200, "beside {token}");
    }
    assert!(scene.upstream.requests().iter().all(|seen| seen.target() == "/good"));
    let logins = scene.keystone.calls().logins;
    assert!(logins <= 2, "{logins} logins");
}

#[test]
fn a_wrong_password_is_a_503_and_no_flood_of_logins() {
    let mut settings = ACCOUNT;
    settings[2].1 = "wrong";
    let scene = Scene::with(&settings);
    for _ in 0..20 {
        let response = scene.sidecar.get_as(&scene.token(), "/");
        assert_eq!(response.status, 503);
        assert!(response.header("www-authenticate").is_none());
        assert!(response.header("retry-after").is_some());
    }
    let calls = scene.keystone.calls();
    assert_eq!((calls.logins, calls.validations), (1, 0));
}

#[test]
fn n05_an_account_that_may_not_ask_about_others_is_a_503() {
    let settings = [
        ("keystone.username", "carol"),
        ("keystone.user_domain_name", "Default"),
        ("keystone.password", "carolpw"),
        ("keystone.project_name", "other"),
        ("keystone.project_domain_name", "Default"),
    ];
    let scene = Scene::with(&settings);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
    assert_eq!(scene.sidecar.metric("portcullis_keystone_faults_total{kind=\"forbidden\"}"), 1.0);
}

#[test]
fn a_login_is_tried_again_once_its_failure_has_aged() {
    let scene = Scene::in_service_mode(&[]);
    scene.keystone.fail(Fault::login(FaultKind::status(503)).times(1));
    let token = scene.token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 503);
    eventually("it logs in again", || scene.sidecar.get_as(&token, "/").status == 200);
    assert_eq!(scene.keystone.calls().logins, 2);
}

#[test]
fn a_login_that_hangs_is_given_up_at_the_deadline() {
    let scene = Scene::in_service_mode(&[("keystone.timeout", "2s")]);
    let hang = scene.keystone.fail(Fault::login(FaultKind::Hang));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
    scene.keystone.heal_one(hang);
    scene.assert_serves();
}

#[test]
fn logins_are_never_redirected() {
    let scene = Scene::in_service_mode(&[]);
    let elsewhere = Upstream::start();
    scene.keystone.fail(Fault::login(FaultKind::Redirect(elsewhere.url())));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn a_token_of_another_scope_is_asked_about_just_the_same() {
    let scene = Scene::in_service_mode(&[]);
    for scope in [Scope::Unscoped, Scope::domain("Default"), Scope::system()] {
        let token = scene.keystone.issue("bob", scope).token();
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
        assert_eq!(scene.upstream.last().header("x-user-name"), Some("bob"));
    }
}

#[test]
fn n15_our_token_is_renewed_before_it_ends() {
    let scene = short_lived();
    scene.assert_serves();
    eventually("it is renewed", || {
        // Every request has a token that nobody knows yet.
        scene.assert_serves();
        scene.keystone.calls().logins == 2
    });
    let refused = "portcullis_keystone_requests_total{code=\"401\",operation=\"validate\"}";
    assert_eq!(scene.sidecar.metric(refused), 0.0, "the old token was good to its last use");
}

#[test]
fn a_renewal_that_fails_leaves_the_old_token_in_use() {
    let scene = short_lived();
    scene.assert_serves();
    scene.keystone.fail(Fault::new(Operation::Login, FaultKind::status(503)));
    eventually("renewal is tried", || {
        scene.assert_serves();
        scene.keystone.calls().logins == 2
    });
    for _ in 0..5 {
        scene.assert_serves();
    }
}

/// Our own token lives some twelve seconds: it is due to be renewed after 9.6, and Keystone's whole
/// seconds may end it after eleven.
fn short_lived() -> Scene {
    let scene = Scene::in_service_mode(&[]);
    scene.keystone.adjust(|profile| profile.token_lifetime = Duration::from_secs(12));
    scene
}
