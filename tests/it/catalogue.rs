//! The catalogue in `X-Service-Catalog`: only when it is wanted, in the form of Keystone's v2 API
//! to the byte, and never at the price of a request.

use keystone_double::Scope;
use serde_json::json;

use crate::support::{Keystone, Proxy, Scene, Upstream, get};

const ON: (&str, &str) = ("headers.service_catalog", "true");
const LEFT_OUT: &str = "portcullis_identity_fields_left_out_total{field=\"service_catalog\"}";

#[test]
fn a16_nobody_gets_it_unasked() {
    let scene = Scene::start();
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!(told(&scene), [""; 0]);
    assert_eq!(scene.keystone.questions()[0].query, "nocatalog=1");
}

#[test]
fn its_form_is_v2s_to_the_byte() {
    let scene = Scene::with(&[ON]);
    scene.keystone.change(|world| "Schlüssel \"1\"".clone_into(&mut world.catalog[0].name));
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    let projects = scene.keystone.world().projects;
    let demo = projects.into_iter().find(|project| project.name == "demo").unwrap().id;
    let identity = format!("{}/v3", scene.keystone.url());
    let swift = format!("https://object.cloud.example/v1/AUTH_{demo}");
    let expected = format!(
        "[{}, {}, {}, {}]",
        service("identity", "Schl\\u00fcssel \\\"1\\\"", &identity),
        service("compute", "nova", "https://compute.cloud.example/v2.1"),
        service("image", "glance", "https://image.cloud.example"),
        service("object-store", "swift", &swift),
    );
    assert_eq!(told(&scene), [expected]);
    assert_eq!(scene.keystone.questions()[0].query, "", "the catalogue has to be asked for");
}

#[test]
fn regions_are_told_apart() {
    let scene = Scene::with(&[ON]);
    scene.keystone.adjust(|profile| profile.extra_regions = 1);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    let told = told(&scene).remove(0);
    let image = "https://image.cloud.example";
    let urls = format!(
        "\"publicURL\": \"{image}\", \"internalURL\": \"{image}\", \"adminURL\": \"{image}\""
    );
    let both = format!(
        "\"endpoints\": [{{\"region\": \"RegionOne\", {urls}}}, {{\"region\": \"RegionOne-1\", {urls}}}]"
    );
    assert!(told.contains(&both), "{told}");
}

#[test]
fn a_remembered_user_has_it_too() {
    let scene = Scene::with(&[ON]);
    let token = scene.token();
    for _ in 0..3 {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    }
    let all: Vec<_> =
        scene.upstream.requests().iter().map(|seen| seen.headers("x-service-catalog")).collect();
    assert_eq!(all[0].len(), 1);
    assert!(all.iter().all(|one| *one == all[0]));
    assert_eq!(scene.keystone.validations(), 1);
}

#[test]
fn a16_one_that_is_too_long_is_left_out_and_counted_and_the_request_passes() {
    let scene = Scene::with(&[ON, ("headers.max_field", "1KiB")]);
    scene.keystone.adjust(|profile| profile.extra_regions = 1);
    let token = scene.token();
    for _ in 0..2 {
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
        let seen = scene.upstream.last();
        assert_eq!((told(&scene), seen.header("x-user-name")), (Vec::new(), Some("alice")));
    }
    assert_eq!(scene.sidecar.metric(LEFT_OUT), 1.0, "once, when it was made");
    let domain = scene.keystone.issue("bob", Scope::domain("Default")).token();
    scene.keystone.change(|world| world.catalog.truncate(2));
    assert_eq!(scene.sidecar.get_as(&domain, "/").status, 200);
    assert_eq!(told(&scene).len(), 1, "what is short enough passes");
    assert_eq!(scene.sidecar.metric(LEFT_OUT), 1.0);
}

