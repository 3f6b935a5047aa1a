//! A service that calls on a user's behalf shows a token of its own. It is judged like the user's,
//! it can be had for nobody else, and all that it ever buys is time: in service mode, a user whose
//! token has ended meanwhile.

use std::time::Duration;

use keystone_double::Scope;
use portcullis::identity::{Class, TABLE};

use crate::support::{Keystone, Request, Response, Scene, eventually, sha256};

#[test]
fn a_good_one_adds_the_service_beside_the_user() {
    let scene = Scene::start();
    let (user, service) = (scene.token(), scene.service_token());
    assert_eq!(scene.sidecar.get_as(&user, "/").status, 200);
    let alone = scene.upstream.last();
    assert_eq!(scene.get_with(&user, &service).status, 200);
    let both = scene.upstream.last();
    let ids = (user_id(&scene.keystone, "nova"), project_id(&scene.keystone, "service"));
    let expected = [
        "x-service-identity-status: Confirmed".to_owned(),
        "x-service-project-domain-id: default".to_owned(),
        "x-service-project-domain-name: Default".to_owned(),
        format!("x-service-project-id: {}", ids.1),
        "x-service-project-name: service".to_owned(),
        "x-service-roles: service".to_owned(),
        format!("x-service-token: {service}"),
        "x-service-user-domain-id: default".to_owned(),
        "x-service-user-domain-name: Default".to_owned(),
        format!("x-service-user-id: {}", ids.0),
        "x-service-user-name: nova".to_owned(),
    ];
    assert_eq!(about_the_service(&both), expected);
    assert_eq!(about_the_user(&both), about_the_user(&alone));
    assert_eq!(scene.sidecar.decisions("allow", "confirmed"), 2.0);
}

