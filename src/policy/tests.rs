use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::*;
use crate::identity::{Delegation, Draft, Identity, Named, ScopeDraft, UnixTime};
use crate::routing::{Methods, Pattern};

fn identity(scope: ScopeDraft, roles: &[&str]) -> Identity {
    let draft = Draft {
        user: Named {
            id: "u1".into(),
            name: "alice".into(),
            domain: Some(("default".into(), "Default".into())),
        },
        scope,
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        audit_ids: vec![],
        expires_at: UnixTime::MAX,
        is_admin_project: true,
        delegation: Delegation { trust_id: Some("t1".into()), application_credential_id: None },
        restriction: None,
        catalogue: None,
        token_info: None,
    };
    Identity::new(&draft).unwrap()
}

fn member(project: &str) -> Identity {
    let project = Named { id: project.into(), name: "demo".into(), domain: None };
    identity(ScopeDraft::Project(project), &["member", "Reader"])
}

/// A policy of one route for everything under a template, with an inline rule.
fn policy(template: &str, rule: &str, change: impl FnOnce(&mut Route)) -> Policy {
    let mut route = Route::anywhere();
    route.access = Access::Rule("the rule".into());
    change(&mut route);
    let pattern = Pattern::new(Methods::All, None, template).unwrap();
    Policy::new(Settings {
        routes: Some(vec![RouteSettings { pattern, route }]),
        rules: oslo_policy::Policy::builder().inline("the rule", rule),
        ..Settings::default()
    })
    .unwrap()
}

struct Request {
    path: &'static str,
    query: Option<&'static str>,
    headers: HeaderMap,
    body: Option<Json>,
}

fn get(path: &'static str) -> Request {
    Request { path, query: None, headers: HeaderMap::new(), body: None }
}

fn decide(policy: &Policy, request: &Request, user: &Identity) -> Result<(), Forbidden> {
    let asked = Asked { method: &Method::GET, host: None, path: request.path };
    let way = policy.way(asked)?;
    let body = request.body.as_ref().map_or(Said::Nothing, Said::Members);
    let facts = Facts { query: request.query, headers: &request.headers, body };
    policy.permits(&way, &facts, Caller { user, service: None })
}

#[test]
fn a_part_of_the_path_is_compared_with_the_token() {
    let owner = policy("/v1/AUTH_{project_id}/**", "project_id:%(project_id)s", |_| {});
    assert_eq!(decide(&owner, &get("/v1/AUTH_p1/c/o"), &member("p1")), Ok(()));
    assert_eq!(decide(&owner, &get("/v1/AUTH_p2/c/o"), &member("p1")), Err(Forbidden::Rule));
    assert_eq!(decide(&owner, &get("/v1/p1"), &member("p1")), Err(Forbidden::NoRoute));
    assert_eq!(decide(&owner, &get("/v1/AUTH_p%311/c"), &member("p11")), Ok(()), "decoded");
}

#[test]
fn roles_are_compared_without_regard_to_case_and_ids_with_it() {
    let reader = policy("/**", "role:READER and user_id:u1 and trust_id:t1", |_| {});
    assert_eq!(decide(&reader, &get("/"), &member("p1")), Ok(()));
    let other = policy("/**", "role:reader and user_id:U1", |_| {});
    assert_eq!(decide(&other, &get("/"), &member("p1")), Err(Forbidden::Rule));
}

#[test]
fn a_scope_that_the_route_is_not_for_is_refused_before_the_rule() {
    let system = policy("/**", "@", |route| {
        route.scopes = Scopes { system: true, domain: false, project: false, unscoped: false };
    });
    assert_eq!(decide(&system, &get("/"), &member("p1")), Err(Forbidden::Scope));
    assert_eq!(decide(&system, &get("/"), &identity(ScopeDraft::System, &[])), Ok(()));
}

#[test]
fn every_occurrence_of_a_query_parameter_counts() {
    for rule in ["project_id:%(query.project_id)s", "not project_id:%(query.project_id)s"] {
        let policy = policy("/**", rule, |route| route.query = ["project_id".into()].into());
        let ask =
            |query| decide(&policy, &Request { query: Some(query), ..get("/") }, &member("p1"));
        let negated = rule.starts_with("not");
        assert_eq!(ask("project_id=p1").is_ok(), !negated);
        assert_eq!(ask("project_id=p1&x=1&project_id=p1").is_ok(), !negated);
        assert_eq!(ask("%70roject_id=%701").is_ok(), !negated);
        assert_eq!(ask("project_id=p2").is_ok(), negated);
        for twisted in [
            "project_id=p1&project_id=p2",
            "project_id=p2&project_id=p1",
            "project_id=p1&project%5Fid=p2",
            "project_id=p1;project_id=p2",
            "x=1;project_id=p2&project_id=p1",
        ] {
            assert_eq!(ask(twisted), Err(Forbidden::Undecided), "{rule} {twisted}");
        }
    }
}

