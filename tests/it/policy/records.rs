//! What is written down about a decision: the access line, and the books of each named route.

use serde_json::Value;

use keystone_double::Scope;

use crate::support::{Keystone, Proxy, Scene, Upstream, eventually, get};

use super::{SERVICE, admin, project, stranger};

/// A route for every reason that a policy has.
const ROUTES: &str = r#"
routes:
- {name: open, path: /open, allow: public}
- {name: ours, path: /ours, check: "role:member", scope: project}
- {name: new, path: /new, check: "role:admin", shadow: true}
- {name: asks, path: /asks, check: "'a':%(query.q)s", query: q}
"#;

#[test]
fn the_access_line_names_route_decision_and_reason() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n{ROUTES}",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    let member = keystone.issue("alice", Scope::project("demo")).token();
    let stranger = keystone.issue("carol", Scope::project("other")).token();
    let system = keystone.issue("bob", Scope::system()).token();
    let expected = [
        (&member, "/open", "open", "allow", "public", 200),
        (&member, "/ours", "ours", "allow", "confirmed", 200),
        (&stranger, "/ours", "ours", "deny", "rule", 403),
        (&system, "/ours", "ours", "deny", "scope", 403),
        (&member, "/new", "new", "shadow_deny", "rule", 200),
        (&member, "/asks?q=a&q=b", "asks", "deny", "undecided", 403),
        (&member, "/nowhere", "none", "deny", "no_route", 403),
    ];
    for (token, path, _, _, _, status) in expected {
        assert_eq!(get(proxy.public, path, &[("X-Auth-Token", token)]).status, status, "{path}");
    }
    let mut lines = Vec::new();
    eventually("every line is written", || {
        lines = access_lines(&proxy.process.output());
        lines.len() == expected.len()
    });
    for (line, (_, _, route, decision, reason, status)) in lines.iter().zip(expected) {
        let said = (&line["http.route"], &line["decision"], &line["reason"]);
        assert_eq!(said, (&route.into(), &decision.into(), &reason.into()), "{line}");
        assert_eq!(line["http.response.status_code"], status, "{line}");
    }
}

#[test]
fn a_log_of_refusals_has_what_would_have_been_one() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\nroutes:\n\
         - {{path: /new, check: 'role:admin', shadow: true}}\n- {{path: /last, check: '!'}}\n\
         - {{path: /open, allow: public}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &["log.access=refusals"]);
    let member = keystone.issue("alice", Scope::project("demo")).token();
    for path in ["/open", "/new", "/last"] {
        get(proxy.public, path, &[("X-Auth-Token", &member)]);
    }
    proxy.process.wait_for("\"/last\"");
    let lines = access_lines(&proxy.process.output());
    let decisions: Vec<_> = lines.iter().map(|line| line["decision"].as_str().unwrap()).collect();
    assert_eq!(decisions, ["shadow_deny", "deny"]);
}

#[test]
fn every_named_route_has_books_of_its_own_from_the_start() {
    let scene = Scene::guarding(SERVICE);
    let count = |route: &str, method: &str, code: u16| {
        scene.sidecar.metric(&format!(
            "portcullis_http_requests_total{{code=\"{code}\",method=\"{method}\",\
             route=\"{route}\"}}"
        ))
    };
    for route in ["health", "me", "flavors", "flavors-admin", "volumes", "objects", "none"] {
        assert_eq!(count(route, "GET", 403), 0.0, "{route}");
        assert_eq!(scene.sidecar.decisions_on(route, "deny", "rule"), 0.0, "{route}");
    }
    let path = format!("/v3/{}/volumes", project(&scene, "demo"));
    scene.sidecar.get_as(&scene.token(), &path);
    scene.sidecar.get_as(&stranger(&scene), &path);
    scene.sidecar.get_as(&admin(&scene), "/flavors");
    scene.sidecar.get("/nowhere", &[]);
    eventually("all are counted", || {
        count("volumes", "GET", 200) == 1.0
            && count("volumes", "GET", 403) == 1.0
            && count("flavors", "GET", 200) == 1.0
            && count("none", "GET", 403) == 1.0
    });
    let others = scene.sidecar.metrics();
    assert!(!others.keys().any(|name| name.contains("route=\"default\"")), "nothing is unnamed");
}

fn access_lines(output: &str) -> Vec<Value> {
    let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "portcullis::access").collect()
}
