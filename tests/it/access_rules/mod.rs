//! An application credential with access rules is good for what its rules allow and nothing else,
//! whatever the client writes and whoever it claims to be.

mod garbage;

use keystone_double::{AccessRule, ApplicationCredential, Scope, Secret};
use serde_json::{Value, json};

use crate::support::{Client, Keystone, Response, Scene};

const COMPUTE: (&str, &str) = ("auth.service_type", "compute");
const LAX: (&str, &str) = ("auth.service_token_roles_required", "false");
const DENIED: &str = "/v2.1/flavors";

/// What the sample credential's rules allow, and what comes near: `GET /v2.1/servers`,
/// `GET /v2.1/servers/*` and `POST /v2.1/{project_id}/**`.
const REQUESTS: &[(&str, &str, bool)] = &[
    ("GET", "/v2.1/servers", true),
    ("GET", "/v2.1/servers?limit=1&path=/v2.1/flavors", true),
    ("GET", "/v2.1/servers/abc", true),
    ("GET", "/v2.1/servers/%61bc", true),
    ("GET", "/v2.1/servers/a%20b", true),
    ("POST", "/v2.1/p1/a/b/c", true),
    ("GET", "/v2.1/flavors", false),
    ("DELETE", "/v2.1/servers", false),
    ("HEAD", "/v2.1/servers", false),
    ("OPTIONS", "/v2.1/servers", false),
    ("POST", "/v2.1/servers", false),
    ("GET", "/v2.1/servers/", false),
    ("GET", "/v2.1/servers/abc/ips", false),
    ("GET", "/v2.1/SERVERS", false),
    ("GET", "/v2x1/servers", false),
    ("GET", "/V2.1/servers", false),
    ("GET", "/v2.1/servers/..", false),
    ("GET", "/v2.1/servers/%2e%2E", false),
    ("GET", "/v2.1/servers/%252e%252e", false),
    ("GET", "/v2.1/servers/..;x=1", false),
    ("GET", "/v2.1/servers/a%2Fb", false),
    ("GET", "/v2.1/servers/a%5cb", false),
    ("GET", "/v2.1/servers/a%252fb", false),
    ("GET", "/v2.1/servers%0a", false),
    ("GET", "/v2.1/servers/%00", false),
    ("GET", "/v2.1/servers/%zz", false),
    ("GET", "/prefix/v2.1/servers", false),
    ("POST", "/v2.1/p1/../../admin", false),
    ("POST", "/v2.1/p1/%2e%2e/admin", false),
    ("POST", "/v2.1/p1/a/..%2f..%2f..%2fadmin", false),
];

#[test]
fn b14_b15_a_request_passes_when_a_rule_allows_it_in_every_reading() {
    let scene = Scene::with(&[COMPUTE]);
    let token = restricted(&scene.keystone);
    for (method, path, allowed) in REQUESTS {
        scene.upstream.forget();
        let response = ask(&scene, method, path, &[("X-Auth-Token", &token)]);
        assert_eq!(response.status, if *allowed { 200 } else { 401 }, "{method} {path}");
        let targets: Vec<_> =
            scene.upstream.requests().iter().map(|seen| seen.target().to_owned()).collect();
        assert_eq!(targets, if *allowed { vec![*path] } else { vec![] }, "{method} {path}");
    }
    let denied = REQUESTS.iter().filter(|(_, _, allowed)| !allowed).count();
    let denied = f64::from(u32::try_from(denied).unwrap());
    assert_eq!(scene.sidecar.decisions("deny", "restricted"), denied);
    assert_eq!(scene.keystone.validations(), 2, "the rules are remembered with the token");
}

#[test]
fn a_refusal_is_worded_like_any_other() {
    let scene = Scene::with(&[COMPUTE]);
    let (token, challenge) = (restricted(&scene.keystone), scene.keystone.url());
    let response = scene.sidecar.get_as(&token, DENIED);
    assert_eq!(response.text(), scene.sidecar.get("/", &[]).text());
    let challenge = format!("Keystone uri=\"{challenge}\"");
    assert_eq!(response.headers("www-authenticate"), [challenge]);
}

