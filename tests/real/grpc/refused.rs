//! Refusals as a client of gRPC understands them, and what may stand behind a request.

use bytes::Bytes;
use futures_util::stream;
use http::HeaderMap;
use tonic::{Code, Status};

use crate::keystone::RealKeystone;

use super::service::{CHAT, COUNT, ECHO, SUM};
use super::stage::{Between, Stage};

const RULES: &str = "routes:\n\
    - {path: /portcullis.Peer/Count, check: \"role:nobody\"}\n\
    - {path: /portcullis.Peer/Sum, allow: authenticated, trailers: [x-checksum]}\n\
    - {path: \"/**\", allow: authenticated}\n";

pub(super) fn whoever_nobody_knows_is_unauthenticated(between: Between, keystone: &RealKeystone) {
    let stage = Stage::with(between, keystone, RULES);
    for token in ["", "made-up"] {
        let nobody = stage.somebody(token);
        let one = nobody.ask(ECHO, "hello").unwrap_err();
        let many = nobody.listen(CHAT, "hello").err().unwrap();
        let upload = nobody.tell(SUM, stream::iter(vec![Bytes::from(vec![0; 100_000]); 20]));
        for status in [one, many, upload.unwrap_err()] {
            assert_eq!(status.code(), Code::Unauthenticated, "{token:?}: {status:?}");
            assert!(!status.message().is_empty());
            let challenge = status.metadata().get("www-authenticate").unwrap().to_str().unwrap();
            assert!(challenge.starts_with("Keystone uri="), "{challenge}");
        }
    }
    let revoked = keystone.token("bob", crate::people::Scope::Project("demo"));
    keystone.revoke(&revoked.value);
    let status = stage.somebody(&revoked.value).ask(ECHO, "hello").unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(stage.count(), 0, "the service was reached");
    // The connection that all this went over is as good as before.
    assert_eq!(stage.alice.ask(ECHO, "hello").unwrap().into_inner(), "hello");
}

pub(super) fn what_the_policy_denies_is_denied(between: Between, keystone: &RealKeystone) {
    let stage = Stage::with(between, keystone, RULES);
    let status = stage.alice.listen(COUNT, "3").err().unwrap();
    assert_eq!(status.code(), Code::PermissionDenied, "{status:?}");
    assert_eq!(stage.count(), 0, "the service was reached");
}

pub(super) fn what_stands_behind_a_request_is_dropped(between: Between, keystone: &RealKeystone) {
    let stage = Stage::with(between, keystone, RULES);
    let client = stage.alice.with_trailer("x-checksum", "abc").with_trailer("x-other", "def");
    let client = client.with_trailer("x-user-id", "root").with_trailer("x_roles", "admin");
    client.tell(SUM, stream::iter([Bytes::from_static(b"allowed")])).unwrap();
    let mut allowed = HeaderMap::new();
    allowed.insert("x-checksum", "abc".parse().unwrap());
    assert_eq!(*stage.notes.trailers.lock().unwrap(), [allowed]);
    let stage = Stage::over(between, keystone);
    stage.alice.with_trailer("x-checksum", "abc").tell(SUM, stream::iter([])).unwrap();
    assert_eq!(*stage.notes.trailers.lock().unwrap(), [HeaderMap::new()], "nothing was allowed");
}

pub(super) fn who_cannot_be_asked_is_unavailable(between: Between, keystone: &mut RealKeystone) {
    let stage = Stage::over(between, keystone);
    let later = |status: Status| {
        assert_eq!(status.code(), Code::Unavailable, "{status:?}");
        let pause = status.metadata().get("retry-after").unwrap().to_str().unwrap();
        assert!(pause.parse::<u64>().unwrap() > 0);
    };
    let known = stage.alice.ask(ECHO, "hello").unwrap();
    assert_eq!(known.into_inner(), "hello");
    let other = keystone.token("bob", crate::people::Scope::Project("demo"));
    keystone.kill();
    later(stage.somebody(&other.value).ask(ECHO, "hello").unwrap_err());
    later(stage.somebody(&other.value).listen(CHAT, "hello").err().unwrap());
    assert_eq!(stage.count(), 1);
    assert!(stage.alice.ask(ECHO, "hello").is_ok(), "what is remembered holds");
    keystone.start();
}
