//! Who may: tokens, rules, projects, scopes, and what becomes of a denial that is only watched.

use keystone_double::Scope;

use crate::support::Scene;

use super::{SERVICE, admin, assert_refused, project, stranger};

#[test]
fn an_authenticated_route_wants_a_valid_token_and_nothing_else() {
    let scene = Scene::guarding(SERVICE);
    assert_refused(&scene.sidecar.get("/me", &[]), 401);
    assert_refused(&scene.sidecar.get_as("made-up", "/me"), 401);
    let unscoped = scene.keystone.issue("carol", Scope::Unscoped).token();
    for token in [scene.token(), stranger(&scene), unscoped] {
        assert_eq!(scene.sidecar.get_as(&token, "/me").status, 200);
        assert_eq!(scene.upstream.last().headers("x-identity-status"), ["Confirmed"]);
    }
}

#[test]
fn a_role_and_the_path_s_own_project_open_a_project_route() {
    let scene = Scene::guarding(SERVICE);
    let (demo, other) = (project(&scene, "demo"), project(&scene, "other"));
    let member = scene.token();
    let carol = stranger(&scene);
    for (token, path, status) in [
        (&member, format!("/v3/{demo}/volumes"), 200),
        (&member, format!("/v3/{demo}/volumes/5/metadata"), 200),
        (&member, format!("/v3/{other}/volumes"), 403),
        (&carol, format!("/v3/{demo}/volumes"), 403),
        (&carol, format!("/v3/{other}/volumes"), 403),
        (&member, format!("/v1/AUTH_{demo}/c/o"), 200),
        (&member, format!("/v1/AUTH_{other}/c/o"), 403),
        (&member, format!("/v1/{demo}/c/o"), 403),
        (&member, format!("/v1/auth_{demo}/c/o"), 403),
    ] {
        let before = scene.upstream.count();
        assert_eq!(scene.sidecar.get_as(token, &path).status, status, "{path}");
        let passed = scene.upstream.count() - before;
        assert_eq!(passed, usize::from(status == 200), "{path}");
    }
}

#[test]
fn a_rule_says_no_with_403_and_a_bad_token_stays_a_401() {
    let scene = Scene::guarding(SERVICE);
    let path = format!("/v3/{}/volumes", project(&scene, "demo"));
    assert_refused(&scene.sidecar.get_as(&stranger(&scene), &path), 403);
    assert_refused(&scene.sidecar.get_as("made-up", &path), 401);
    assert_refused(&scene.sidecar.get(&path, &[]), 401);
    scene.keystone.stop();
    let unavailable = scene.sidecar.get_as(&"x".repeat(64), &path);
    assert_refused(&unavailable, 503);
    assert!(unavailable.header("retry-after").is_some());
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.sidecar.decisions_on("volumes", "deny", "rule"), 1.0);
    assert_eq!(scene.sidecar.decisions_on("volumes", "error", "unavailable"), 1.0);
}

#[test]
fn a_scope_that_a_route_is_not_for_is_refused_whatever_the_roles() {
    let scene = Scene::guarding(
        "routes:\n- {path: /system, check: '@', scope: system}\n\
         - {path: /some, check: '@', scope: [project, domain]}\n",
    );
    let token = |scope| scene.keystone.issue("bob", scope).token();
    let (system, domain) = (token(Scope::system()), token(Scope::domain("Default")));
    let (project, unscoped) = (token(Scope::project("demo")), token(Scope::Unscoped));
    for (token, on_system, on_some) in
        [(system, 200, 403), (domain, 403, 200), (project, 403, 200), (unscoped, 403, 403)]
    {
        assert_eq!(scene.sidecar.get_as(&token, "/system").status, on_system);
        assert_eq!(scene.sidecar.get_as(&token, "/some").status, on_some);
    }
    assert_eq!(scene.sidecar.decisions("deny", "scope"), 5.0);
}

#[test]
fn each_route_may_say_what_becomes_of_an_invalid_token() {
    const ROUTES: &str = "routes:\n- {path: /pass, check: 'role:member', invalid: pass}\n\
                          - {path: /refuse, check: 'role:member', invalid: refuse}\n\
                          - {path: /usual, check: 'role:member'}\n";
    for (delay, usual) in [("false", 401), ("true", 200)] {
        let scene = Scene::guarding(&format!("auth: {{delay_decision: {delay}}}\n{ROUTES}"));
        for token in ["", "made-up"] {
            assert_eq!(scene.sidecar.get_as(token, "/pass").status, 200, "{delay}");
            let seen = scene.upstream.last();
            assert_eq!(seen.headers("x-identity-status"), ["Invalid"]);
            assert_eq!(seen.header("x-roles"), None);
            assert_refused(&scene.sidecar.get_as(token, "/refuse"), 401);
            assert_eq!(scene.sidecar.get_as(token, "/usual").status, usual, "{delay}");
        }
        // Whom Keystone vouches for is judged by the rule wherever it is.
        for path in ["/pass", "/refuse", "/usual"] {
            assert_refused(&scene.sidecar.get_as(&stranger(&scene), path), 403);
            assert_eq!(scene.sidecar.get_as(&scene.token(), path).status, 200);
        }
        scene.keystone.stop();
        assert_refused(&scene.sidecar.get_as("another", "/pass"), 503);
    }
}

#[test]
fn shadow_mode_lets_through_what_it_would_deny_and_counts_it() {
    let scene = Scene::guarding(
        "routes:\n- {name: new, path: /new, check: 'role:admin', scope: project, shadow: true}\n",
    );
    let bob_of_the_system = scene.keystone.issue("bob", Scope::system()).token();
    for (token, decision, reason) in [
        (stranger(&scene), "shadow_deny", "rule"),
        (bob_of_the_system, "shadow_deny", "scope"),
        (admin(&scene), "allow", "confirmed"),
    ] {
        assert_eq!(scene.sidecar.get_as(&token, "/new").status, 200);
        assert_eq!(scene.upstream.last().headers("x-identity-status"), ["Confirmed"]);
        assert_eq!(scene.sidecar.decisions_on("new", decision, reason), 1.0, "{reason}");
    }
    // It watches the policy, not the tokens.
    assert_refused(&scene.sidecar.get_as("made-up", "/new"), 401);
    assert_refused(&scene.sidecar.get_as(&admin(&scene), "/other"), 403);
}

#[test]
fn a_rule_is_named_to_clients_only_when_they_may_know() {
    for (disclose, says) in [("false", "action."), ("true", "action: the owner's.")] {
        let scene = Scene::guarding(&format!(
            "policy:\n  disclose: {disclose}\n  rules: {{\"the owner's\": 'role:owner'}}\n\
             routes:\n- {{path: /, rule: \"the owner's\"}}\n\
             - {{path: /s, rule: \"the owner's\", scope: system}}\n"
        ));
        let refused = scene.sidecar.get_as(&scene.token(), "/");
        assert_refused(&refused, 403);
        let error = &refused.json()["error"];
        let message = error["message"].as_str().unwrap();
        assert_eq!(message, format!("You are not authorized to perform the requested {says}"));
        assert_eq!(error["title"], "Forbidden");
        for path in ["/s", "/nowhere"] {
            let refused = scene.sidecar.get_as(&scene.token(), path);
            assert_refused(&refused, 403);
            assert!(!refused.text().contains("owner"), "no rule was asked");
        }
    }
}
