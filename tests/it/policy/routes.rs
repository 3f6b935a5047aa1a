//! Which route a request takes, and what becomes of those that take none.

use crate::support::{Client, Response, Scene};

use super::{SERVICE, admin, assert_refused};

#[test]
fn c23_the_first_route_that_fits_decides() {
    let scene = Scene::guarding(
        "routes:\n- {path: /a/open, allow: public}\n- {path: /a/**, check: '!'}\n\
         - {path: /a/late, allow: public}\n- {path: /**, allow: authenticated}\n",
    );
    let token = scene.token();
    assert_eq!(scene.sidecar.get("/a/open", &[]).status, 200);
    for path in ["/a", "/a/", "/a/late", "/a/open/x"] {
        assert_refused(&scene.sidecar.get_as(&token, path), 403);
    }
    assert_eq!(scene.sidecar.get_as(&token, "/ab").status, 200, "segments are matched whole");
    assert_eq!(scene.upstream.count(), 2);
}

#[test]
fn methods_are_told_apart_and_head_is_not_get() {
    let scene = Scene::guarding(SERVICE);
    let (member, admin) = (scene.token(), admin(&scene));
    assert_eq!(ask(&scene, "GET", "/flavors", &member).status, 200);
    for method in ["POST", "DELETE", "HEAD", "OPTIONS", "PROPFIND"] {
        let refused = ask(&scene, method, "/flavors", &member);
        assert_eq!(refused.status, 403, "{method}");
        assert_eq!(ask(&scene, method, "/flavors", &admin).status, 200, "{method}");
        assert_eq!(scene.upstream.last().method(), method);
    }
    assert_eq!(ask(&scene, "POST", "/healthz", &admin).status, 403, "only GET was written");
}

#[test]
fn hosts_are_told_apart_whatever_their_case_port_and_trailing_dot() {
    let scene = Scene::guarding(
        "routes:\n- {host: admin.example, path: /**, check: 'role:admin'}\n\
         - {host: '*.public.example', path: /**, allow: public}\n",
    );
    let member = scene.token();
    let status = |host: &str, token: &str| {
        scene.sidecar.get("/", &[("Host", host), ("X-Auth-Token", token)]).status
    };
    for host in ["admin.example", "ADMIN.Example", "admin.example.", "Admin.example.:8774"] {
        assert_eq!(status(host, &member), 403, "{host}");
        assert_eq!(status(host, &admin(&scene)), 200, "{host}");
    }
    assert_eq!(status("a.public.example", ""), 200);
    for host in ["public.example", "a.public.example.org", "service.example"] {
        assert_eq!(status(host, &member), 403, "{host}: no route");
    }
}

#[test]
fn c24_what_no_route_takes_is_refused_without_asking_keystone() {
    let scene = Scene::guarding(SERVICE);
    for token in ["", "made-up", &scene.token(), &admin(&scene)] {
        for path in ["/", "/nowhere", "/healthz/x", "/v3/p/volume", "/ME"] {
            assert_refused(&scene.sidecar.get_as(token, path), 403);
        }
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    assert_eq!(scene.sidecar.decisions_on("none", "deny", "no_route"), 20.0);
}

#[test]
fn c24_p11_an_empty_list_of_routes_denies_everything() {
    let scene = Scene::guarding("routes: []\n");
    assert_refused(&scene.sidecar.get_as(&admin(&scene), "/"), 403);
    assert_eq!(scene.keystone.validations(), 0);
}

#[test]
fn a_public_route_needs_no_token_and_believes_none() {
    let scene = Scene::guarding(SERVICE);
    let good = scene.token();
    for token in ["", "made-up", "a b", &good] {
        let fields = [("X-Auth-Token", token), ("X-Roles", "admin"), ("X_User_Id", "root")];
        let response = scene.sidecar.get("/healthz", &fields);
        assert_eq!(response.status, 200, "{token}: {response:?}");
        let seen = scene.upstream.last();
        assert_eq!(seen.headers("x-identity-status"), ["Invalid"], "nobody vouches for anybody");
        for name in ["x-roles", "x_user_id", "x-user-id", "x-project-id", "x-user"] {
            assert_eq!(seen.header(name), None, "{name}");
        }
    }
    assert_eq!(scene.keystone.validations(), 0);
    assert_eq!(scene.sidecar.decisions_on("health", "allow", "public"), 4.0);
}

#[test]
fn a_public_route_lives_on_while_keystone_is_down() {
    let scene = Scene::guarding(SERVICE);
    scene.keystone.stop();
    assert_eq!(scene.sidecar.get_as("made-up", "/healthz").status, 200);
    assert_refused(&scene.sidecar.get_as("made-up", "/me"), 503);
}

#[track_caller]
fn ask(scene: &Scene, method: &str, path: &str, token: &str) -> Response {
    let mut client = Client::connect(scene.sidecar.public);
    client.ask(method, path, &[("X-Auth-Token", token)]);
    if method == "HEAD" { client.response_to_head() } else { client.response() }
}

#[test]
fn a_host_or_a_method_that_a_service_may_read_otherwise_is_no_way_round_a_route() {
    let scene = Scene::guarding(
        "routes:\n- {host: admin.example, path: /**, check: 'role:admin'}\n\
         - {path: /things, methods: [DELETE], check: 'role:admin'}\n\
         - {path: /**, allow: authenticated}\n",
    );
    let member = scene.token();
    for host in ["admin.example:1:2", "admin.example:x", "admin.example..", "admin.example]:1"] {
        let fields = [("Host", host), ("X-Auth-Token", &*member)];
        assert_refused(&scene.sidecar.get("/", &fields), 400);
    }
    for method in ["delete", "Delete", "dELETE"] {
        assert_refused(&ask(&scene, method, "/things", &member), 405);
    }
    assert_eq!(ask(&scene, "DELETE", "/things", &member).status, 403);
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn the_host_that_chose_a_route_is_the_host_that_the_service_sees() {
    let scene = Scene::guarding(
        "routes:\n- {host: open.example, path: /**, allow: public}\n\
         - {path: /**, check: 'role:admin'}\n",
    );
    for nominated in ["host", "Host, keep-alive", "close, hOST"] {
        let fields = [("Host", "open.example"), ("Connection", nominated)];
        assert_refused(&scene.sidecar.get("/", &fields), 400);
    }
    assert_eq!(scene.upstream.count(), 0);
    assert_eq!(scene.sidecar.get("/", &[("Host", "open.example")]).status, 200);
    assert_eq!(scene.upstream.last().headers("host"), ["open.example"]);
}
