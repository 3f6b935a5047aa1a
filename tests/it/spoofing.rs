//! No client can tell the service who it is: whatever it sends in a protected header, in whatever
//! disguise, is gone, and the truth stands there once.
//!
//! The cases are generated from the same table that the program strips and sets by, so a header
//! added there is attacked here.

use keystone_double::Scope;
use portcullis::identity::{Class, PREFIXES, TABLE};

use crate::support::{Client, Request, Scene, exchange};

/// Every character besides letters and digits that a field name may hold. A server behind us may
/// take any of them for a hyphen.
const MARKS: &str = "!#$%&'*+-.^_`|~";

const STRIPPED: &str = "portcullis_http_stripped_fields_total";

/// Whether a field of that name is a token to be judged, so that a made-up one is refused.
fn is_judged(name: &str) -> bool {
    matches!(name, "x-auth-token" | "x-service-token")
}

#[test]
fn a01_a03_a04_a05_a06_a07_a08_no_spelling_of_a_protected_name_reaches_the_service() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = Client::connect(scene.sidecar.public);
    let truth = truth(&scene, &token);
    for name in protected() {
        for spelling in disguises(&name) {
            let fields = [("X-Auth-Token", &token[..]), (&spelling, "EVIL")];
            let response = client.get("/", &fields);
            // The one spelling of a credential that counts as another token.
            let token = is_judged(&spelling.to_ascii_lowercase());
            assert_eq!(response.status, if token { 401 } else { 200 }, "{spelling}");
            assert_clean(&scene.upstream.last(), &truth, &spelling);
        }
        scene.upstream.forget();
        client.get("/", &[("X-Auth-Token", &token)]);
    }
}

#[test]
fn a01_a10_many_lies_at_once_before_and_after_the_token_are_all_removed() {
    let scene = Scene::start();
    let token = scene.token();
    let truth = truth(&scene, &token);
    let names: Vec<_> = protected().into_iter().filter(|name| !is_judged(name)).collect();
    for half in names.chunks(12) {
        let mut fields: Vec<(&str, &str)> = half.iter().map(|name| (&name[..], "EVIL")).collect();
        fields.push(("X-Auth-Token", &token));
        fields.extend(half.iter().map(|name| (&name[..], "EVIL")));
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        assert_clean(&scene.upstream.last(), &truth, &half.join(" "));
    }
}

#[test]
fn a17_nominating_a_true_header_for_removal_does_not_remove_it() {
    let scene = Scene::start();
    let token = scene.token();
    let truth = truth(&scene, &token);
    for name in protected().into_iter().filter(|name| !is_judged(name)) {
        let nominated = format!("keep-alive, {name}");
        let fields = [("Connection", &nominated[..]), ("X-Auth-Token", &token), (&name, "EVIL")];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        assert_clean(&scene.upstream.last(), &truth, &nominated);
    }
}

#[test]
fn a20_a21_trailers_of_a_chunked_body_are_dropped() {
    let scene = Scene::start();
    let token = scene.token();
    let truth = truth(&scene, &token);
    let mut client = Client::connect(scene.sidecar.public);
    for name in protected() {
        let announced = format!("X-Auth-Token: {token}\r\nTrailer: {name}\r\n");
        let silent = format!("X-Auth-Token: {token}\r\n");
        for fields in [announced, silent] {
            client.send(format!(
                "POST / HTTP/1.1\r\nHost: service.example\r\nTransfer-Encoding: chunked\r\n\
                 {fields}\r\n3\r\nabc\r\n0\r\n{name}: EVIL\r\n\r\n"
            ));
            assert_eq!(client.response().status, 200, "{name}");
            let seen = scene.upstream.last();
            assert_eq!(seen.body.data, b"abc");
            assert!(seen.body.trailers.is_empty(), "{name}: {:?}", seen.body.trailers);
            assert_clean(&seen, &truth, &name);
        }
    }
}