#[test]
fn only_what_the_route_names_is_looked_at() {
    let rule = "p1:%(query.project_id)s or p1:%(header.x-project)s or p1:%(body.project)s";
    let mut request = get("/");
    request.query = Some("project_id=p1");
    request.headers.insert("x-project", HeaderValue::from_static("p1"));
    let closed = policy("/**", rule, |_| {});
    assert_eq!(decide(&closed, &request, &member("p1")), Err(Forbidden::Rule));
    for open in [
        policy("/**", "'p1':%(query.project_id)s", |route| {
            route.query = ["project_id".into()].into();
        }),
        policy("/**", "'p1':%(header.x-project)s", |route| {
            route.headers = [HeaderName::from_static("x-project")].into();
        }),
    ] {
        assert_eq!(decide(&open, &request, &member("p1")), Ok(()));
    }
    request.headers.append("x-project", HeaderValue::from_static("p2"));
    let header = policy("/**", "'p1':%(header.x-project)s", |route| {
        route.headers = [HeaderName::from_static("x-project")].into();
    });
    assert_eq!(decide(&header, &request, &member("p1")), Err(Forbidden::Undecided));
}

#[test]
fn members_of_a_body_are_found_by_their_path() {
    let policy = policy("/**", "'big':%(body.server.flavors.1.name)s and 2:%(body.n)s", |_| {});
    let body = json!({"server": {"flavors": [{"name": "small"}, {"name": "big"}]}, "n": 2});
    let request = Request { body: Some(body), ..get("/") };
    assert_eq!(decide(&policy, &request, &member("p1")), Ok(()));
    assert_eq!(decide(&policy, &get("/"), &member("p1")), Err(Forbidden::Rule));
}

#[test]
fn without_routes_every_valid_token_passes_and_with_an_empty_table_none() {
    let open = Policy::new(Settings::default()).unwrap();
    assert_eq!(decide(&open, &get("/any//../thing"), &member("p1")), Ok(()));
    let shut = Policy::new(Settings { routes: Some(vec![]), ..Settings::default() }).unwrap();
    assert_eq!(decide(&shut, &get("/"), &member("p1")), Err(Forbidden::NoRoute));
}

