//! Whatever answers for Keystone, the token is settled without a panic; an identity comes of a 200
//! alone, and its headers say what it says.
//!
//! Input: the status and header fields, one in a line; then the body.

#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use libfuzzer_sys::fuzz_target;
use portcullis::identity::{Identity, Names, RawToken};
use portcullis::keystone::fuzzing::Reader;
use portcullis::keystone::{ExtraSettings, read_saved};
use portcullis_fuzz::{decoded, sections};

const SUBJECT: &[u8] = b"subject";
const MAX_FIELD: usize = 512;

static READERS: LazyLock<[Reader; 2]> = LazyLock::new(|| {
    [true, false].map(|told| {
        let wanted =
            ExtraSettings { service_catalog: told, token_info: told, max_field: MAX_FIELD };
        Reader::new(wanted).expect("a registry of its own")
    })
});

fuzz_target!(|text: &str| {
    let mut parts = sections(text);
    let mut head = parts.next().unwrap_or_default().lines();
    let Some(status) = head.next().and_then(|line| line.parse::<StatusCode>().ok()) else { return };
    let headers: HeaderMap = head.filter_map(field).collect();
    let body = Bytes::copy_from_slice(parts.next().unwrap_or_default().as_bytes());
    for reader in &*READERS {
        for own_account in [false, true] {
            let subject = RawToken::new(SUBJECT);
            let read = reader.read(own_account, subject, status, headers.clone(), body.clone());
            if let Some(Ok(identity)) = read {
                let echo = headers.get("x-subject-token").map(HeaderValue::as_bytes);
                assert!(status == 200 && echo.is_none_or(|echo| echo == SUBJECT));
                check(&identity, body.len());
            }
        }
    }
    if let Ok(identity) = read_saved(&body, true) {
        check(&identity, body.len());
    }
});

fn field(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    Some((name.parse().ok()?, value.trim().parse().ok()?))
}

fn check(identity: &Identity, length: usize) {
    for names in [Names::User, Names::UserAndDeprecated, Names::Service] {
        let mut headers = HeaderMap::new();
        identity.apply_to(names, &mut headers).expect("headers, once it is an identity");
        assert_eq!(headers.len(), identity.fields(names));
        let odd = |byte: &u8| *byte < b' ' || *byte == 0x7f;
        assert!(!headers.values().any(|value| value.as_bytes().iter().any(odd)), "{headers:?}");
        let (id, roles) = match names {
            Names::Service => ("x-service-user-id", "x-service-roles"),
            Names::User | Names::UserAndDeprecated => ("x-user-id", "x-roles"),
        };
        assert_eq!(headers[id].as_bytes(), identity.user_id().as_bytes());
        let listed = String::from_utf8(headers[roles].as_bytes().to_vec()).expect("UTF-8");
        let known: Vec<&str> = identity.roles().collect();
        let told: Vec<String> = listed.split(',').map(decoded).collect();
        assert!(told == known || (known.is_empty() && listed.is_empty()), "{told:?} {known:?}");
        for optional in ["x-service-catalog", "x-portcullis-token-info"] {
            let value = headers.get(optional);
            assert!(value.is_none_or(|v| v.len() <= MAX_FIELD && v.as_bytes().is_ascii()));
        }
    }
    // What is remembered for long must not grow beyond what was said.
    assert!(identity.weight() < 4096 + 16 * length, "{} of {length}", identity.weight());
}
