use bytes::Bytes;
use http::HeaderValue;
use serde_json::json;

use crate::identity::Allowance;

use super::*;

const TOKEN: &[u8] = b"gAAAAgood";
const NOW: i64 = 1_795_287_358_000;

const READING: Reading =
    Reading { now: UnixTime::from_millis(NOW), allowance: Allowance::None, rules: false };

fn now() -> UnixTime {
    UnixTime::from_millis(NOW)
}

fn good() -> String {
    json!({"token": {
        "user": {"id": "u1", "name": "alice", "domain": {"id": "default", "name": "Default"}},
        "expires_at": "2026-11-21T19:55:58.000000Z",
        "roles": [{"id": "r", "name": "member"}],
    }})
    .to_string()
}

fn keystone_error(code: u16, message: &str) -> String {
    json!({"error": {"code": code, "title": "x", "message": message}}).to_string()
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::from(body.to_owned()),
    }
}

/// The verdict in a word.
fn verdict(asker: Asker, answer: &Answer) -> String {
    match judge(asker, RawToken::new(TOKEN), answer, READING, None) {
        Verdict::OwnTokenRefused => "own token refused".into(),
        Verdict::Settled(Ok(identity)) => identity.user_id().to_owned(),
        Verdict::Settled(Err(error)) => error.to_string(),
    }
}

#[test]
fn every_status_means_what_the_table_says() {
    let cannot = |kind: &str| format!("the identity service cannot be asked: {kind}");
    let bad = || "the token is unknown".to_owned();
    let html = "<html>nothing here</html>";
    let ours = keystone_error(403, "... requested action: identity:validate_token.");
    let theirs = keystone_error(403, "You are not authorized to perform the requested action.");
    let own = || "own token refused".to_owned();
    for (status, body, as_subject, as_service) in [
        (200, good(), "u1".to_owned(), "u1".to_owned()),
        (401, keystone_error(401, ""), bad(), own()),
        (401, json!({"error_code": "APIGW.0307"}).to_string(), bad(), own()),
        (404, keystone_error(404, "Failed to validate token"), bad(), bad()),
        (404, html.into(), cannot("not_keystone"), cannot("not_keystone")),
        (
            404,
            json!({"error_msg": "no api"}).to_string(),
            cannot("not_keystone"),
            cannot("not_keystone"),
        ),
        (403, theirs, bad(), bad()),
        (403, ours, cannot("forbidden"), cannot("forbidden")),
        (403, html.into(), cannot("not_keystone"), cannot("not_keystone")),
        (429, String::new(), cannot("throttled"), cannot("throttled")),
        (413, String::new(), cannot("throttled"), cannot("throttled")),
        (302, String::new(), cannot("redirect"), cannot("redirect")),
        (300, String::new(), cannot("redirect"), cannot("redirect")),
        (500, String::new(), cannot("status"), cannot("status")),
        (503, html.into(), cannot("status"), cannot("status")),
        (400, keystone_error(400, ""), cannot("not_keystone"), cannot("not_keystone")),
        (405, String::new(), cannot("not_keystone"), cannot("not_keystone")),
        (431, html.into(), "the token is too_long".to_owned(), "the token is too_long".to_owned()),
        (204, String::new(), cannot("not_keystone"), cannot("not_keystone")),
    ] {
        let answer = answer(status, &body);
        let subject = Asker::Subject { proven: false };
        assert_eq!(verdict(subject, &answer), as_subject, "{status} {body}");
        assert_eq!(verdict(Asker::Service, &answer), as_service, "{status} {body}");
    }
}

#[test]
fn an_answer_about_another_token_is_never_believed() {
    let mut answer = answer(200, &good());
    answer.headers.insert("x-subject-token", HeaderValue::from_static("gAAAAgood"));
    assert_eq!(verdict(Asker::Service, &answer), "u1");
    answer.headers.append("x-subject-token", HeaderValue::from_static("gAAAAother"));
    assert!(verdict(Asker::Service, &answer).contains("malformed"));
}

#[test]
fn a_token_that_may_not_validate_itself_is_bad_only_where_others_may() {
    let ours = keystone_error(403, "... requested action: identity:validate_token.");
    let answer = answer(403, &ours);
    assert!(verdict(Asker::Subject { proven: false }, &answer).contains("forbidden"));
    assert_eq!(verdict(Asker::Subject { proven: true }, &answer), "the token is unknown");
    assert!(verdict(Asker::Service, &answer).contains("forbidden"));
}

#[test]
fn retry_after_is_read_in_both_forms() {
    for (text, expected) in [
        ("7", Some(7)),
        (" 300 ", Some(300)),
        ("Sat, 21 Nov 2026 19:00:58 GMT", Some(300)),
        ("Sat, 21 Nov 2020 19:00:58 GMT", Some(0)),
        ("soon", None),
        ("-1", None),
        ("99999999999999999999", None),
    ] {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_str(text).unwrap());
        assert_eq!(retry_after(&headers, now()), expected.map(Duration::from_secs), "{text}");
    }
}