#[test]
fn an_http_1_0_client_spoofs_no_better() {
    let scene = Scene::start();
    let token = scene.token();
    let truth = truth(&scene, &token);
    for name in protected().into_iter().filter(|name| !is_judged(name)) {
        let request = format!(
            "GET / HTTP/1.0\r\nHost: service.example\r\nX-Auth-Token: {token}\r\n\
             {name}: EVIL\r\nConnection: {name}\r\n\r\n"
        );
        let answer = exchange(scene.sidecar.public, request);
        assert!(answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200"));
        assert_clean(&scene.upstream.last(), &truth, &name);
    }
}

#[test]
fn a_refused_request_never_reaches_the_service_whatever_it_claims() {
    let scene = Scene::start();
    for name in protected() {
        for token in [None, Some("made-up")] {
            let mut fields = vec![(&name[..], "Confirmed")];
            fields.extend(token.map(|token| ("X-Auth-Token", token)));
            let response = scene.sidecar.get("/", &fields);
            assert_eq!(response.status, 401, "{name} with {token:?}");
        }
    }
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn b04_two_spellings_of_the_token_field_are_not_two_tokens() {
    let scene = Scene::start();
    let (token, other) = (scene.token(), scene.token());
    let fields = [("X_Auth_Token", &other[..]), ("X-Auth-Token", &token)];
    assert_eq!(scene.sidecar.get("/", &fields).status, 200);
    assert!(!scene.upstream.last().mentions(&other));
    assert_eq!(scene.sidecar.get("/", &[("X_Auth_Token", &token)]).status, 401);
}

#[test]
fn a_disguised_forwarding_header_does_not_pose_as_ours() {
    let scene = Scene::start();
    let token = scene.token();
    for name in ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"] {
        for spelling in [name.replace('-', "_"), name.replacen('-', "_", 1), name.to_uppercase()] {
            let fields = [("X-Auth-Token", &token[..]), (&spelling, "EVIL")];
            assert_eq!(scene.sidecar.get("/", &fields).status, 200);
            let seen = scene.upstream.last();
            assert!(!seen.mentions("EVIL"), "{spelling}: {:?}", seen.sorted());
        }
    }
}

#[test]
fn c18_a_clients_word_about_the_way_it_came_is_not_passed_on() {
    let scene = Scene::start();
    let token = scene.token();
    for name in [
        "X-Forwarded-Ssl",
        "X-Forwarded-Scheme",
        "X-Original-Host",
        "X-Original-Method",
        "X-Original-Uri",
        "X-Host",
    ] {
        let fields = [("X-Auth-Token", &token[..]), (name, "EVIL")];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200, "{name}");
        let seen = scene.upstream.last();
        assert!(!seen.mentions("EVIL"), "{name}: {:?}", seen.sorted());
    }
}

#[test]
fn a_name_with_any_mark_but_a_hyphen_never_reaches_the_service_and_is_counted() {
    let scene = Scene::start();
    let token = scene.token();
    let mut expected = 0.0;
    for mark in MARKS.chars().filter(|mark| *mark != '-') {
        let names = [
            format!("Content{mark}Length"),
            format!("Transfer{mark}Encoding"),
            format!("X{mark}Custom"),
            format!("X-Custom{mark}Name"),
            format!("Host{mark}"),
            format!("connection{mark}"),
            format!("{mark}Cookie"),
            mark.to_string(),
        ];
        let lies = names.iter().map(|name| (&name[..], "EVIL"));
        let fields: Vec<_> = lies.chain([("X-Auth-Token", &token[..]), ("X-Own", "1")]).collect();
        assert_eq!(scene.sidecar.get("/", &fields).status, 200, "{mark}");
        let seen = scene.upstream.last();
        assert!(!seen.mentions("EVIL"), "{mark}: {:?}", seen.sorted());
        assert_eq!(seen.header("x-own"), Some("1"), "{mark}");
        expected += f64::from(u32::try_from(names.len()).unwrap());
        assert_eq!(scene.sidecar.metric(STRIPPED), expected, "{mark}");
    }
}

#[test]
fn a_disguised_request_id_does_not_pose_as_ours() {
    let scene = Scene::start();
    let token = scene.token();
    let fields = [("X-Auth-Token", &token[..]), ("X_Openstack_Request_Id", "EVIL")];
    assert_eq!(scene.sidecar.get("/", &fields).status, 200);
    assert!(!scene.upstream.last().mentions("EVIL"));
}

