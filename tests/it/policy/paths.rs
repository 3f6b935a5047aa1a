//! One path, read once: what the rule sees is what the service gets, and what could be read in two
//! ways goes nowhere. Tests carry the number of the attack in the catalogue they were taken from.

use crate::support::{Client, Response, Scene, exchange};

use super::{admin, assert_refused};

/// A public corner, a corner for admins, and the rest for whoever has a token.
const ROUTES: &str = r#"
routes:
- {path: /public/**, allow: public}
- {path: /admin/**, check: "role:admin"}
- {path: /flavors, methods: [GET], allow: authenticated}
- {path: /flavors, check: "role:admin"}
- {path: /**, allow: authenticated}
"#;

#[test]
fn c01_dot_segments_are_refused() {
    odd(&[
        "/public/../admin",
        "/public/..",
        "/public/./x",
        "/./admin",
        "/public/../../admin/x",
        "/..",
    ]);
}

#[test]
fn c02_encoded_dot_segments_are_refused() {
    odd(&["/public/%2e%2e/admin", "/public/.%2e/admin", "/public/%2E./admin", "/%2e/admin"]);
}

#[test]
fn c03_encoded_slashes_and_backslashes_are_refused() {
    odd(&[
        "/public%2f..%2Fadmin",
        "/public/%2fadmin",
        "/public%2Fx",
        "/public%5cadmin",
        "/public%5Cadmin",
        "/public\\admin",
        "/public\\..\\admin",
    ]);
}

#[test]
fn c04_dot_segments_with_parameters_are_refused() {
    odd(&["/public/..;/admin", "/public/..;a=b/admin", "/public/..%3ba/admin", "/public/%2e.;/x"]);
}

#[test]
fn c04_parameters_do_not_hide_a_segment_from_its_rule() {
    let scene = Scene::guarding(ROUTES);
    let (member, admin) = (scene.token(), admin(&scene));
    for path in ["/admin;x/secret", "/admin;/secret", "/admin%3bx/secret", "/admin;a=b;c"] {
        assert_refused(&get(&scene, &member, path), 403);
        assert_eq!(get(&scene, &admin, path).status, 200, "{path}");
        assert_eq!(scene.upstream.last().target(), path.replace("%3b", "%3B"));
    }
}

#[test]
fn c04_nor_does_what_a_service_takes_for_a_query_once_it_is_decoded() {
    let scene = Scene::guarding(
        "routes:\n- {path: '/files/*.png', allow: public}\n- {path: /files/**, check: '!'}\n",
    );
    assert_eq!(get(&scene, "", "/files/a.png").status, 200);
    for target in ["/files/secret%3F.png", "/files/secret%23.png", "/files/a%3b%3f.png"] {
        assert_refused(&get(&scene, "", target), 403);
    }
}

#[test]
fn c25_no_encoding_of_a_character_hides_a_segment_from_its_rule() {
    let scene = Scene::guarding(
        "routes:\n- {path: '/servers/{id}:delete', check: '!'}\n- {path: /@admin/**, check: '!'}\n\
         - {path: /%24defs, check: '!'}\n- {path: /**, allow: authenticated}\n",
    );
    let token = scene.token();
    for target in [
        "/servers/7:delete",
        "/servers/7%3Adelete",
        "/servers/7%3adelete/",
        "/@admin/x",
        "/%40admin",
        "/$defs",
        "/%24defs",
    ] {
        assert_refused(&get(&scene, &token, target), 403);
    }
    let response = get(&scene, &token, "/users/a%40b%3A%22");
    assert_eq!(response.status, 200);
    assert_eq!(scene.upstream.last().target(), "/users/a%40b%3A%22", "it goes on as it came");
}

#[test]
fn c25_a_part_of_the_path_that_services_read_otherwise_decides_nothing() {
    let scene = Scene::guarding(
        "routes:\n- {path: '/docs/{id}', check: \"not 'secret':%(id)s\"}\n\
         - {path: '/tail/**/{owner}', check: \"'me':%(owner)s\"}\n\
         - {path: '/any/{id}', allow: authenticated}\n",
    );
    let token = scene.token();
    for target in [
        "/docs/secret",
        "/docs/secret;x",
        "/docs/secret%3Bx",
        "/docs/secret%3Fx",
        "/docs/secret%23x",
        "/tail/them",
        "/tail/a/them%3F/me",
        "/tail/them%23/me",
    ] {
        assert_refused(&get(&scene, &token, target), 403);
    }
    for target in ["/docs/open", "/docs/sec%3Aret", "/tail/them/me", "/any/secret;x", "/any/a%3F"] {
        assert_eq!(get(&scene, &token, target).status, 200, "{target}");
    }
}

