//! `X-Portcullis-Reason`: how a request was decided, where the operator wants clients to know.

use crate::support::{Keystone, Scene, Sidecar, Upstream};

const POLICY: &str = r#"
routes:
  - {path: /members, check: "role:member"}
  - {path: /admins, check: "role:admin"}
  - {path: /watched, check: "role:admin", shadow: true}
  - {path: /system, allow: authenticated, scope: system}
  - {path: /open, allow: public}
"#;

#[test]
fn every_decision_is_told_where_that_is_wanted() {
    let scene = scene(&[("policy.reason_header", "true")]);
    let token = scene.token();
    let with = [("X-Auth-Token", token.as_str())];
    for (path, fields, status, reason) in [
        ("/members", &with[..], 200, "allow;reason=confirmed"),
        ("/admins", &with, 403, "deny;reason=rule"),
        ("/watched", &with, 200, "shadow_deny;reason=rule"),
        ("/system", &with, 403, "deny;reason=scope"),
        ("/open", &[], 200, "allow;reason=public"),
        ("/nowhere", &with, 403, "deny;reason=no_route"),
        ("/members", &[], 401, "deny;reason=missing"),
        ("/members", &[("X-Auth-Token", "made-up")], 401, "deny;reason=unknown"),
    ] {
        let response = scene.sidecar.get(path, fields);
        assert_eq!((response.status, response.headers(NAME)), (status, vec![reason.to_owned()]));
    }
}

#[test]
fn what_was_refused_before_a_decision_has_none() {
    let scene = scene(&[("policy.reason_header", "true")]);
    let response = scene.sidecar.get("/members//x", &[]);
    assert_eq!((response.status, response.header(NAME)), (400, None));
}

#[test]
fn the_services_own_field_of_that_name_is_replaced() {
    let scene = scene(&[("policy.reason_header", "true")]);
    say_so_itself(&scene);
    let response = scene.sidecar.get("/open", &[]);
    assert_eq!(response.headers(NAME), ["allow;reason=public"]);
}

#[test]
fn nothing_is_told_unless_it_is_wanted() {
    let scene = scene(&[]);
    assert_eq!(scene.sidecar.get("/members", &[]).header(NAME), None);
    assert_eq!(scene.sidecar.get("/open", &[]).header(NAME), None);
    say_so_itself(&scene);
    assert_eq!(scene.sidecar.get("/open", &[]).headers(NAME), ["the service's", "twice"]);
}

fn scene(settings: &[(&str, &str)]) -> Scene {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let builder = Sidecar::before(&upstream, &keystone).and(POLICY);
    let set =
        |builder: crate::support::Builder, (key, value): &(&str, &str)| builder.set(key, value);
    let sidecar = settings.iter().fold(builder, set).start();
    Scene { sidecar, keystone, upstream }
}

fn say_so_itself(scene: &Scene) {
    scene.upstream.answer(|call| {
        call.receive()?;
        call.respond(200, &[(NAME, "the service's"), (NAME, "twice")], b"")
    });
}

const NAME: &str = "X-Portcullis-Reason";
