//! Group N: Keystone, or whatever answers in its place, lies or breaks. Nobody becomes somebody by
//! it, and nobody is called unauthorized for it.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use keystone_double::{Canned, Double, Fault, FaultKind, Operation, World};
use serde_json::json;

use crate::support::{Call, Certificate, Client, Keystone, Proxy, Scene, Sidecar, Upstream, get};

use super::{THREE_LINES, refused_configuration};

#[test]
fn n07_while_keystone_wants_quiet_known_users_go_on() {
    let scene = Scene::start();
    let known = scene.token();
    assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
    scene.keystone.fail(Fault::validate(FaultKind::too_many(Some("60"))).times(1));
    let refused = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("60")));
    for _ in 0..5 {
        assert_eq!(scene.sidecar.get_as(&known, "/").status, 200);
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503);
    }
    assert_eq!(scene.keystone.validations(), 2, "Keystone is left alone");
}

#[test]
fn n08_no_redirect_of_any_kind_is_followed() {
    let scene = Scene::start();
    let elsewhere = Upstream::start();
    for status in [300, 301, 302, 303, 307, 308] {
        let answer = Canned::new(status, "").header("Location", &elsewhere.url());
        scene.keystone.fail(Fault::validate(FaultKind::Answer(answer)).times(1));
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 503, "{status}");
    }
    assert_eq!((elsewhere.connections(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn n09_a_200_that_is_no_token_is_a_503_and_is_not_remembered() {
    let scene = Scene::start();
    let token = scene.token();
    let user = r#""user":{"id":"u","name":"u","domain":{"id":"d","name":"D"}}"#;
    let end = r#""expires_at":"2999-01-01T00:00:00Z""#;
    for body in [
        String::new(),
        "<html>welcome</html>".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        r#"{"token":null}"#.to_owned(),
        format!(r#"{{"token":{{{user}}}}}"#),
        format!(r#"{{"token":{{{user},"expires_at":"tomorrow"}}}}"#),
        format!(r#"{{"token":{{{end}}}}}"#),
        format!(r#"{{"token":{{{end},{user},"roles":"admin"}}}}"#),
        format!(r#"{{"token":{{{end},{user},"roles":[{{"id":"r"}}]}}}}"#),
        format!(r#"{{"token":{{{end},{user},{user}}}}}"#),
        format!(r#"{{"token":{{{end},{user},"roles":[],"roles":[{{"name":"admin"}}]}}}}"#),
        format!(r#"{{"token":{{{end},{user}}},"token":{{{end},{user}}}}}"#),
        format!(r#"{{"token":{{{end},{user}}}}} {{}}"#),
    ] {
        let answer = Canned::new(200, body.clone()).header("X-Subject-Token", &token);
        scene.keystone.fail(Fault::validate(FaultKind::Answer(answer)).times(1));
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 503, "{body}");
        assert_eq!(scene.upstream.count(), 0, "{body}");
    }
    let malformed = scene.sidecar.metric("portcullis_keystone_faults_total{kind=\"malformed\"}");
    assert_eq!(malformed, 15.0);
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}

#[test]
fn n11_an_answer_whose_length_is_a_lie_is_a_503() {
    for head in [
        "Content-Length: 40\r\n\r\n",
        "Content-Length: 100000\r\n\r\n",
        "Content-Length: x\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "Transfer-Encoding: chunked\r\n\r\n10\r\n",
    ] {
        let stage = Stage::with(move |call, subject| {
            let answer = format!("HTTP/1.1 200 OK\r\n{head}{}", document(subject));
            call.wire.send(answer.as_bytes())?;
            call.close();
            Ok(())
        });
        assert_eq!(stage.sidecar.get_as("a-token", "/").status, 503, "{head}");
        assert_eq!(stage.service.count(), 0, "{head}");
    }
}

#[test]
fn n12_a_compressed_answer_is_a_503() {
    let scene = Scene::start();
    let token = scene.token();
    let packed: &'static [u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x4b\x04\x00\x43\xbe";
    let answer = Canned::new(200, packed).header("Content-Encoding", "gzip");
    let answer = answer.header("X-Subject-Token", &token);
    scene.keystone.fail(Fault::validate(FaultKind::Answer(answer)).times(1));
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 503);
    let asked = scene.keystone.questions().remove(0);
    assert_eq!(asked.header("accept-encoding"), None, "nobody asked for it");
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}

#[test]
fn g13_a_deep_or_a_swollen_answer_is_a_503_within_bounds() {
    let scene = Scene::start();
    let token = scene.token();
    let deep = vec![b'['; 200_000];
    let nested = [b"{\"token\":".repeat(150), b"1".to_vec(), b"}".repeat(150)].concat();
    for body in [deep, nested] {
        let answer = Canned::new(200, body).header("X-Subject-Token", &token);
        scene.keystone.fail(Fault::validate(FaultKind::Answer(answer)).times(1));
        assert_eq!(scene.sidecar.get_as(&token, "/").status, 503);
    }
    assert_eq!(scene.sidecar.get_as(&token, "/").status, 200);
}

#[test]
fn n14_a_keystone_that_cannot_prove_its_name_is_not_asked() {
    let upstream = Upstream::start();
    for certificate in [Certificate::expired(), Certificate::for_name("elsewhere.example")] {
        let keystone = Keystone::over_tls(Double::new(World::sample()), &certificate);
        let builder = Sidecar::before(&upstream, &keystone);
        let sidecar = builder.set("keystone.ca_file", certificate.ca_file().display()).start();
        assert_eq!(sidecar.get_as("a-token", "/").status, 503);
        assert_eq!(keystone.calls().total, 0);
        assert!(sidecar.metric("portcullis_keystone_faults_total{kind=\"tls\"}") > 0.0);
    }
}

#[test]
fn n14_a_keystone_that_does_not_speak_tls_is_told_no_token() {
    let (keystone, service) = (Upstream::start(), Upstream::start());
    let url = keystone.url().replace("http://", "https://");
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{url}/v3\", timeout: 1s}}\n",
        service.url()
    );
    assert_eq!(Sidecar::start(&yaml).get_as("a-token", "/").status, 503);
    assert_eq!((keystone.count(), service.count()), (0, 0));
}

#[test]
fn n14_only_a_truth_value_turns_the_proof_off() {
    let certificate = Certificate::for_loopback();
    let keystone = Keystone::over_tls(Double::new(World::sample()), &certificate);
    let upstream = Upstream::start();
    for value in ["False", "FALSE", "false"] {
        let builder = Sidecar::before(&upstream, &keystone);
        let sidecar = builder.set("keystone.insecure", value).start();
        assert_eq!(sidecar.get_as("a-token", "/").status, 503, "{value}: a text that is not empty");
    }
    assert_eq!(keystone.calls().total, 0);
    for value in ["no", "0", "\"\"", "yes", "[true]", "maybe"] {
        let yaml = THREE_LINES.replace("/v3\"", &format!("/v3\", insecure: {value}"));
        let said = refused_configuration(&yaml);
        assert!(said.contains("keystone.insecure"), "{value}: {said}");
    }
}

#[test]
fn n16_what_discovery_says_leads_nowhere() {
    let elsewhere = Upstream::start();
    for status in [200, 300] {
        let link = json!([{"rel": "self", "href": format!("{}/v3/", elsewhere.url())}]);
        let version = json!({"id": "v3.14", "status": "stable", "links": link});
        let lie = json!({"version": version, "versions": {"values": [version]}});
        let keystone = Keystone::start();
        let answer = FaultKind::Answer(Canned::json(status, &lie));
        keystone.fail(Fault::new(Operation::Discover, answer));
        let scene = Scene::of(keystone, &[]);
        scene.keystone.wait("it looks for Keystone", |calls| calls.discoveries == 1);
        scene.assert_serves();
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn n17_p10_names_are_resolved_for_each_connection_and_every_address_is_tried() {
    let (keystone, service) = (Keystone::start(), Upstream::start());
    let local = |url: String| url.replace("127.0.0.1", "localhost");
    let yaml = format!(
        "upstream: {{url: \"{}\", max_idle: 0}}\nkeystone: {{auth_url: \"{}\"}}\n",
        local(service.url()),
        local(keystone.url())
    );
    let scene = Scene { sidecar: Sidecar::start(&yaml), keystone, upstream: service };
    for _ in 0..3 {
        // A host that a client names is nobody's to resolve.
        let token = scene.token();
        let fields = [("X-Auth-Token", &token[..]), ("Host", "evil.invalid")];
        assert_eq!(scene.sidecar.get("/", &fields).status, 200);
        assert_eq!(scene.sidecar.get("http://evil.invalid/", &fields).status, 200);
        scene.keystone.restart();
    }
    assert_eq!(scene.upstream.connections(), 6);
}

#[test]
fn n18_one_keystone_is_configured_and_one_is_asked() {
    for address in
        ["\"http://a:5000/v3,http://b:5000/v3\"", "[\"http://a:5000\", \"http://b:5000\"]"]
    {
        let said = refused_configuration(&format!(
            "upstream: http://127.0.0.1:9\nkeystone: {{auth_url: {address}}}\n"
        ));
        assert!(said.contains("keystone.auth_url"), "{said}");
    }
}

#[test]
fn m13_n19_a_connection_that_answers_twice_gives_nobody_anothers_identity() {
    // No subject is echoed, so that nothing but the connection tells whose answer it is.
    let stage = Stage::with(|call, subject| {
        let body = document(subject);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        call.wire.send(answer.repeat(2).as_bytes())
    });
    for at in 0..50 {
        let token = format!("token-{at}");
        assert_eq!(stage.sidecar.get_as(&token, "/").status, 200);
        assert_eq!(stage.service.last().headers("x-user-name"), [token]);
    }
}

#[test]
fn m13_connections_that_break_at_any_point_mix_nobody_up() {
    let turn = AtomicUsize::new(0);
    let stage = Stage::with(move |call, subject| {
        let body = document(subject);
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        match turn.fetch_add(1, Ordering::SeqCst) % 6 {
            0 => call.close(),
            1 => {
                call.wire.send(&answer.as_bytes()[..answer.len() / 2])?;
                call.close();
            }
            2 => {
                call.wire.send(answer.as_bytes())?;
                call.close();
            }
            3 => call.wire.send(answer.repeat(2).as_bytes())?,
            _ => call.wire.send(answer.as_bytes())?,
        }
        Ok(())
    });
    for round in 0..10 {
        let mut clients: Vec<_> = (0..20)
            .map(|at| {
                let token = format!("token-{round}-{at}");
                let mut client = Client::connect(stage.sidecar.public);
                client.ask("GET", &format!("/{token}"), &[("X-Auth-Token", &token)]);
                client
            })
            .collect();
        for client in &mut clients {
            assert!(matches!(client.response().status, 200 | 503));
        }
    }
    let seen = stage.service.requests();
    assert!(seen.len() > 100, "{} of 200", seen.len());
    for request in seen {
        assert_eq!(request.header("x-user-name"), request.target().strip_prefix('/'));
    }
}

#[test]
fn n20_what_keystone_says_is_not_logged() {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\", timeout: 500ms}}\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &["log.level=debug"]);
    let words = "CANARY\u{1b}[2J\nCANARY";
    let error = json!({"error": {"code": 500, "title": words, "message": words}});
    for answer in [
        Canned::json(500, &error),
        Canned::json(401, &error),
        Canned::json(403, &error),
        Canned::json(404, &error),
        Canned::html(200, words),
        Canned::html(418, words),
        Canned::json(200, &json!({"token": {"user": {"name": words}}})),
        Canned::new(503, "CANARY".repeat(10_000)).header("X-Why", "CANARY"),
        Canned::new(302, "CANARY").header("Location", "http://CANARY.invalid/"),
    ] {
        let fault = keystone.fail(Fault::validate(FaultKind::Answer(answer)));
        let token = keystone.issue("alice", keystone_double::Scope::project("demo")).token();
        let answer = get(proxy.public, "/", &[("X-Auth-Token", &token)]);
        assert!(matches!(answer.status, 401 | 503), "{answer:?}");
        assert!(!format!("{answer:?}").contains("CANARY"), "{answer:?}");
        keystone.heal_one(fault);
    }
    proxy.process.signal("TERM");
    let (status, written) = proxy.process.end();
    assert!(status.success() && written.contains("request"), "{status}");
    assert!(!written.contains("CANARY") && !written.contains('\u{1b}'), "{written}");
}

#[test]
fn n22_an_end_that_cannot_be_read_is_none_and_a_far_one_is_no_longer_than_the_ttl() {
    for (end, status) in [
        ("2999-01-01T00:00:00.000000Z", 200),
        ("2999-01-01T00:00:00", 200),
        ("2999-01-01T00:00:00+14:00", 200),
        ("2998-12-31T23:59:60Z", 200),
        ("9999-12-31T23:59:59Z", 200),
        ("9999-12-31T23:59:59.999999Z", 200),
        ("9999-12-31T23:59:59", 200),
        ("2000-01-01T00:00:00Z", 401),
        ("2000-01-01T00:00:00", 401),
        ("10000-01-01T00:00:00Z", 503),
        ("2999-02-30T00:00:00Z", 503),
        ("2999-01-01T25:00:00Z", 503),
        ("2999-01-01", 503),
        ("0", 503),
        ("", 503),
    ] {
        let scene = Scene::with(&[("cache.ttl", "0s")]);
        let mut answer: serde_json::Value = serde_json::from_str(&document("u")).unwrap();
        answer["token"]["expires_at"] = end.into();
        scene.keystone.forge("forged", &answer);
        for asked in 1..=2 {
            assert_eq!(scene.sidecar.get_as("forged", "/").status, status, "{end}");
            let remembered = status == 401;
            assert_eq!(scene.keystone.validations(), if remembered { 1 } else { asked }, "{end}");
        }
    }
}

/// A proxy whose Keystone answers by hand.
struct Stage {
    sidecar: Sidecar,
    service: Upstream,
    _keystone: Upstream,
}

impl Stage {
    /// `answer` gets each validation and the token that is asked about.
    #[track_caller]
    fn with(
        answer: impl Fn(&mut Call<'_>, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let (keystone, service) = (Upstream::start(), Upstream::start());
        keystone.answer(move |call| match call.request.header("x-subject-token") {
            Some(subject) => {
                let subject = subject.to_owned();
                answer(call, &subject)
            }
            None => call.respond(200, &[], b"{}"),
        });
        let yaml = format!(
            "upstream: \"{}\"\nkeystone: {{auth_url: \"{}/v3\", timeout: 2s}}\n",
            service.url(),
            keystone.url()
        );
        Self { sidecar: Sidecar::start(&yaml), service, _keystone: keystone }
    }
}

/// A description of a token whose user is called as the token is.
fn document(name: &str) -> String {
    let domain = json!({"id": "d", "name": "D"});
    let user = json!({"id": name, "name": name, "domain": domain});
    let end = "2999-01-01T00:00:00Z";
    json!({"token": {"user": user, "expires_at": end, "roles": [{"name": "r"}]}}).to_string()
}