#[test]
fn c10_a_request_without_a_host_takes_no_route_where_its_host_would_matter() {
    let scene = Scene::guarding(
        "routes:\n- {path: /health, allow: public}\n\
         - {host: admin.example, path: /**, check: '!'}\n- {path: /**, allow: public}\n",
    );
    for head in ["GET / HTTP/1.0\r\n\r\n", "GET http://admin.example/ HTTP/1.0\r\n\r\n"] {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(head);
        assert_refused(&client.response(), 403);
    }
    assert_eq!(scene.upstream.count(), 0);
    for head in ["GET / HTTP/1.0\r\nHost: other\r\n\r\n", "GET /health HTTP/1.0\r\n\r\n"] {
        let mut client = Client::connect(scene.sidecar.public);
        client.send(head);
        assert_eq!(client.response().status, 200, "{head}");
    }
}

#[test]
fn c05_double_encoding_is_refused() {
    odd(&[
        "/public/%252e%252e/admin",
        "/public/%25%32%65",
        "/%2561dmin",
        "/public%252f..%252fadmin",
    ]);
}

#[test]
fn c06_empty_segments_are_refused_and_a_trailing_slash_makes_no_other_place() {
    odd(&["//admin/x", "/admin//x", "//", "/public//../admin", "/admin//"]);
    let scene = Scene::guarding(ROUTES);
    let member = scene.token();
    for path in ["/admin", "/admin/", "/admin/x/"] {
        assert_refused(&get(&scene, &member, path), 403);
    }
}

#[test]
fn c07_a_fragment_is_neither_judged_nor_passed_on() {
    let scene = Scene::guarding(ROUTES);
    let member = scene.token();
    for path in ["/admin/x#/public/", "/admin#", "/admin/x#/../public/"] {
        assert!(matches!(get(&scene, &member, path).status, 400 | 403), "{path}");
    }
    for path in ["/public/x#/../admin", "/public/x#y"] {
        get(&scene, &member, path);
    }
    assert!(scene.upstream.requests().iter().all(|seen| seen.target() == "/public/x"));
}

#[test]
fn c07_an_encoded_number_sign_is_an_ordinary_byte() {
    let scene = Scene::guarding(ROUTES);
    assert_refused(&get(&scene, &scene.token(), "/admin/x%23/public/"), 403);
    assert_eq!(get(&scene, "", "/public/a%23b").status, 200);
    assert_eq!(scene.upstream.last().target(), "/public/a%23b");
}

#[test]
fn c08_a_query_satisfies_no_path() {
    let scene = Scene::guarding(ROUTES);
    let member = scene.token();
    for path in ["/admin/x?/public/", "/admin?/../public/x", "/admin/?a=/public/x"] {
        assert_refused(&get(&scene, &member, path), 403);
    }
    assert_refused(&get(&scene, "", "/?/public/"), 401);
}

