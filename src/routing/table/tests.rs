use proptest::prelude::*;

use super::*;

fn row(text: &str) -> (Pattern, String) {
    let mut words = text.split(' ');
    let (methods, template) = (words.next().unwrap(), words.next().unwrap());
    let methods = match methods {
        "*" => Methods::All,
        some => Methods::These(some.split(',').map(|method| method.parse().unwrap()).collect()),
    };
    let host = words.next().map(|host| HostPattern::parse(host).unwrap());
    (Pattern::new(methods, host, template).unwrap(), text.to_owned())
}

fn table(rows: &[&str]) -> Table<String> {
    Table::new(rows.iter().map(|text| row(text)).collect())
}

fn asked<'a>(method: &'a Method, path: &'a str) -> Asked<'a> {
    Asked { method, host: Some("api.example:8774"), path }
}

/// The row that `GET path` takes; empty for none.
fn found(table: &Table<String>, path: &str) -> String {
    table.find(asked(&Method::GET, path)).map(|found| found.route.clone()).unwrap_or_default()
}

#[test]
fn the_first_row_that_fits_counts() {
    let table = table(&[
        "GET /healthz",
        "POST /v1/{project_id}/volumes",
        "GET /v1/{project_id}/volumes/detail",
        "GET /v1/{project_id}/volumes/{id}",
        "* /v1/{project_id}/volumes/{id}/**",
        "GET /v1/special/volumes/{id}",
        "* /admin/** other.example",
        "* /admin",
        "GET /files/*.json",
        "* /**/action",
        "* /v1/**",
    ]);
    for (path, expected) in [
        ("/healthz", "GET /healthz"),
        ("/healthz/", "GET /healthz"),
        ("/healthz;jsessionid=1", "GET /healthz"),
        ("/v1/p/volumes", "* /v1/**"),
        ("/v1/p/volumes/detail", "GET /v1/{project_id}/volumes/detail"),
        ("/v1/p/volumes/5", "GET /v1/{project_id}/volumes/{id}"),
        ("/v1/special/volumes/5", "GET /v1/{project_id}/volumes/{id}"),
        ("/v1/p/volumes/5/", "GET /v1/{project_id}/volumes/{id}"),
        ("/v1/p/volumes/5/metadata", "* /v1/{project_id}/volumes/{id}/**"),
        ("/v1/p/volumes/5/action", "* /v1/{project_id}/volumes/{id}/**"),
        ("/v1/p/servers/5/action", "* /**/action"),
        ("/action", "* /**/action"),
        ("/v1", "* /v1/**"),
        ("/v1/", "* /v1/**"),
        ("/admin", "* /admin"),
        ("/admin/x", ""),
        ("/files/a.json", "GET /files/*.json"),
        ("/files/.json", ""),
        ("/files/a.json;v=1", ""),
        ("/files/secret;.json", ""),
        ("/files/secret%3B.json", ""),
        ("/files/secret%3F.json", ""),
        ("/files/secret%23.json", ""),
        ("/v1/p/volumes/5%3Fx", "GET /v1/{project_id}/volumes/{id}"),
        ("/v1/p/volumes/5;x.json", "GET /v1/{project_id}/volumes/{id}"),
        ("/files/a.xml", ""),
        ("/", ""),
        ("*", ""),
    ] {
        assert_eq!(found(&table, path), expected, "{path}");
    }
    let post = table.find(asked(&Method::POST, "/v1/p/volumes")).unwrap();
    assert_eq!(post.route, "POST /v1/{project_id}/volumes");
    assert!(table.find(asked(&Method::HEAD, "/healthz")).is_none(), "HEAD is not GET");
}

#[test]
fn no_spelling_of_a_character_leads_past_a_row() {
    let table = table(&["* /v1/{id}:delete", "* /v1/@admin/**", "* /v1/%22x%22", "* /v1/**"]);
    for (path, expected) in [
        ("/v1/7:delete", "* /v1/{id}:delete"),
        ("/v1/7%3Adelete", "* /v1/{id}:delete"),
        ("/v1/@admin/x", "* /v1/@admin/**"),
        ("/v1/%40admin/x", "* /v1/@admin/**"),
        ("/v1/\"x\"", "* /v1/%22x%22"),
        ("/v1/%22x%22", "* /v1/%22x%22"),
        ("/v1/a%3Ab", "* /v1/**"),
    ] {
        assert_eq!(found(&table, path), expected, "{path}");
    }
    let delete = table.find(asked(&Method::GET, "/v1/a%40b%3Adelete")).unwrap();
    assert_eq!(delete.capture("id"), Part::Text("a@b"));
}

