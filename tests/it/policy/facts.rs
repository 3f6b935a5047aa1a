//! Rules that look at the query and at header fields: every occurrence counts, and what the
//! service might read as another value decides nothing.

use crate::support::Scene;

use super::assert_refused;

const ROUTES: &str = r#"
routes:
- {path: /q, check: "'p1':%(query.project_id)s", query: project_id}
- {path: /n, check: "not 'p1':%(query.project_id)s", query: project_id}
- {path: /h, check: "'p1':%(header.x-project)s", headers: X-Project}
- {path: /unnamed, check: "'p1':%(query.project_id)s or 'p1':%(header.x-project)s"}
"#;

#[test]
fn a_query_parameter_decides_by_all_of_its_occurrences() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    for (query, on_q, on_n) in [
        ("project_id=p1", 200, 403),
        ("x=1&project_id=p1&y=2", 200, 403),
        ("%70roject%5Fid=%70%31", 200, 403),
        ("project_id=p1&project_id=p1", 200, 403),
        ("project_id=p2", 403, 200),
        ("project_id=P1", 403, 200),
        ("project_id=p1+", 403, 200),
        // Two values, for whichever reader: nobody can say which one the service takes.
        ("project_id=p1&project_id=p2", 403, 403),
        ("project_id=p2&project_id=p1", 403, 403),
        ("project_id=p1&%70roject_id=p2", 403, 403),
        ("project_id=p1;project_id=p2", 403, 403),
        ("a=b;project_id=p2&project_id=p1", 403, 403),
        ("project_id=p1&project_id", 403, 403),
        ("project_id=p1&project_id=", 403, 403),
        // Another name for us, the same for some services.
        ("Project_ID=p1", 403, 403),
        ("project_id=p1&project_id[]=p2", 403, 403),
        ("project_id=p1&+project.id=p2", 403, 403),
        ("project_id=p1&project%20id=p2", 403, 403),
        ("project_id=p1&project_id%00=p2", 403, 403),
        ("project_id=p1&project_id_2=p2", 200, 403),
        ("project_id=p1&project[id=p2", 403, 403),
        ("[project_id]=p1", 403, 403),
        ("project_id=p2&%5Bproject_id]=p1", 403, 403),
        ("project_id]=p1", 403, 403),
        // Dropped or replaced, as decoders like it.
        ("project_id=p1%FF", 403, 403),
        ("project_id=p2%zz", 403, 403),
        ("project_id=p2&project_id%FF=p1", 403, 403),
        ("project_id=p2&%u0070roject_id=p1", 403, 403),
        ("project_id=p1&q=%zz", 200, 403),
        ("&project_id=p1&&=x&[]=y&", 200, 403),
    ] {
        for (path, status) in [("/q", on_q), ("/n", on_n)] {
            let target = format!("{path}?{query}");
            let before = scene.upstream.count();
            assert_eq!(scene.sidecar.get_as(&token, &target).status, status, "{target}");
            if status == 200 {
                assert_eq!(scene.upstream.last().target(), target, "the query goes on as it came");
            }
            assert_eq!(scene.upstream.count() - before, usize::from(status == 200), "{target}");
        }
    }
    assert_refused(&scene.sidecar.get_as(&token, "/q"), 403);
    // Most servers stop reading somewhere.
    for (others, status) in [(499, 200), (500, 403)] {
        let target = format!("/q?{}project_id=p1", "a&".repeat(others));
        assert_eq!(scene.sidecar.get_as(&token, &target).status, status, "{others}");
    }
}

#[test]
fn a_parameter_in_brackets_is_another_than_its_neighbours() {
    let scene = Scene::guarding(
        "routes: [{path: /**, check: \"'10':%(query.page[size])s\", query: 'page[size]'}]\n",
    );
    let token = scene.token();
    for (query, status) in [
        ("page[size]=10", 200),
        ("page%5Bsize%5D=10&page[number]=2&filter[size]=9", 200),
        ("page[size]=10&page[size]=11", 403),
        ("page[size]=10&page[SIZE]=11", 403),
        ("page[size]=10&page[]=11", 403),
        ("page[size]=10&page=11", 403),
        ("page[size]=10&page[size][a]=11", 403),
        ("page[size]=10&[page][size]=11", 403),
        ("page[size]=10&page[size=11", 403),
    ] {
        let target = format!("/?{query}");
        assert_eq!(scene.sidecar.get_as(&token, &target).status, status, "{target}");
    }
}

#[test]
fn a_header_field_decides_by_all_of_its_lines() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    for (lines, status) in [
        (&[("X-Project", "p1")][..], 200),
        (&[("x-PROJECT", " p1 ")], 200),
        (&[("X-Project", "p1"), ("X-Project", "p1")], 200),
        (&[("X-Project", "p2")], 403),
        (&[("X-Project", "p1"), ("X-Project", "p2")], 403),
        (&[("X-Project", "p2"), ("X-Project", "p1")], 403),
        (&[("X-Project", "p1, p2")], 403),
        (&[("X-Project", "p1"), ("X-Project", "")], 403),
        (&[("X_Project", "p1")], 403),
        (&[], 403),
    ] {
        let fields = [&[("X-Auth-Token", &token[..])], lines].concat();
        assert_eq!(scene.sidecar.get("/h", &fields).status, status, "{lines:?}");
    }
}

#[test]
fn a_field_that_would_not_reach_the_service_is_a_400() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    for connection in ["x-project", "close, X-Project"] {
        let fields =
            [("X-Auth-Token", &token[..]), ("X-Project", "p1"), ("Connection", connection)];
        assert_refused(&scene.sidecar.get("/h", &fields), 400);
    }
    assert_eq!(scene.upstream.count(), 0);
    let rejected = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"connection\"}");
    assert_eq!(rejected, 2.0);
}

#[test]
fn only_what_the_route_names_is_looked_at() {
    let scene = Scene::guarding(ROUTES);
    let token = scene.token();
    let fields = [("X-Auth-Token", &token[..]), ("X-Project", "p1")];
    assert_refused(&scene.sidecar.get("/unnamed?project_id=p1", &fields), 403);
}