#[test]
fn by_default_no_more_is_told_than_servers_take() {
    let scene = Scene::with(&[ON]);
    scene.keystone.adjust(|profile| profile.extra_regions = 20);
    assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    assert_eq!((told(&scene).len(), scene.sidecar.metric(LEFT_OUT)), (0, 1.0));
    let generous = Scene::with(&[ON, ("headers.max_field", "64KiB")]);
    generous.keystone.adjust(|profile| profile.extra_regions = 20);
    assert_eq!(generous.sidecar.get_as(&generous.token(), "/").status, 200);
    assert!(told(&generous)[0].len() > 7 * 1024);
}

#[test]
fn what_is_left_out_is_logged_with_its_reason() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n\
         headers: {{service_catalog: true, max_field: 1KiB}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    keystone.adjust(|profile| profile.extra_regions = 1);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(get(proxy.public, "/", &[("X-Auth-Token", &token)]).status, 200);
    proxy.process.wait_for("a header is left out");
    let output = proxy.process.output();
    let line = output.lines().find(|line| line.contains("a header is left out")).unwrap();
    assert!(line.contains("\"field\":\"service_catalog\""), "{line}");
    assert!(line.contains("headers.max_field"), "{line}");
    assert!(!output.contains("cloud.example"), "the catalogue itself is never logged");
}

#[test]
fn one_that_makes_no_sense_is_left_out_and_the_request_passes() {
    let scene = Scene::with(&[ON]);
    for (at, catalogue) in
        [json!({"a": 1}), json!([{"endpoints": []}]), json!([1])].into_iter().enumerate()
    {
        let token = format!("odd-{at}");
        scene.keystone.forge(
            &token,
            &json!({"token": {
                "user": {"id": "u", "name": "n", "domain": {"id": "d", "name": "D"}},
                "expires_at": "2199-01-01T00:00:00Z", "catalog": catalogue,
            }}),
        );
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 200, "{catalogue}");
        assert_eq!(told(&scene), [""; 0], "{catalogue}");
    }
    assert_eq!(scene.sidecar.metric(LEFT_OUT), 3.0);
}

#[test]
fn a_token_without_a_scope_has_none() {
    let scene = Scene::with(&[ON]);
    let token = scene.keystone.issue("alice", Scope::Unscoped).token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    assert_eq!((told(&scene).len(), scene.sidecar.metric(LEFT_OUT)), (0, 0.0));
}

#[test]
fn it_is_never_the_calling_services() {
    let scene = Scene::with(&[ON]);
    let user = scene.keystone.issue("alice", Scope::Unscoped).token();
    assert_eq!(scene.get_with(&user, &scene.service_token()).status, 200);
    assert_eq!(scene.upstream.last().header("x-service-user-name"), Some("nova"));
    assert_eq!(told(&scene), [""; 0]);
}

#[test]
fn a_clients_own_is_removed_whether_there_is_a_true_one_or_not() {
    for settings in [&[][..], &[ON], &[ON, ("auth.delay_decision", "true")]] {
        let scene = Scene::with(settings);
        let unscoped = scene.keystone.issue("alice", Scope::Unscoped).token();
        for token in [scene.token(), unscoped] {
            let lie = ("X-Service-Catalog", "[\"EVIL\"]");
            let fields = [lie, ("X-Auth-Token", &token), lie, ("X_Service_Catalog", "EVIL")];
            assert_eq!(scene.sidecar.get("/", &fields).status, 200);
            assert!(!scene.upstream.last().mentions("EVIL"));
            assert!(told(&scene).len() <= 1);
        }
    }
}

/// What the service was last told.
fn told(scene: &Scene) -> Vec<String> {
    scene.upstream.last().headers("x-service-catalog")
}

/// One service with the same URL everywhere, as it is told.
fn service(kind: &str, name: &str, url: &str) -> String {
    format!(
        "{{\"type\": \"{kind}\", \"name\": \"{name}\", \"endpoints\": [{{\"region\": \"RegionOne\", \
         \"publicURL\": \"{url}\", \"internalURL\": \"{url}\", \"adminURL\": \"{url}\"}}]}}"
    )
}