#[test]
fn no_mixture_of_parameters_leads_past_a_row() {
    let table = table(&[
        "* /two/x*.json/*.json",
        "* /two/**",
        "* /files/*.json",
        "* /files/**",
        "* /tail/**/{owner}",
        "* /tail",
    ]);
    for (path, expected) in [
        ("/two/x;1.json/y.json;2", ""),
        ("/two/x1.json/y.json;2", ""),
        ("/two/x1.json/y.json", "* /two/x*.json/*.json"),
        ("/files/x%3Ba.json;b", ""),
        ("/files/a.json;b", ""),
        ("/tail/a/b%3F/c", "* /tail/**/{owner}"),
    ] {
        assert_eq!(found(&table, path), expected, "{path}");
    }
}

#[test]
fn who_names_no_host_takes_no_row_where_hosts_matter() {
    let asked = |host| Asked { method: &Method::GET, host, path: "/x" };
    let with_host = table(&["* /** admin.example", "* /**"]);
    assert!(with_host.find(asked(None)).is_none());
    assert!(with_host.find(asked(Some("other"))).is_some());
    assert!(table(&["* /x", "* /** admin.example"]).find(asked(None)).is_some());
    assert!(table(&["* /** admin.example"]).find(asked(None)).is_none());
    assert!(table(&["* /**"]).find(asked(None)).is_some());
}

#[test]
fn captures_are_what_services_find_there() {
    let table = table(&["* /v1/AUTH_{project_id}/**/{last}.tar", "* /{a}/x/{b}"]);
    let of = |path: &'static str| table.find(asked(&Method::GET, path)).unwrap();
    let first = of("/v1/AUTH_abc/c/d/e.tar/");
    let parts = ["project_id", "last", "other"].map(|name| first.capture(name));
    assert_eq!(parts, [Part::Text("abc"), Part::Text("e"), Part::Nothing]);
    let second = of("/1;p/x/%E6%3A%2F");
    assert_eq!(second.capture("a"), Part::Several);
    assert_eq!(second.capture("b"), Part::Text("%E6:%2F"));
    assert_eq!(of("/1/x/2%3Fz").capture("b"), Part::Several);
}

