use proptest::prelude::*;

use crate::identity::AccessRule;

use super::*;

fn rule(method: &str, path: &str) -> AccessRule {
    AccessRule { service: "compute".into(), method: method.into(), path: path.into() }
}

fn restricted(rules: &[AccessRule]) -> Restriction {
    Restriction {
        rules: rules.into(),
        services: Some(["identity".to_owned(), "compute".to_owned()].into()),
    }
}

fn get(path: &str) -> Asked<'_> {
    Asked { method: &Method::GET, path, chained: false }
}

/// Whether a rule for `GET` and `template` lets `path` through.
fn fits(template: &str, path: &str) -> bool {
    allow(&restricted(&[rule("GET", template)]), Some("compute"), get(path))
}

/// keystonemiddleware's own pairs (`TestAccessRules`), and those of its application credentials.
const FIT: &[(&str, &str)] = &[
    ("/v2/servers/{server_id}", "/v2/servers/123"),
    ("/v2/servers/{server_id}", "/v2/servers/{server_id}"),
    ("/v2/servers/{server_id}/action", "/v2/servers/123/action"),
    ("/v2/servers/**", "/v2/servers/123"),
    ("/v2/servers/**", "/v2/servers/123/456"),
    ("/v2/servers/**", "/v2/servers/"),
    ("/v2/**", "/v2/a//b"),
    ("**", "/anything/at/all"),
    ("/**", "/"),
    ("/v2/*", "/v2/images"),
    ("/v2/*/*/*", "/v2/a/b/c"),
    ("/v2/***", "/v2/a"),
    ("/v2/*{x}", "/v2/ab"),
    ("/v2/a*c", "/v2/abbc"),
    ("/v2/**/detail", "/v2/a/b/detail"),
    ("/v3/{project_id}/types/{volume_type_id}", "/v3/p/types/t"),
    // A literal is a literal.
    ("/a+", "/a+"),
    ("/a(b)", "/a(b)"),
    ("/a.b", "/a.b"),
    // A brace without a partner stands for nothing.
    ("/v2/}x", "/v2/x"),
    ("/v2/{x", "/v2/x"),
    // Decoded once, quoted again.
    ("/~x", "/%7ex"),
    ("/{x}", "/a;b"),
    ("/{x}", "/a%3Bb"),
    ("/a%20b", "/a%20b"),
    ("/%E6%97%A5", "/%e6%97%a5"),
    ("/100%25", "/100%25"),
    ("/v1/**", "/v1/a%2Fb"),
    ("/v1/**", "/v1/why%3F"),
    ("/v1/*", "/v1/a%23b"),
];

const DO_NOT_FIT: &[(&str, &str)] = &[
    ("/v2/servers/{server_id}", "/v2/servers/123/"),
    ("/v2/servers/{server_id}", "/v2/servers/"),
    ("/v2/servers/{server_id}", "/v2/servers//"),
    ("/v2/servers/{server_id}", "/v2/servers/123/456"),
    ("/v2/servers/{server_id}", "/v2/servers"),
    ("v2/servers/{server_id}", "/v2/servers/123"),
    ("/v2/servers/**", "/v2/servers"),
    ("/v2/*", "/v2/"),
    ("/v2/*/*/*", "/v2/a/b"),
    ("/v2/*/*/*", "/v2/a/b/c/d"),
    ("/v2/*/*/*", "/v2/a//c"),
    ("/v2/***", "/v2/"),
    ("/v2/*{x}", "/v2/a"),
    ("/v2.1/servers", "/v2x1/servers"),
    ("/a+", "/aa"),
    ("/a?", "/"),
    ("/a(b)", "/ab"),
    ("/a|/b", "/b"),
    ("/a$", "/a"),
    ("/[", "/b"),
    ("", "/"),
    ("/a b", "/a%20b"),
    ("**", "*"),
    ("/v2/servers/{id}", "/V2/servers/1"),
    // An encoded slash is a slash to some and none to others.
    ("/v2/servers/{id}", "/v2/servers/a%2Fb"),
    ("/v2/servers/{id}/{x}", "/v2/servers/a%2fb"),
    ("/v2/servers/{id}/b", "/v2/servers/a%252Fb"),
    ("/v2/servers/**", "/v2/servers/a%252Fb"),
    // What is merged must fit too.
    ("/v2/**/detail", "/v2//detail"),
    // And what is left without parameters.
    ("/v2/servers/{id}", "/v2/servers/;"),
    ("/v2/servers/{id}", "/v2/servers/;x=1"),
    ("/v2/servers/{id}", "/v2/servers/%3Bx"),
    ("/v2/servers/{id}", "/v2/servers/%253Bx"),
    ("/v2/{project_id}/servers", "/v2/;x/servers"),
    ("/v2/images/{id}.public", "/v2/images/secret;.public"),
    ("/a;b", "/a;b"),
    // And what is left when a query begins at an encoded mark.
    ("/v2/servers/{id}/action", "/v2/servers/1%3F/action"),
    ("/v2/servers/{id}/action", "/v2/servers/1%3f/action"),
    ("/v2/servers/{id}/action", "/v2/servers/1%23/action"),
    ("/v2/servers/{id}", "/v2/servers/%3Fx"),
    ("/v2/servers/{id}", "/v2/servers/a%253Fb"),
    ("/v2/servers/**", "/v2/servers/a%2523b"),
    // Dot segments, in every spelling.
    ("/v2/**", "/v2/.."),
    ("/v2/**", "/v2/./a"),
    ("/v2/**", "/v2/../v3"),
    ("/v2/*", "/v2/%2e%2E"),
    ("/v2/*", "/v2/.%2e"),
    ("/v2/**", "/v2/%252e%252e/v3"),
    ("/v2/**", "/v2/%25252e%25252e/v3"),
    ("/v2/**", "/v2/..;x/v3"),
    ("/v2/**", "/v2/..%3Bx/v3"),
    ("/v2/**", "/v2/..%3Fx"),
    ("/v2/**", "/v2/.%23"),
    ("/v2/**", "/v2/..%2fv3"),
    ("/v2/**", r"/v2/..\v3"),
    ("/v2/**", "/v2/a%5Cb"),
    ("/v2/**", "/v2/a%00"),
    ("/v2/*", "/v2/a%0a"),
    ("/v2/**", "/v2/a%7F"),
    ("/v2/**", "/v2/..%252F%25"),
    ("/v2/**", "/v2/%"),
    ("/v2/**", "/v2/%zz"),
    ("/v2/**", "/v2/%+1"),
];