#[test]
fn a_route_whose_rule_is_not_there_is_a_mistake() {
    let pattern = Pattern::new(Methods::All, None, "/").unwrap();
    let route = Route { access: Access::Rule("nowhere".into()), ..Route::anywhere() };
    let settings =
        Settings { routes: Some(vec![RouteSettings { pattern, route }]), ..Settings::default() };
    let errors = Policy::new(settings).unwrap_err();
    assert_eq!(errors, [r#"route "default": there is no rule "nowhere", and no default rule"#]);
}

#[test]
fn a_parameter_that_only_some_services_find_decides_nothing() {
    for rule in ["project_id:%(query.project_id)s", "not project_id:%(query.project_id)s"] {
        let policy = policy("/**", rule, |route| route.query = ["project_id".into()].into());
        for query in ["x=1;project_id=p1", ";project_id=p1", "x=1;project_id=p2", "project_id=p1;x"]
        {
            let request = Request { query: Some(query), ..get("/") };
            let verdict = decide(&policy, &request, &member("p1"));
            assert_eq!(verdict, Err(Forbidden::Undecided), "{rule} {query}");
        }
    }
}

#[test]
fn a_member_that_some_services_read_in_any_case_of_letters_decides_nothing() {
    for rule in ["project_id:%(body.a.project_id)s", "not project_id:%(body.a.project_id)s"] {
        let policy = policy("/**", rule, |_| {});
        for body in [
            json!({"a": {"project_id": "p1", "Project_ID": "p2"}}),
            json!({"a": {"PROJECT_ID": "p2"}}),
            json!({"a": {"project_id": "p1"}, "A": {"project_id": "p2"}}),
            json!({"A": {"project_id": "p1"}}),
        ] {
            let request = Request { body: Some(body), ..get("/") };
            let verdict = decide(&policy, &request, &member("p1"));
            assert_eq!(verdict, Err(Forbidden::Undecided), "{rule} {:?}", request.body);
        }
    }
    let kelvin = policy("/**", "not 'p1':%(body.link)s", |_| {});
    let request = Request { body: Some(json!({"lin\u{212a}": "p2"})), ..get("/") };
    assert_eq!(decide(&kelvin, &request, &member("p1")), Err(Forbidden::Undecided));
}

#[test]
fn what_cannot_be_known_is_not_kept_from_another_server() {
    let policy = policy("/{project_id}", "@", |route| {
        route.query = ["q".into()].into();
        route.headers = [HeaderName::from_static("x-a")].into();
    });
    let told = |query, lines: &[&'static str]| {
        let headers: HeaderMap = lines
            .iter()
            .map(|value| (HeaderName::from_static("x-a"), HeaderValue::from_static(value)))
            .collect();
        let asked = Asked { method: &Method::GET, host: None, path: "/p1" };
        let way = policy.way(asked).unwrap();
        Facts { query, headers: &headers, body: Said::Nothing }.to_json(&way)
    };
    let all = json!({"project_id": "p1", "query.q": "1", "header.x-a": "2"});
    assert_eq!(told(Some("q=1"), &["2"]), Some(all));
    assert_eq!(told(None, &[]), Some(json!({"project_id": "p1"})));
    assert_eq!(told(Some("q=1&q=2"), &[]), None);
    assert_eq!(told(Some("x;q=1"), &[]), None);
    assert_eq!(told(None, &["1", "2"]), None);
}

/// A route that says who may, and the name of its rule.
fn a_row() -> impl Strategy<Value = (&'static str, &'static str, bool)> {
    const TEMPLATES: &[&str] =
        &["/a", "/a/{project_id}", "/{project_id}/**", "/**/a", "/a/*.png", "/**"];
    const RULES: &[&str] = &["member", "owner", "other", "nobody", "several"];
    (select(TEMPLATES), select(RULES), any::<bool>())
}

fn of_rows(rows: &[(&str, &str, bool)]) -> Policy {
    let routes = rows.iter().map(|(template, rule, every_scope)| RouteSettings {
        pattern: Pattern::new(Methods::All, None, template).unwrap(),
        route: Route {
            access: Access::Rule((*rule).into()),
            scopes: Scopes { project: *every_scope, ..Scopes::ALL },
            query: ["q".into()].into(),
            ..Route::anywhere()
        },
    });
    let rules = oslo_policy::Policy::builder()
        .inline("member", "role:member")
        .inline("owner", "project_id:%(project_id)s")
        .inline("other", "not rule:owner")
        .inline("nobody", "!")
        .inline("several", "'p1':%(query.q)s");
    Policy::new(Settings { routes: Some(routes.collect()), rules, ..Settings::default() }).unwrap()
}

proptest! {
    #[test]
    fn a_route_for_something_else_changes_nobodys_verdict(
        rows in prop::collection::vec(a_row(), 0..6),
        at in 0..7_usize,
        path in select(&["/a", "/a/p1", "/a/p2", "/p1/x/a", "/a/x.png", "/a/x;.png", "/"][..]),
        query in select(&[None, Some("q=p1"), Some("q=p1&q=p2")][..]),
    ) {
        let request = Request { query, ..get(path) };
        let before = decide(&of_rows(&rows), &request, &member("p1"));
        let mut more = rows.clone();
        more.insert(at.min(rows.len()), ("/unrelated/{project_id}/**", "member", true));
        prop_assert_eq!(before, decide(&of_rows(&more), &request, &member("p1")));
    }
}

#[test]
fn a_body_that_cannot_be_read_decides_nothing_that_depends_on_it() {
    let ask = |rule| {
        let policy = policy("/**", rule, |_| {});
        let asked = Asked { method: &Method::POST, host: None, path: "/" };
        let way = policy.way(asked).unwrap();
        let facts = Facts { query: None, headers: &HeaderMap::new(), body: Said::Unreadable };
        policy.permits(&way, &facts, Caller { user: &member("p1"), service: None })
    };
    assert_eq!(ask("role:member or 1:%(body.n)s"), Ok(()));
    assert_eq!(ask("1:%(body.n)s"), Err(Forbidden::Undecided));
    assert_eq!(ask("not 1:%(body.n)s"), Err(Forbidden::Undecided));
}
