//! `OVHcloud`: sixty questions a minute, a 429 in words of its own, and a long catalogue.

use keystone_double::Profile;

use crate::support::{Client, Scene};

#[test]
fn a_thousand_requests_with_ten_tokens_are_ten_questions() {
    let scene = Scene::in_cloud(Profile::ovhcloud(), &[]);
    let tokens: Vec<_> = (0..10).map(|_| scene.token()).collect();
    let mut client = Client::connect(scene.sidecar.public);
    for number in 0..1000 {
        let response = client.get("/", &[("X-Auth-Token", &tokens[number % 10])]);
        assert_eq!(response.status, 200);
    }
    assert_eq!(scene.keystone.validations(), 10);
}

#[test]
fn the_sixty_first_question_in_a_minute_is_a_503_and_known_tokens_go_on() {
    let scene = Scene::in_cloud(Profile::ovhcloud(), &[]);
    let known = scene.token();
    assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
    for _ in 1..60 {
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
    }
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!((response.status, response.header("retry-after")), (503, Some("5")));
    assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
}

#[test]
fn the_catalogue_is_not_asked_for() {
    let scene = Scene::in_cloud(Profile::ovhcloud(), &[]);
    scene.assert_serves();
    let asked = scene.keystone.requests();
    let validation = asked.iter().find(|seen| seen.path == "/v3/auth/tokens").unwrap();
    assert_eq!(validation.query, "nocatalog=1");
    assert_eq!(validation.header("accept"), Some("application/json"));
    assert_eq!(validation.header("openstack-identity-access-rules"), None);
}