#[test]
fn a_template_fits_as_keystone_documents_it() {
    for (template, path) in FIT {
        assert!(fits(template, path), "{template} refuses {path}");
    }
    for (template, path) in DO_NOT_FIT {
        assert!(!fits(template, path), "{template} lets {path} through");
    }
}

#[test]
fn method_service_and_catalogue_must_agree() {
    let rules = restricted(&[rule("GET", "/a"), rule("POST", "/b")]);
    let asked = |method, path| Asked { method, path, chained: false };
    assert!(allow(&rules, Some("compute"), get("/a")));
    assert!(allow(&rules, Some("compute"), asked(&Method::POST, "/b")));
    for (service, asked) in [
        (Some("compute"), asked(&Method::POST, "/a")),
        (Some("compute"), asked(&Method::HEAD, "/a")),
        (Some("Compute"), get("/a")),
        (Some("identity"), get("/a")),
        (Some("image"), get("/a")),
        (None, get("/a")),
    ] {
        assert!(!allow(&rules, service, asked), "{service:?} {} {}", asked.method, asked.path);
    }
    for services in [None, Some([].into())] {
        let elsewhere = Restriction { services, ..rules.clone() };
        assert!(!allow(&elsewhere, Some("compute"), get("/a")));
        assert!(!allow(&elsewhere, Some("compute"), Asked { chained: true, ..get("/a") }));
    }
    assert!(!allow(&restricted(&[]), Some("compute"), get("/a")), "no rule allows nothing");
}

#[test]
fn a_chained_request_is_not_held_to_the_rules() {
    let rules = restricted(&[]);
    assert!(allow(&rules, Some("compute"), Asked { chained: true, ..get("/any/..%00") }));
}

#[test]
fn a_token_can_always_be_validated_at_the_identity_service() {
    let rules = restricted(&[]);
    let asked = |method, path| Asked { method, path, chained: false };
    assert!(allow(&rules, Some("identity"), get("/v3/auth/tokens")));
    assert!(allow(&rules, Some("identity"), get("/identity/v3/auth/tokens")));
    for asked in [
        asked(&Method::DELETE, "/v3/auth/tokens"),
        get("/v3/auth/tokens/"),
        get("/v3/users/../auth/tokens"),
        get("/v3/users/x%2Fv3/auth/tokens/.."),
        get("/v3/users%3F/v3/auth/tokens"),
    ] {
        assert!(!allow(&rules, Some("identity"), asked), "{} {}", asked.method, asked.path);
    }
    assert!(!allow(&rules, Some("compute"), get("/v3/auth/tokens")));
}

#[test]
fn a_template_made_to_be_slow_is_cut_off() {
    let rules: Vec<_> = (0..500).map(|_| rule("GET", &"/**a".repeat(50))).collect();
    let path = format!("/{}b", "/a".repeat(4000));
    assert!(!allow(&restricted(&rules), Some("compute"), get(&path)));
    assert!(!fits("/**", &format!("/{}", "a".repeat(10_000))), "a path may be too long");
}