#[test]
fn b13_a_bad_one_refuses_the_request_of_a_good_user() {
    let scene = Scene::start();
    let (expired, revoked) = (scene.service_token(), scene.service_token());
    scene.keystone.expire(&expired);
    scene.keystone.revoke(&revoked);
    for (count, bad) in ["made-up", "a,b", &expired, &revoked].into_iter().enumerate() {
        assert_unauthorized(&scene.get_with(&scene.token(), bad));
        let counted = u32::try_from(count + 1).unwrap();
        assert_eq!(scene.sidecar.decisions("deny", "service_token"), f64::from(counted), "{bad}");
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn b12_one_without_a_service_role_refuses_the_request() {
    let scene = Scene::start();
    let roleless = scene.keystone.issue("carol", Scope::project("other")).token();
    assert_unauthorized(&scene.get_with(&scene.token(), &roleless));
    let unscoped = scene.keystone.issue("nova", Scope::Unscoped).token();
    assert_unauthorized(&scene.get_with(&scene.token(), &unscoped));
    assert_eq!(scene.sidecar.decisions("deny", "service_role"), 2.0);
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn two_are_none_that_counts_even_when_they_are_the_same() {
    let scene = Scene::start();
    let (user, service) = (scene.token(), scene.service_token());
    for other in [&service[..], "made-up", ""] {
        let fields = [
            ("X-Service-Token", &service[..]),
            ("X-Auth-Token", &user),
            ("X-Service-Token", other),
        ];
        assert_unauthorized(&scene.sidecar.get("/", &fields));
    }
    assert_eq!(scene.sidecar.decisions("deny", "service_token"), 3.0);
    assert_eq!((scene.upstream.count(), scene.keystone.validations()), (0, 0));
}

#[test]
fn one_that_is_too_long_is_a_431_that_nobody_is_asked_about() {
    let scene = Scene::with(&[("server.max_token", "1KiB")]);
    let response = scene.get_with(&scene.token(), &"x".repeat(1025));
    assert_eq!(response.status, 431, "{response:?}");
    assert_eq!(scene.sidecar.decisions("deny", "service_token"), 1.0);
    assert_eq!((scene.upstream.count(), scene.keystone.validations()), (0, 0));
}

#[test]
fn an_empty_one_is_as_good_as_none() {
    let scene = Scene::start();
    for empty in ["", " \t "] {
        assert_eq!(scene.get_with(&scene.token(), empty).status, 200, "{empty:?}");
        let seen = about_the_service(&scene.upstream.last());
        assert!(seen.iter().all(|line| line == "x-service-token: "), "{seen:?}");
    }
    assert_eq!(scene.keystone.validations(), 2, "the users' alone");
}

#[test]
fn one_alone_admits_nobody() {
    let scene = Scene::start();
    let service = scene.service_token();
    assert_unauthorized(&scene.sidecar.get("/", &[("X-Service-Token", &service)]));
    assert_unauthorized(&scene.get_with("", &service));
    assert_eq!(scene.sidecar.decisions("deny", "missing"), 2.0);
    assert_unauthorized(&scene.get_with("made-up", &service));
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn when_nobody_can_tell_about_it_the_answer_is_503_and_not_401() {
    let scene = Scene::start();
    let user = scene.token();
    assert_eq!(scene.sidecar.get_as(&user, "/").status, 200);
    scene.keystone.stop();
    scene.upstream.forget();
    let response = scene.get_with(&user, &scene.service_token());
    assert_eq!((response.status, response.header("retry-after")), (503, Some("5")));
    assert_eq!(response.header("www-authenticate"), None);
    assert_eq!(scene.sidecar.decisions("error", "unavailable"), 1.0);
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn any_role_of_the_list_makes_one_and_only_in_its_own_spelling() {
    for (roles, status) in [("admin,service", 200), ("Service,SERVICE,serv", 401), ("", 401)] {
        let scene = Scene::with(&[("auth.service_token_roles", roles)]);
        let response = scene.get_with(&scene.token(), &scene.service_token());
        assert_eq!(response.status, status, "{roles:?}");
    }
}

#[test]
fn where_roles_are_optional_a_roleless_one_is_reported_and_a_bad_one_is_still_refused() {
    let scene = Scene::with(&[("auth.service_token_roles_required", "false")]);
    let roleless = scene.keystone.issue("carol", Scope::project("other")).token();
    assert_eq!(scene.get_with(&scene.token(), &roleless).status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-service-identity-status"), ["Confirmed"]);
    assert_eq!(seen.headers("x-service-roles"), ["reader"]);
    assert_unauthorized(&scene.get_with(&scene.token(), "made-up"));
}

#[test]
fn where_roles_are_optional_a_roleless_one_still_buys_no_time() {
    let scene = Scene::in_service_mode(&[("auth.service_token_roles_required", "false")]);
    let roleless = scene.keystone.issue("carol", Scope::project("other")).token();
    assert_unauthorized(&scene.get_with(&expired(&scene), &roleless));
    assert!(!overlooks_expiry(&scene.keystone));
    assert_eq!(scene.get_with(&expired(&scene), &scene.service_token()).status, 200);
}

#[test]
fn one_token_may_stand_for_both_when_it_may_stand_for_a_service() {
    let scene = Scene::start();
    let user = scene.token();
    assert_unauthorized(&scene.get_with(&user, &user));
    let service = scene.service_token();
    assert_eq!(scene.get_with(&service, &service).status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.header("x-user-name"), Some("nova"));
    assert_eq!(seen.header("x-service-user-name"), Some("nova"));
    assert_eq!(scene.keystone.validations(), 2, "each token was asked about once");

    let lax = Scene::with(&[("auth.service_token_roles_required", "false")]);
    let user = lax.token();
    assert_eq!(lax.get_with(&user, &user).status, 200);
    let seen = lax.upstream.last();
    assert_eq!(seen.header("x-user-name"), seen.header("x-service-user-name"));
    assert_eq!(lax.keystone.validations(), 1);
}

#[test]
fn in_service_mode_it_vouches_for_a_user_whose_token_has_ended() {
    let scene = Scene::in_service_mode(&[]);
    let user = expired(&scene);
    assert_eq!(scene.get_with(&user, &scene.service_token()).status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-identity-status"), ["Confirmed"]);
    assert_eq!(seen.headers("x-user-name"), ["alice"]);
    let asked = scene.keystone.questions();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].query, "nocatalog=1", "the service token has to be good as it is");
    assert_eq!(asked[1].query, "nocatalog=1&allow_expired=1");
    assert_eq!(asked[1].header("x-subject-token"), Some(&user[..]));
}

#[test]
fn m05_what_it_vouched_for_admits_nobody_without_it() {
    let scene = Scene::in_service_mode(&[]);
    let (user, service) = (expired(&scene), scene.service_token());
    for _ in 0..3 {
        assert_eq!(scene.get_with(&user, &service).status, 200);
        assert_unauthorized(&scene.sidecar.get_as(&user, "/alone"));
    }
    let seen = scene.upstream.requests();
    assert_eq!((seen.len(), seen.iter().any(|seen| seen.target() == "/alone")), (3, false));
    assert_eq!(scene.keystone.validations(), 3, "the service, vouched for, alone; all remembered");
}

#[test]
fn m05_what_was_refused_alone_can_still_be_vouched_for() {
    let scene = Scene::in_service_mode(&[]);
    let (user, service) = (expired(&scene), scene.service_token());
    assert_unauthorized(&scene.sidecar.get_as(&user, "/"));
    assert_eq!(scene.get_with(&user, &service).status, 200);
}

#[test]
fn in_self_mode_nobody_vouches_for_a_token_that_has_ended() {
    let scene = Scene::start();
    let (user, service) = (expired(&scene), scene.service_token());
    assert_unauthorized(&scene.get_with(&user, &service));
    assert!(!overlooks_expiry(&scene.keystone), "it would have to speak for itself");
}

#[test]
fn it_vouches_for_nothing_but_time() {
    let scene = Scene::in_service_mode(&[]);
    let service = scene.service_token();
    let (revoked, both) = (scene.token(), expired(&scene));
    scene.keystone.revoke(&revoked);
    scene.keystone.revoke(&both);
    for user in ["made-up", &revoked, &both] {
        assert_unauthorized(&scene.get_with(user, &service));
    }
    scene.keystone.disable_user("alice");
    assert_unauthorized(&scene.get_with(&expired(&scene), &service));
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn an_expired_one_vouches_for_nobody_itself_included() {
    let scene = Scene::in_service_mode(&[]);
    let service = scene.service_token();
    scene.keystone.expire(&service);
    for user in [&expired(&scene), &service, &scene.token()] {
        assert_unauthorized(&scene.get_with(user, &service));
    }
    assert!(!overlooks_expiry(&scene.keystone));
}

#[test]
fn a_user_who_is_known_already_costs_no_question_beside_it() {
    let scene = Scene::in_service_mode(&[]);
    let (user, service) = (scene.token(), scene.service_token());
    assert_eq!(scene.sidecar.get_as(&user, "/").status, 200);
    assert_eq!(scene.keystone.validations(), 1);
    for _ in 0..3 {
        assert_eq!(scene.get_with(&user, &service).status, 200);
    }
    assert_eq!(scene.keystone.validations(), 2, "one more, about the service");
}

#[test]
fn an_answer_that_may_overlook_expiry_is_no_answer_for_a_plain_request() {
    let scene = Scene::in_service_mode(&[]);
    let (user, service) = (scene.token(), scene.service_token());
    assert_eq!(scene.get_with(&user, &service).status, 200);
    assert_eq!(scene.sidecar.get_as(&user, "/").status, 200);
    let queries: Vec<_> = scene.keystone.questions().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, ["nocatalog=1", "nocatalog=1&allow_expired=1", "nocatalog=1"]);
}

#[test]
fn a_user_token_that_ends_while_it_is_remembered_is_asked_about_again() {
    let scene = Scene::in_service_mode(&[]);
    let issue = scene.keystone.issue("alice", Scope::project("demo"));
    let (user, service) = (issue.lifetime(Duration::from_secs(4)).token(), scene.service_token());
    assert_eq!(scene.get_with(&scene.token(), &service).status, 200, "so that nova is known");
    assert_eq!(scene.sidecar.get_as(&user, "/").status, 200);
    eventually("it ends", || scene.sidecar.get_as(&user, "/").status == 401);
    scene.keystone.reset_calls();
    assert_eq!(scene.get_with(&user, &service).status, 200);
    let asked = scene.keystone.questions();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].query, "nocatalog=1&allow_expired=1");
    assert_unauthorized(&scene.sidecar.get_as(&user, "/"));
}

#[test]
fn a_purge_by_digest_takes_both_answers_about_a_token() {
    let scene = Scene::in_service_mode(&[]);
    let (user, service) = (scene.token(), scene.service_token());
    assert_eq!(scene.get_with(&user, &service).status, 200);
    assert_eq!(scene.sidecar.get_as(&user, "/").status, 200);
    scene.keystone.revoke(&user);
    let page = format!("/cache?token_digest={}", sha256(&user));
    assert_eq!(scene.sidecar.operate("DELETE", &page, &[]).json()["purged"], 2);
    assert_unauthorized(&scene.get_with(&user, &service));
    assert_unauthorized(&scene.sidecar.get_as(&user, "/"));
}

#[test]
fn a14_the_systems_scope_is_the_users_and_never_the_services() {
    let scene = Scene::start();
    let system = scene.keystone.issue("bob", Scope::system()).token();
    assert_eq!(scene.get_with(&system, &scene.service_token()).status, 200);
    assert_eq!(scene.upstream.last().headers("openstack-system-scope"), ["all"]);
    let of_system = scene.keystone.issue("nova", Scope::system()).roles(["service"]).token();
    assert_eq!(scene.get_with(&scene.token(), &of_system).status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-service-user-name"), ["nova"]);
    assert_eq!(seen.header("openstack-system-scope"), None);
    assert!(!seen.mentions("x-service-project"), "{:?}", seen.sorted());
}

#[test]
fn a_domains_service_is_told_as_one() {
    let scene = Scene::start();
    let of_domain =
        scene.keystone.issue("nova", Scope::domain("Default")).roles(["service"]).token();
    assert_eq!(scene.get_with(&scene.token(), &of_domain).status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-service-domain-id"), ["default"]);
    assert_eq!(seen.headers("x-service-domain-name"), ["Default"]);
    assert!(!seen.mentions("x-service-project") && seen.header("x-domain-id").is_none());
}

#[test]
fn what_a_client_says_of_a_service_is_removed_in_every_mode() {
    let lax = [("auth.delay_decision", "true"), ("auth.service_token_roles_required", "false")];
    for scene in [Scene::start(), Scene::in_service_mode(&[]), Scene::with(&lax)] {
        let (user, service) = (scene.token(), scene.service_token());
        for tokens in [
            vec![("X-Auth-Token", &user)],
            vec![("X-Auth-Token", &user), ("X-Service-Token", &service)],
        ] {
            let tokens: Vec<_> = tokens.iter().map(|(name, token)| (*name, &token[..])).collect();
            assert_eq!(scene.sidecar.get("/", &tokens).status, 200);
            let truth = about_the_service(&scene.upstream.last());
            let lies: Vec<_> = claims().iter().map(|name| (&name[..], "EVIL")).collect::<Vec<_>>();
            assert_eq!(lies.len(), 12);
            let fields = [&lies[..], &tokens, &lies].concat();
            assert_eq!(scene.sidecar.get("/", &fields).status, 200);
            let seen = scene.upstream.last();
            assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
            assert_eq!(about_the_service(&seen), truth);
        }
    }
}

/// A token of alice's that has ended.
#[track_caller]
fn expired(scene: &Scene) -> String {
    let token = scene.token();
    scene.keystone.expire(&token);
    token
}

/// Whether Keystone was ever asked to overlook that a token has ended.
fn overlooks_expiry(keystone: &Keystone) -> bool {
    keystone.questions().iter().any(|seen| seen.query.contains("allow_expired"))
}

/// Every name that is set of a service.
fn claims() -> Vec<&'static str> {
    let rows = TABLE.iter().filter(|row| matches!(row.class, Class::Service(_)));
    rows.map(|row| row.name.as_str()).collect()
}

fn about_the_service(seen: &Request) -> Vec<String> {
    seen.sorted().into_iter().filter(|line| line.starts_with("x-service-")).collect()
}

fn about_the_user(seen: &Request) -> Vec<String> {
    let other = |line: &String| {
        !line.starts_with("x-service-") && !line.starts_with("x-openstack-request-id")
    };
    seen.sorted().into_iter().filter(other).collect()
}

#[track_caller]
fn assert_unauthorized(response: &Response) {
    assert_eq!(response.status, 401, "{response:?}");
    assert_eq!(response.headers("www-authenticate").len(), 1);
}

fn user_id(keystone: &Keystone, name: &str) -> String {
    keystone.world().users.into_iter().find(|user| user.name == name).unwrap().id
}

fn project_id(keystone: &Keystone, name: &str) -> String {
    keystone.world().projects.into_iter().find(|project| project.name == name).unwrap().id
}
