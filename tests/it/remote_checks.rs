//! Rules that another server decides.

use keystone_double::Scope;

use super::support::{Keystone, Sidecar, Upstream};

/// The proxy, the service, an identity service and a policy server whose word decides.
struct Court {
    sidecar: Sidecar,
    upstream: Upstream,
    keystone: Keystone,
    judge: Upstream,
}

/// A route whose rule is `check`; `JUDGE` in it stands for the policy server's address.
#[track_caller]
fn court(check: &str, more: &str) -> Court {
    let (keystone, upstream, judge) = (Keystone::start(), Upstream::start(), Upstream::start());
    let check = check.replace("JUDGE", &judge.url());
    let sidecar = Sidecar::start(&format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n\
         policy: {{remote_checks: true, {more}}}\n\
         routes:\n  - {{path: \"/v1/{{project_id}}/**\", query: [a], check: \"{check}\"}}\n",
        upstream.url(),
        keystone.url()
    ));
    Court { sidecar, upstream, keystone, judge }
}

impl Court {
    #[track_caller]
    fn ask(&self, path: &str) -> u16 {
        let token = self.keystone.issue("alice", Scope::project("demo")).token();
        self.sidecar.get_as(&token, path).status
    }
}

#[test]
fn another_server_decides_and_is_told_who_asks_for_what() {
    let court = court("JUDGE/may/%(project_id)s", "");
    court.judge.respond(500, &[], b"True");
    assert_eq!(court.ask("/v1/p1/things?a=b"), 200, "the status of its word does not matter");
    let told = court.judge.last();
    assert_eq!((told.method(), told.target()), ("POST", "/may/p1"));
    assert_eq!(told.header("content-type"), Some("application/x-www-form-urlencoded"));
    let form = String::from_utf8(told.body.data).unwrap();
    assert!(form.contains("rule=%22routes%5B0%5D+check%22"), "{form}");
    assert!(form.contains("%22project_id%22%3A%22p1%22"), "{form}");
    assert!(form.contains("%22query.a%22%3A%22b%22"), "{form}");
    assert!(form.contains("%22roles%22%3A%5B%22member%22"), "{form}");
    court.judge.respond(200, &[], b"\"True\"");
    assert_eq!(court.ask("/v1/p1/things"), 200);
}

#[test]
fn anything_but_true_is_a_no() {
    let court = court("JUDGE/may", "remote_content_type: application/json");
    for answer in [&b"False"[..], b"true", b"True\n", b"<html>True</html>"] {
        court.judge.respond(200, &[], answer);
        assert_eq!(court.ask("/v1/p1/x"), 403, "{}", String::from_utf8_lossy(answer));
    }
    let told: serde_json::Value = serde_json::from_slice(&court.judge.last().body.data).unwrap();
    assert_eq!(told["target"], serde_json::json!({"project_id": "p1"}));
    assert_eq!(court.upstream.count(), 0);
}

#[test]
fn a_server_that_does_not_answer_is_an_outage_and_no_verdict() {
    let silent = court("not JUDGE/may", "remote_timeout: 50ms");
    silent.judge.answer(|call| call.receive().and_then(|()| Err(std::io::ErrorKind::Other.into())));
    assert_eq!(silent.ask("/v1/p1/x"), 503);
    let nobody = court("http://127.0.0.1:1/may", "remote_timeout: 1s");
    assert_eq!(nobody.ask("/v1/p1/x"), 503);
    assert_eq!(
        nobody.sidecar.metric("portcullis_policy_remote_checks_total{outcome=\"unanswered\"}"),
        1.0
    );
    assert_eq!(silent.upstream.count() + nobody.upstream.count(), 0);
}

#[test]
fn a_page_of_whoever_stands_before_a_server_is_an_outage_and_no_verdict() {
    for check in ["JUDGE/may", "not JUDGE/may"] {
        let court = court(check, "");
        for (status, answer) in [(503, "<html>503</html>"), (302, "found"), (404, ""), (200, "")] {
            court.judge.respond(status, &[], answer.as_bytes());
            assert_eq!(court.ask("/v1/p1/x"), 503, "{check}: {status} {answer}");
        }
        court.judge.respond(403, &[], b"False");
        let expected = if check.starts_with("not") { 200 } else { 403 };
        assert_eq!(court.ask("/v1/p1/x"), expected, "its word is its word");
    }
}

#[test]
fn only_what_the_rule_needs_is_asked() {
    let court = court("role:member or JUDGE/may", "");
    assert_eq!(court.ask("/v1/p1/x"), 200);
    assert_eq!(court.judge.count(), 0);
}

#[test]
fn what_a_client_sends_does_not_choose_the_server() {
    let court = court("http://%(query.a)s/may", "");
    assert_eq!(court.ask(&format!("/v1/p1/x?a={}", &court.judge.url()[7..])), 503);
    assert_eq!(court.judge.count(), 0);
}

#[test]
fn what_a_client_sends_does_not_choose_the_place_on_the_server() {
    let court = court("JUDGE/of/%(query.a)s/may", "");
    court.judge.respond(200, &[], b"True");
    assert_eq!(court.ask("/v1/p1/x?a=p1%20p2"), 200);
    assert_eq!(court.judge.last().target(), "/of/p1%20p2/may");
    for odd in ["../anyone", "..", "p1%3Fx=", "p1%23", "p1%2Fx", "p1%26a=b", "%252e%252e", "p1%3Bx"]
    {
        assert_eq!(court.ask(&format!("/v1/p1/x?a={odd}")), 503, "{odd}");
    }
    assert_eq!((court.judge.count(), court.upstream.count()), (1, 1));
}

#[test]
fn a_server_is_not_asked_about_what_could_be_found_in_two_ways() {
    let court = court("JUDGE/may", "");
    court.judge.respond(200, &[], b"True");
    for query in ["a=p1&a=p2", "x=1;a=p2", "a=p1;a=p2"] {
        assert_eq!(court.ask(&format!("/v1/p1/x?{query}")), 403, "{query}");
    }
    assert_eq!((court.judge.count(), court.upstream.count()), (0, 0));
}

#[test]
fn a_route_that_is_only_watched_lives_on_without_the_server() {
    let court = court("http://127.0.0.1:1/may", "shadow: [\"routes[0] check\"]");
    assert_eq!(court.ask("/v1/p1/x"), 200);
    assert_eq!(court.upstream.count(), 1);
    assert_eq!(court.sidecar.decisions_on("default", "shadow_deny", "undecided"), 1.0);
}