/// What a service may make of a path: it decodes once or twice or not at all, merges slashes or
/// not, cuts parameters off or not, ends at a query or not, takes a backslash for a slash or not, and
/// then walks it.
fn every_walk(path: &str) -> Vec<String> {
    let mut walks = vec![path.to_owned()];
    for times in 1..=2 {
        let mut text = path.to_owned();
        for _ in 0..times {
            text = percent_decoded(&text);
        }
        walks.push(text);
    }
    let more: Vec<_> = walks.iter().map(|walk| walk.replace('\\', "/")).collect();
    walks.extend(more);
    let more: Vec<_> = walks.iter().map(|walk| without_parameters(walk)).collect();
    walks.extend(more);
    let more: Vec<_> = walks.iter().map(|walk| without_query(walk)).collect();
    walks.extend(more);
    let mut walked = Vec::new();
    for walk in walks {
        for merge in [false, true] {
            walked.push(resolved(&walk, merge));
        }
    }
    walked
}

fn percent_decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let code = rest.get(1..3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (c, code) {
            ('%', Some(code)) => {
                out.push(char::from(code));
                rest = &rest[3..];
            }
            (c, _) => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

fn without_parameters(text: &str) -> String {
    let names = text.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    names.collect::<Vec<_>>().join("/")
}

fn without_query(text: &str) -> String {
    text.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn resolved(text: &str, merge: bool) -> String {
    let mut place: Vec<&str> = Vec::new();
    for segment in text.trim_start_matches('/').split('/') {
        match segment {
            "." => {}
            ".." => {
                place.pop();
            }
            "" if merge => {}
            segment => place.push(segment),
        }
    }
    format!("/{}", place.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// What one rule allows is one thing done to one server, whoever reads the path.
    #[test]
    fn no_spelling_of_a_path_loses_the_end_that_a_rule_demands(
        middle in "(a|%3f|%3F|%23|%253f|%2523|;|%3b|%2f|%25){0,5}",
    ) {
        let path = format!("/public/{middle}/action");
        if fits("/public/{id}/action", &path) {
            for walk in every_walk(&path) {
                prop_assert!(walk.ends_with("/action"), "{path} is {walk}");
            }
        }
    }

    /// The one rule allows what lies below `/public/`. However a path is written, if it passes,
    /// no service finds anything else in it.
    #[test]
    fn no_spelling_of_a_path_leads_out_of_what_a_rule_allows(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "public", "secret", "/", "//", ".", "..", "%2e", "%2E%2e", "%252e", "%2f", "%252F",
                "%5c", "\\", ";", "%3b", "%00", "%", "%25", "a", "%61", "?", "%3f", "%23", "%253F", "~", "é", "%c3%a9",
            ]),
            0..12,
        ),
    ) {
        let path = format!("/public/{}", parts.concat());
        if fits("/public/**", &path) {
            for walk in every_walk(&path) {
                prop_assert!(walk == "/public" || walk.starts_with("/public/"), "{path} is {walk}");
            }
        }
    }

    #[test]
    fn no_path_and_no_template_make_it_panic(template in ".{0,40}", path in ".{0,60}") {
        fits(&template, &path);
        fits(&template, &format!("/{path}"));
    }

    /// Against a matcher written another way.
    #[test]
    fn templates_mean_what_the_plain_reading_says(
        template in "/[ab/*{}]{0,10}", path in "/[ab/]{0,8}",
    ) {
        let expected = naive(&tokens(&template), path.as_bytes());
        let mut budget = Budget::default();
        prop_assert_eq!(matches(&template, &path, &mut budget), expected);
    }
}

enum Token {
    Any,
    Byte(u8),
    Some,
}

fn tokens(template: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = template.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'{' => {
                if let Some(end) = tail.iter().position(|byte| *byte == b'}') {
                    out.push(Token::Some);
                    rest = &tail[end + 1..];
                }
            }
            b'}' => {}
            b'*' if tail.first() == Some(&b'*') => {
                out.push(Token::Any);
                rest = &tail[1..];
            }
            b'*' => out.push(Token::Some),
            byte => out.push(Token::Byte(*byte)),
        }
    }
    out
}

fn naive(tokens: &[Token], path: &[u8]) -> bool {
    match (tokens, path) {
        ([], path) => path.is_empty(),
        ([Token::Any, rest @ ..], path) => (0..=path.len()).any(|at| naive(rest, &path[at..])),
        ([Token::Byte(byte), rest @ ..], [first, path @ ..]) => byte == first && naive(rest, path),
        ([Token::Some, rest @ ..], path) => (1..=path.len())
            .take_while(|at| path[at - 1] != b'/')
            .any(|at| naive(rest, &path[at..])),
        (_, []) => false,
    }
}