#[test]
fn c09_a_line_break_ends_no_pattern() {
    odd(&["/admin%0a", "/public/x%0a", "/admin%0d%0aX-Roles:admin", "/public%0A/../admin"]);
    let scene = Scene::guarding(ROUTES);
    let raw =
        format!("GET /admin\n HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {}\r\n\r\n", scene.token());
    let answer = exchange(scene.sidecar.public, raw);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn c10_hosts_are_compared_without_case_port_and_trailing_dot() {
    let scene = Scene::guarding(
        "routes:\n- {host: admin.example, path: /**, check: 'role:admin'}\n\
         - {path: /**, allow: public}\n",
    );
    for host in ["ADMIN.Example.", "admin.example:80", "Admin.example.:443", "admin.EXAMPLE"] {
        let fields = [("Host", host), ("X-Auth-Token", &scene.token()[..])];
        assert_refused(&scene.sidecar.get("/", &fields), 403);
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn c11_bytes_that_decoders_disagree_about_are_refused() {
    odd(&[
        "/public/%c0%ae%c0%ae/admin",
        "/public/%c0%afadmin",
        "/public/%00",
        "/admin%00.png",
        "/public/%ff",
        "/public/%ef%bc%8e%ef%bc%8e/admin",
        "/public/%e2%80%a5/admin",
        "/public/%",
        "/public/%2",
        "/public/%zz",
        "/public/%u002e%u002e/admin",
    ]);
    let scene = Scene::guarding(ROUTES);
    for raw in
        [&b"\xef\xbc\x8e\xef\xbc\x8e"[..], b"\xc0\xae", b"\xff", b"\xc3\xa9", b"\x00", b"\x7f"]
    {
        let line = [b"GET /public/", raw, b"/admin HTTP/1.1\r\nHost: s\r\n\r\n"].concat();
        let mut client = Client::connect(scene.sidecar.public);
        client.send(line);
        assert_eq!(client.response().status, 400, "{raw:?}");
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn c12_an_absolute_target_leads_nowhere_else_and_is_judged_by_its_path() {
    let scene = Scene::guarding(ROUTES);
    let member = scene.token();
    for target in ["http://evil.invalid/public/x", "http://evil.invalid", "http://s:81/public/x"] {
        assert_refused(&get(&scene, &member, target), 400);
    }
    assert_refused(&get(&scene, &member, "http://s/admin/x"), 403);
    assert_eq!(get(&scene, &member, "http://s/public/x").status, 200);
    assert_eq!(scene.upstream.last().target(), "/public/x");
    assert_refused(&get(&scene, &member, "http://s/public/../admin"), 400);
}

#[test]
fn c13_a_host_with_more_than_a_host_in_it_is_refused() {
    let scene = Scene::guarding(ROUTES);
    for host in ["a;for=1.2.3.4", "user@s", "a,b", "a\"b", "a b", "a/../admin"] {
        assert_refused(&scene.sidecar.get("/public/x", &[("Host", host)]), 400);
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn c15_c18_fields_that_name_another_method_or_path_are_stripped() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    for name in [
        "X-HTTP-Method-Override",
        "X_HTTP_Method_Override",
        "X-Http-Method",
        "X-Method-Override",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Uri",
        "X-Forwarded-Method",
        "X-Forwarded-Prefix",
        "X-Original-Method",
        "X-Script-Name",
        "X-Forwarded-Path",
        "X-Envoy-Original-Path",
    ] {
        let fields = [("X-Auth-Token", &token[..]), (name, "DELETE")];
        assert_eq!(scene.sidecar.get("/flavors", &fields).status, 200);
        let seen = scene.upstream.last();
        assert!(!seen.mentions("delete") && seen.method() == "GET", "{:?}", seen.sorted());
        let fields = [("X-Auth-Token", &token[..]), (name, "/public/x")];
        assert_refused(&scene.sidecar.get("/admin", &fields), 403);
    }
}

#[test]
fn c16_methods_are_compared_exactly() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    for method in ["get", "Get", "GETX", "HEAD", "OPTIONS", "BREW", "POST"] {
        let mut client = Client::connect(scene.sidecar.public);
        client.ask(method, "/flavors", &[("X-Auth-Token", &token)]);
        let answer = client.try_response(method == "HEAD").unwrap();
        assert!(matches!(answer.status, 403 | 405), "{method}: {answer:?}");
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn c23_a_template_takes_whole_segments() {
    let scene = Scene::guarding(ROUTES);
    assert_eq!(get(&scene, &scene.token(), "/adminx").status, 200);
    assert_refused(&get(&scene, "", "/publicx"), 401);
}

#[test]
fn what_needs_no_encoding_loses_it_on_the_way() {
    let scene = Scene::guarding(ROUTES);
    let member = scene.token();
    assert_refused(&get(&scene, &member, "/%61dmin/x"), 403);
    assert_eq!(get(&scene, "", "/%70ublic/%7e%20%c3%a9?a=%2e%2e/").status, 200);
    assert_eq!(scene.upstream.last().target(), "/public/~%20%C3%A9?a=%2e%2e/");
}

#[test]
fn an_encoded_slash_may_be_kept_and_is_then_part_of_its_segment() {
    let scene = Scene::guarding(
        "paths: {encoded_slash: keep}\nroutes:\n- {path: '/o/{name}', check: \"'a/b':%(name)s\"}\n\
         - {path: /admin/**, check: '!'}\n- {path: /**, allow: authenticated}\n",
    );
    let token = scene.token();
    assert_eq!(get(&scene, &token, "/o/a%2fb").status, 200);
    assert_eq!(scene.upstream.last().target(), "/o/a%2Fb");
    assert_refused(&get(&scene, &token, "/o/a%2Fc"), 403);
    assert_refused(&get(&scene, &token, "/admin/x%2fy"), 403);
    assert_eq!(get(&scene, &token, "/o/a/b").status, 200, "another place: the catch-all's");
    assert_refused(&get(&scene, &token, "/o/%2e%2e%2fadmin"), 400);
    assert_refused(&get(&scene, &token, "/o/..%2fadmin"), 400);
}

#[test]
fn empty_segments_may_be_merged_for_the_rule_and_for_the_service() {
    let scene = Scene::guarding(&format!("paths: {{empty_segment: merge}}{ROUTES}"));
    let (member, admin) = (scene.token(), admin(&scene));
    for path in ["//admin/x", "/admin//x", "///admin///x"] {
        assert_refused(&get(&scene, &member, path), 403);
        assert_eq!(get(&scene, &admin, path).status, 200);
        assert_eq!(scene.upstream.last().target(), "/admin/x");
    }
}

#[test]
fn empty_segments_may_be_kept_for_the_rule_and_for_the_service() {
    let scene = Scene::guarding(
        "paths: {empty_segment: keep}\nroutes:\n- {path: /c/x, check: '!'}\n\
         - {path: /c/**, allow: authenticated}\n",
    );
    let token = scene.token();
    assert_refused(&get(&scene, &token, "/c/x"), 403);
    assert_eq!(get(&scene, &token, "/c//x").status, 200, "another object");
    assert_eq!(scene.upstream.last().target(), "/c//x");
    assert_refused(&get(&scene, &token, "//c/x"), 403);
}

#[test]
fn without_routes_a_path_goes_on_as_it_came() {
    let scene = Scene::start();
    let token = scene.token();
    for path in ["/a/../b", "//x", "/%2e%2e/", "/a%2fb;x", "/%61"] {
        assert_eq!(get(&scene, &token, path).status, 200);
        assert_eq!(scene.upstream.last().target(), path);
    }
}

/// Fails unless each path is a 400 for everybody, and nobody hears of it.
#[track_caller]
fn odd(paths: &[&str]) {
    let scene = Scene::guarding(ROUTES);
    for token in ["", &scene.token(), &admin(&scene)] {
        for path in paths {
            assert_refused(&get(&scene, token, path), 400);
        }
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    let refused = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"path\"}");
    assert_eq!(refused, f64::from(3 * u32::try_from(paths.len()).unwrap()));
}

/// Sends a target to the byte.
#[track_caller]
fn get(scene: &Scene, token: &str, target: &str) -> Response {
    let mut client = Client::connect(scene.sidecar.public);
    client.send(format!("GET {target} HTTP/1.1\r\nHost: s\r\nX-Auth-Token: {token}\r\n\r\n"));
    client.response()
}