#[test]
fn a_client_does_not_choose_where_the_service_sends_its_own_requests() {
    let scene = Scene::start();
    let token = scene.token();
    for spelling in ["Proxy", "proxy", "PROXY"] {
        let fields = [("X-Auth-Token", &token[..]), (spelling, "http://evil.example:3128")];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        let seen = scene.upstream.last();
        assert!(!seen.mentions("evil") && seen.header("proxy").is_none(), "{:?}", seen.sorted());
    }
}

#[test]
fn a24_another_proxys_word_about_the_user_is_not_passed_on() {
    let scene = Scene::start();
    let token = scene.token();
    for name in [
        "X-Auth-Request-User",
        "X-Auth-Request-Groups",
        "X_Auth_Request_Email",
        "X-Remote-User",
        "X-Remote-Group",
        "X-Remote-Extra-Foo",
        "X-Authenticated-Userid",
        "X-Consumer-Id",
        "X-Webauth-User",
        "Remote-User",
        "X-Forwarded-User",
        "X-Forwarded-Client-Cert",
        "X-SSL-Client-Cert",
        "X_Ssl_Client_S_Dn",
    ] {
        let fields = [("X-Auth-Token", &token[..]), (name, "EVIL")];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        assert!(!scene.upstream.last().mentions("EVIL"), "{name}");
    }
}

#[test]
fn a11_names_that_would_break_a_header_are_encoded_and_stay_one_value() {
    let scene = Scene::start();
    scene.keystone.change(|world| {
        for user in world.users.iter_mut().filter(|user| user.name == "alice") {
            user.name = "mallory\r\nX-Roles: EVIL\0".to_owned();
        }
    });
    let alice = scene.keystone.world().users.remove(0);
    let token = scene.keystone.issue(&alice.id, Scope::project("demo")).token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    let seen = scene.upstream.last();
    assert_eq!(seen.headers("x-user-name"), ["mallory%0D%0AX-Roles: EVIL%00"]);
    assert_eq!(seen.headers("x-roles"), ["member,reader"]);
}

#[test]
fn a13_a_role_cannot_pose_as_two() {
    let scene = Scene::start();
    let issue = scene.keystone.issue("alice", Scope::project("demo"));
    let token = issue.roles(["reader,admin", " admin", "läser", "a\r\nb"]).token();
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
    let roles = scene.upstream.last().headers("x-roles");
    assert_eq!(roles, ["reader%2Cadmin,%20admin,läser,a%0D%0Ab"]);
}

/// Every name of the table, and one of each family.
fn protected() -> Vec<String> {
    let families = PREFIXES.iter().map(|prefix| format!("{prefix}made-up"));
    TABLE.iter().map(|row| row.name.as_str().to_owned()).chain(families).collect()
}

/// Spellings that some server takes for `name`: other cases, and each mark for one hyphen, for
/// the last one, and for all.
fn disguises(name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned(), name.to_uppercase(), alternating(name)];
    for mark in MARKS.chars().filter(|mark| *mark != '-') {
        all.push(name.replace('-', &mark.to_string()));
        all.push(name.replacen('-', &mark.to_string(), 1).to_uppercase());
    }
    all
}

fn alternating(name: &str) -> String {
    let case = |(at, c): (usize, char)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c };
    name.chars().enumerate().map(case).collect()
}

/// What the service is told about the token when nobody lies: the fields of the table, sorted.
#[track_caller]
fn truth(scene: &Scene, token: &str) -> Vec<String> {
    assert_eq!(scene.sidecar.get_as(token, "/").status, 200);
    let truth = claims(&scene.upstream.last());
    assert!(truth.len() > 10, "{truth:?}");
    truth
}

fn claims(request: &Request) -> Vec<String> {
    let ours = |line: &String| {
        TABLE.iter().any(|row| {
            // Every request has an id of its own.
            let carried =
                !matches!(row.class, Class::Foreign) && row.name != "x-openstack-request-id";
            carried && line.starts_with(&format!("{}: ", row.name.as_str()))
        })
    };
    request.sorted().into_iter().filter(ours).collect()
}

#[track_caller]
fn assert_clean(seen: &Request, truth: &[String], why: &str) {
    assert!(!seen.mentions("EVIL"), "{why}: {:?}", seen.sorted());
    assert_eq!(claims(seen), truth, "{why}");
}