#[test]
fn rows_that_nothing_reaches_and_rows_that_share_requests_are_told() {
    let table = table(&[
        "* /v1/**",
        "GET /v1/{a}/b",
        "GET,POST /v2/{a}",
        "GET /v2/*",
        "* /v2/x",
        "* /x/{a} *.example",
        "* /x/y a.example",
        "GET /y/{a}/z",
        "GET /y/w/{b}",
        "* /*.json",
        "* /a.json",
    ]);
    let pair = |(a, b): (&String, &String)| (a.clone(), b.clone());
    let unreachable: Vec<_> = table.unreachable().into_iter().map(pair).collect();
    let expected = [
        ("GET /v1/{a}/b", "* /v1/**"),
        ("GET /v2/*", "GET,POST /v2/{a}"),
        ("* /x/y a.example", "* /x/{a} *.example"),
        ("* /a.json", "* /*.json"),
    ];
    assert_eq!(unreachable, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let overlaps: Vec<_> = table.overlaps().into_iter().map(pair).collect();
    assert!(overlaps.contains(&("GET /y/{a}/z".into(), "GET /y/w/{b}".into())), "{overlaps:?}");
    assert!(overlaps.contains(&("GET,POST /v2/{a}".into(), "* /v2/x".into())), "{overlaps:?}");
}

#[test]
fn five_thousand_rows_take_no_more_steps_than_fifty() {
    let big = |services: usize| {
        let rows: Vec<_> = (0..services)
            .flat_map(|at| {
                [
                    format!("GET /v1/{{project_id}}/thing{at}"),
                    format!("GET /v1/{{project_id}}/thing{at}/{{id}}"),
                    format!("POST /v1/{{project_id}}/thing{at}/{{id}}/action"),
                    format!("* /v1/{{project_id}}/thing{at}/**"),
                    format!("* /admin{at}/** *.example"),
                ]
            })
            .collect();
        table(&rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let (few, many) = (big(10), big(1000));
    assert_eq!((few.rows().len(), many.rows().len()), (50, 5000));
    for path in ["/", "/v1", "/v1/p/thing9/5", "/v1/p/thing9/5/x/y", "/v1/p/none", "/admin9/x/y/z"]
    {
        let steps = |table: &Table<String>| tree::steps::of(|| found(table, path));
        assert_eq!(found(&few, path), found(&many, path));
        assert_eq!(steps(&few), steps(&many), "{path}");
        assert!(steps(&many) <= 2 + 2 * path.len(), "{path}: {}", steps(&many));
    }
}

/// One row after the other, as anybody would write it.
fn slowly(table: &Table<String>, path: &str) -> String {
    let fits = |template: &[Segment]| {
        let path = path.strip_prefix('/').unwrap();
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<_> = if path.is_empty() { vec![] } else { path.split('/').collect() };
        naive(template, &segments)
    };
    let row = table
        .rows
        .iter()
        .find(|(pattern, _)| pattern.takes(asked(&Method::GET, path)) && fits(&pattern.template));
    row.map(|(_, route)| route.clone()).unwrap_or_default()
}

fn naive(template: &[Segment], segments: &[&str]) -> bool {
    match (template, segments) {
        ([], []) => true,
        ([Segment::Rest, tail @ ..], segments) => {
            (0..=segments.len()).any(|at| naive(tail, &segments[at..]))
        }
        ([first, template @ ..], [segment, segments @ ..]) => {
            first.takes(segment) && naive(template, segments)
        }
        _ => false,
    }
}

fn a_template() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec!["a", "b", "{x}", "*", "a{x}", "*b", "c"]);
    (prop::collection::vec(part, 0..4), 0..5_usize, any::<bool>()).prop_map(|(parts, at, wide)| {
        let mut seen = false;
        let mut parts: Vec<_> =
            parts
                .into_iter()
                // A name may stand once.
                .map(|part| {
                    if part.contains('{') && std::mem::replace(&mut seen, true) {
                        "*"
                    } else {
                        part
                    }
                })
                .collect();
        if wide {
            parts.insert(at.min(parts.len()), "**");
        }
        format!("/{}", parts.join("/"))
    })
}

proptest! {
    #[test]
    fn the_tree_finds_what_looking_at_every_row_finds(
        templates in prop::collection::vec(a_template(), 1..12),
        path in "/([abc]{1,2}/){0,4}[abc]{0,2}",
    ) {
        let rows: Vec<_> = templates.iter().map(|template| format!("GET {template}")).collect();
        let rows: Vec<_> = rows.iter().map(String::as_str).collect();
        let table = table(&rows);
        if !path.contains("//") {
            prop_assert_eq!(found(&table, &path), slowly(&table, &path));
        }
    }

    #[test]
    fn a_path_leads_where_it_leads_however_it_is_encoded(
        path in "/([a@:$;~\"{]{1,3}/){0,2}[a@:?#;~(]{1,3}",
        raw in prop::collection::vec(any::<bool>(), 16),
        wide in any::<bool>(),
    ) {
        // `?` and `#` are never raw in a path.
        let spelled: String = path.chars().zip(raw.into_iter().chain(std::iter::repeat(true)))
            .map(|(c, raw)| match c {
                '?' | '#' => format!("%{:02X}", u32::from(c)),
                c if raw || c == '/' || c == 'a' => c.to_string(),
                c => format!("%{:02x}", u32::from(c)),
            })
            .collect();
        let plain = path.replace('?', "%3F").replace('#', "%23");
        let rows = ["GET /a@/**", "GET /{x}:a", "GET /*/$a", "GET /\"/**", "GET /**"];
        let table = table(if wide { &rows } else { &rows[..4] });
        let of = |path: &str| crate::routing::normal(path, crate::routing::PathRules::default())
            .ok().map(|path| found(&table, &path));
        prop_assert_eq!(of(&spelled), of(&plain), "{} {}", spelled, plain);
    }

    #[test]
    fn a_row_that_does_not_fit_changes_nothing(
        templates in prop::collection::vec(a_template(), 1..8),
        at in 0..8_usize,
        path in "/([abc]{1,2}/){0,3}[abc]{1,2}",
    ) {
        let mut rows: Vec<_> = templates.iter().map(|template| format!("GET {template}")).collect();
        let before = table(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        rows.insert(at.min(rows.len()), "GET /unrelated/{x}/**".to_owned());
        let after = table(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(found(&before, &path), found(&after, &path));
    }

    #[test]
    fn a_row_that_covers_another_takes_all_of_its_requests(
        one in a_template(), other in a_template(),
        path in "/([abc]{1,2}/){0,3}[abc]{1,2}",
    ) {
        let (one, other) = (row(&format!("GET {one}")).0, row(&format!("GET {other}")).0);
        let takes = |pattern: &Pattern| {
            let table = Table::new(vec![(pattern.clone(), ())]);
            table.find(asked(&Method::GET, &path)).is_some()
        };
        if takes(&other) {
            prop_assert!(!one.covers(&other) || takes(&one));
            prop_assert!(one.meets(&other) || !takes(&one));
        }
    }
}