#[test]
fn b14_a_promise_to_keystone_is_made_only_where_it_is_kept() {
    let lie = ("OpenStack-Identity-Access-Rules", "1");
    for (settings, promised) in [(&[][..], None), (&[COMPUTE], Some("1"))] {
        for scene in [Scene::with(settings), Scene::in_service_mode(settings)] {
            let fields = [lie, ("X-Auth-Token", &scene.token())];
            assert_eq!(scene.sidecar.get("/", &fields).status, 200);
            let asked = scene.keystone.questions().remove(0);
            assert_eq!(asked.header("openstack-identity-access-rules"), promised);
            assert_eq!(scene.upstream.last().header(lie.0), None);
        }
    }
}

#[test]
fn without_a_service_type_such_tokens_are_refused() {
    let scene = Scene::start();
    let token = restricted(&scene.keystone);
    assert_unauthorized(&scene.sidecar.get_as(&token, "/v2.1/servers"));
    // Should Keystone show one all the same.
    scene.keystone.forge("shown", &document(&json!([rule("GET", "/**")]), &["compute"]));
    assert_unauthorized(&scene.sidecar.get_as("shown", "/v2.1/servers"));
    let service = scene.service_token();
    for token in [&token, "shown"] {
        assert_unauthorized(&scene.get_with(token, &service));
    }
    assert_eq!(scene.sidecar.decisions("deny", "restricted"), 2.0);
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn rules_for_another_service_are_none_for_this_one() {
    for other in ["image", "dns", "Compute", "compute "] {
        let scene = Scene::with(&[("auth.service_type", other)]);
        let token = restricted(&scene.keystone);
        assert_unauthorized(&scene.sidecar.get_as(&token, "/v2.1/servers"));
        assert_eq!(scene.upstream.count(), 0, "{other}");
    }
}

#[test]
fn a_service_that_the_catalogue_does_not_list_is_not_meant() {
    let scene = Scene::with(&[("auth.service_type", "dns")]);
    let rules = json!([{"service": "dns", "method": "GET", "path": "/**"}]);
    scene.keystone.forge("unlisted", &document(&rules, &["compute"]));
    scene.keystone.forge("listed", &document(&rules, &["compute", "dns"]));
    assert_unauthorized(&scene.sidecar.get_as("unlisted", "/"));
    assert_eq!(scene.sidecar.get_as("listed", "/").status, 200);
    let service = scene.service_token();
    assert_unauthorized(&scene.get_with("unlisted", &service));
}

#[test]
fn no_rules_at_all_are_rules_that_allow_nothing() {
    let scene = Scene::with(&[COMPUTE]);
    scene.keystone.forge("none", &document(&json!([]), &["compute"]));
    assert_unauthorized(&scene.sidecar.get_as("none", "/"));
    assert_eq!(scene.sidecar.decisions("deny", "restricted"), 1.0);
}

#[test]
fn rules_that_cannot_be_read_are_a_failure_to_know() {
    let scene = Scene::with(&[COMPUTE]);
    for (at, rules) in [json!("all"), json!([{"service": "compute"}]), json!({"a": 1}), json!([1])]
        .iter()
        .enumerate()
    {
        let token = format!("odd-{at}");
        scene.keystone.forge(&token, &document(rules, &["compute"]));
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 503, "{rules}");
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn a_token_can_always_be_validated() {
    let scene = Scene::with(&[("auth.service_type", "identity")]);
    let token = restricted(&scene.keystone);
    for (method, path, status) in [
        ("GET", "/v3/auth/tokens", 200),
        ("GET", "/identity/v3/auth/tokens?nocatalog", 200),
        ("HEAD", "/v3/auth/tokens", 401),
        ("DELETE", "/v3/auth/tokens", 401),
        ("GET", "/v3/auth/tokens/", 401),
        ("GET", "/v3/users?/v3/auth/tokens", 401),
        ("GET", "/v3/users/..%2f..%2fv3/auth/tokens", 401),
    ] {
        let response = ask(&scene, method, path, &[("X-Auth-Token", &token)]);
        assert_eq!(response.status, status, "{method} {path}");
    }
}

#[test]
fn the_catalogue_is_asked_for_in_a_second_question_and_only_about_such_tokens() {
    let queries = |scene: &Scene| -> Vec<String> {
        scene.keystone.questions().into_iter().map(|seen| seen.query).collect()
    };
    let scene = Scene::with(&[COMPUTE]);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!(queries(&scene), ["nocatalog=1"]);
    scene.keystone.reset_calls();
    let token = restricted(&scene.keystone);
    for _ in 0..3 {
        assert_eq!(scene.sidecar.get_as(&token, "/v2.1/servers").status, 200);
    }
    assert_eq!(queries(&scene), ["nocatalog=1", ""]);

    let with_catalogue = Scene::with(&[COMPUTE, ("headers.service_catalog", "true")]);
    let token = restricted(&with_catalogue.keystone);
    assert_eq!(with_catalogue.sidecar.get_as(&token, "/v2.1/servers").status, 200);
    assert_eq!(queries(&with_catalogue), [""]);
}

#[test]
fn a_keystone_that_sends_the_catalogue_unasked_is_asked_once() {
    let scene = Scene::with(&[COMPUTE]);
    scene.keystone.forge("unasked", &document(&json!([rule("GET", "/a")]), &["compute"]));
    assert_eq!(scene.sidecar.get_as("unasked", "/a").status, 200);
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn a_keystone_without_a_catalogue_is_asked_twice_and_not_for_ever() {
    let scene = Scene::with(&[COMPUTE]);
    let mut body = document(&json!([rule("GET", "/a")]), &[]);
    body["token"].as_object_mut().unwrap().remove("catalog");
    scene.keystone.forge("bare", &body);
    assert_unauthorized(&scene.sidecar.get_as("bare", "/a"));
    assert_eq!(scene.keystone.validations(), 2);
}

#[test]
fn b12_b13_a_link_of_a_chain_is_exempt_when_a_service_proves_it_and_only_then() {
    let scene = Scene::with(&[COMPUTE, LAX]);
    let token = restricted(&scene.keystone);
    let roleless = scene.token();
    let expired = scene.service_token();
    scene.keystone.expire(&expired);
    for (service, status) in [
        ("", 401),
        ("made-up", 401),
        (&roleless, 401),
        (&token, 401),
        (&expired, 401),
        (&scene.service_token(), 200),
    ] {
        let fields = [("X-Auth-Token", &token[..]), ("X-Service-Token", service)];
        assert_eq!(ask(&scene, "DELETE", DENIED, &fields).status, status, "{service:?}");
    }
    assert_eq!(scene.upstream.count(), 1);
    assert_unauthorized(&scene.sidecar.get_as(&token, DENIED));
}

#[test]
fn a_chain_does_not_lead_to_a_service_that_the_rules_do_not_mean() {
    let scene = Scene::with(&[("auth.service_type", "dns")]);
    let token = restricted(&scene.keystone);
    assert_unauthorized(&scene.get_with(&token, &scene.service_token()));
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn a_service_vouches_for_a_restricted_user_whose_token_has_ended() {
    let scene = Scene::in_service_mode(&[COMPUTE]);
    let token = restricted(&scene.keystone);
    scene.keystone.expire(&token);
    assert_unauthorized(&scene.sidecar.get_as(&token, "/v2.1/servers"));
    assert_eq!(scene.get_with(&token, &scene.service_token()).status, 200);
    assert_unauthorized(&scene.sidecar.get_as(&token, "/v2.1/servers"));
}

#[test]
fn a_service_token_is_bound_by_rules_of_its_own() {
    let scene = Scene::with(&[COMPUTE]);
    scene.keystone.change(|world| {
        world.application_credentials.push(ApplicationCredential {
            name: "of-nova".to_owned(),
            id: String::new(),
            secret: Secret::from("s"),
            user: "nova".to_owned(),
            project: "service".to_owned(),
            roles: Vec::new(),
            unrestricted: false,
            access_rules: vec![AccessRule {
                service: "compute".to_owned(),
                method: "GET".to_owned(),
                path: "/allowed".to_owned(),
            }],
        });
    });
    let issue = scene.keystone.issue("nova", Scope::Unscoped);
    let service = issue.application_credential("of-nova").token();
    let (user, bound) = (scene.token(), restricted(&scene.keystone));
    for (user, path, status) in [
        (&user, "/allowed", 200),
        (&user, "/", 401),
        (&bound, "/allowed", 200),
        (&bound, DENIED, 401),
    ] {
        let fields = [("X-Auth-Token", &user[..]), ("X-Service-Token", &service)];
        assert_eq!(scene.sidecar.get(path, &fields).status, status, "{path}");
    }
    assert_eq!(scene.sidecar.decisions("deny", "service_token"), 2.0);
}

#[test]
fn b13_delayed_a_refusal_is_passed_on_as_invalid_without_a_claim() {
    let scene = Scene::with(&[COMPUTE, LAX, ("auth.delay_decision", "true")]);
    let token = restricted(&scene.keystone);
    let roleless = scene.token();
    for (service, status) in
        [(None, None), (Some("made-up"), Some("Invalid")), (Some(&roleless[..]), Some("Confirmed"))]
    {
        let mut fields = vec![("X-Auth-Token", &token[..])];
        fields.extend(service.map(|service| ("X-Service-Token", service)));
        assert_eq!(scene.sidecar.get(DENIED, &fields).status, 200);
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("x-identity-status"), ["Invalid"]);
        assert_eq!(seen.header("x-service-identity-status"), status);
        for claim in ["x-user-id", "x-project-id", "x-roles", "x-role", "x-tenant", "x-user"] {
            assert_eq!(seen.header(claim), None, "{claim}");
        }
    }
    assert_eq!(scene.sidecar.decisions("defer", "restricted"), 3.0);
    assert_eq!(scene.sidecar.get_as(&token, "/v2.1/servers").status, 200);
    assert_eq!(scene.upstream.last().headers("x-identity-status"), ["Confirmed"]);
}

/// A token of the sample credential that has rules.
#[track_caller]
fn restricted(keystone: &Keystone) -> String {
    keystone.issue("alice", Scope::Unscoped).application_credential("rules").token()
}

fn rule(method: &str, path: &str) -> Value {
    json!({"id": "r", "service": "compute", "method": method, "path": path})
}

/// A token with these rules and a catalogue of these services.
fn document(rules: &Value, services: &[&str]) -> Value {
    let service = |kind: &&str| json!({"type": kind, "name": kind, "endpoints": []});
    json!({"token": {
        "user": {"id": "u", "name": "n", "domain": {"id": "d", "name": "D"}},
        "project": {"id": "p", "name": "p", "domain": {"id": "d", "name": "D"}},
        "roles": [{"id": "r", "name": "member"}],
        "expires_at": "2199-01-01T00:00:00Z",
        "application_credential":
            {"id": "a", "name": "a", "restricted": true, "access_rules": rules},
        "catalog": services.iter().map(service).collect::<Vec<_>>(),
    }})
}

#[track_caller]
fn ask(scene: &Scene, method: &str, path: &str, fields: &[(&str, &str)]) -> Response {
    let mut client = Client::connect(scene.sidecar.public);
    client.ask(method, path, fields);
    if method == "HEAD" { client.response_to_head() } else { client.response() }
}

#[track_caller]
fn assert_unauthorized(response: &Response) {
    assert_eq!(response.status, 401, "{response:?}");
}
