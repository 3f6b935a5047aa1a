//! Xloud: Keystone below `/identity`, and nothing beside it.

use keystone_double::Profile;

use crate::support::{Keystone, Scene};

#[test]
fn the_address_may_be_written_in_every_usual_way() {
    for path in ["/identity", "/identity/", "/identity/v3", "/identity/v3/"] {
        let scene = at(path);
        scene.assert_serves();
        let asked = scene.keystone.requests();
        let paths: Vec<_> = asked.iter().map(|seen| seen.path.as_str()).collect();
        assert!(paths.contains(&"/identity/v3/auth/tokens"), "{path}: {paths:?}");
        assert!(!paths.iter().any(|path| path.contains("//")), "{path}: {paths:?}");
    }
}

#[test]
fn without_a_prefix_the_address_may_be_written_in_every_usual_way_too() {
    for path in ["", "/", "/v3", "/v3/"] {
        let keystone = Keystone::start();
        let url = format!("{}{path}", keystone.url());
        Scene::of(keystone, &[("keystone.auth_url", &url)]).assert_serves();
    }
}

#[test]
fn an_address_with_nothing_behind_it_is_a_503_and_not_everybodys_401() {
    for path in ["", "/v3", "/identities/v3", "/identity/v3/v3"] {
        let scene = at(path);
        let response = scene.sidecar.get_as(&scene.token(), "/");
        // A doubled version may also be understood.
        let understood = path.ends_with("v3/v3") && response.status == 200;
        assert!(response.status == 503 || understood, "{path}: {response:?}");
    }
}

fn at(path: &str) -> Scene {
    let keystone = Keystone::with_profile(Profile::xloud());
    let url = format!("{}{path}", keystone.url());
    Scene::of(keystone, &[("keystone.auth_url", &url)])
}
