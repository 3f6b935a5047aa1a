//! How calls end: by themselves with a status, by giving up, and when their time is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tonic::{Code, Status};

use crate::support::eventually;

use super::driver::Driver;
use super::service::{BROOD, CHAT, DETAILS, ECHO, FAIL, FAIL_LATE, REASON, SUM, TRAIL_OFF};
use super::stage::Stage;

/// Each status arrives with its words, its details and its fields, whether it stands in the one
/// head that there is or behind a message.
pub(super) fn every_status_arrives_whole(stage: &Stage) {
    for code in 1..=16 {
        let early = stage.alice.ask(FAIL, code.to_string()).unwrap_err();
        assert_whole(&early, Code::from(code));
        let mut hearing = stage.alice.listen(FAIL_LATE, code.to_string()).unwrap();
        assert_eq!(hearing.next().unwrap().unwrap(), "so far");
        assert_whole(&hearing.next().unwrap_err(), Code::from(code));
    }
}

#[track_caller]
fn assert_whole(status: &Status, code: Code) {
    assert_eq!(status.code(), code);
    assert_eq!(status.message(), REASON);
    assert_eq!(status.details(), DETAILS);
    assert_eq!(status.metadata().get("x-why").unwrap(), "because");
    let raw = status.metadata().get_bin("x-why-bin").unwrap();
    assert_eq!(raw.to_bytes().unwrap(), DETAILS);
}

/// The service is told at once, while the connection goes on.
pub(super) fn whoever_gives_up_is_missed(stage: &Stage) {
    // Before anything was answered.
    let before = stage.count();
    let client = stage.alice.clone();
    let call = stage.driver.handle.spawn(async move {
        let request = client.request(Bytes::new());
        client.sending(BROOD, request).await
    });
    eventually("the call reaches the service", || stage.count() > before);
    call.abort();
    stage.wait_for_given_up(1);
    // In the middle of an answer.
    let mut hearing = stage.alice.listen(TRAIL_OFF, "").unwrap();
    assert_eq!(hearing.next().unwrap().unwrap(), "well");
    drop(hearing);
    stage.wait_for_given_up(2);
    assert_eq!(stage.alice.ask(ECHO, "still here").unwrap().into_inner(), "still here");
}

/// Who is cut off in the middle has given up too: what was sent so far is not taken for the whole.
pub(super) fn whoever_is_cut_off_is_missed(stage: &Stage) {
    let cut_off = Arc::new(Driver::start());
    let (mouth, mut hearing) = stage.elsewhere(&cut_off).talk(CHAT);
    cut_off.wait(mouth.send(Bytes::from_static(b"hello"))).unwrap();
    assert_eq!(hearing.next().unwrap().unwrap(), "hello");
    let client = stage.elsewhere(&cut_off);
    cut_off.handle.spawn(async move {
        let endless = stream::iter([Bytes::from_static(b"half")]).chain(stream::pending());
        client.telling(SUM, endless).await
    });
    eventually("the call reaches the service", || stage.count() == 2);
    cut_off.stop();
    stage.wait_for_given_up(2);
    assert!(stage.notes.trailers.lock().unwrap().is_empty(), "an end was seen");
}

/// The service is told how long it has, and that it is over.
pub(super) fn time_runs_out(stage: &Stage) {
    // Keystone's own time, for the token that nobody knows yet, is not the call's.
    assert!(stage.alice.ask(ECHO, "hello").is_ok());
    let given_up = stage.notes.given_up.load(Ordering::SeqCst);
    let mut request = stage.alice.request(Bytes::new());
    request.set_timeout(Duration::from_secs(5));
    let late = stage.alice.send(BROOD, request).unwrap_err();
    assert!(matches!(late.code(), Code::Cancelled | Code::DeadlineExceeded), "{late:?}");
    let (_, fields) = stage.notes.calls.lock().unwrap().last().cloned().expect("it came in time");
    assert_eq!(fields["grpc-timeout"], "5000000u");
    stage.wait_for_given_up(given_up + 1);
    let mut request = stage.alice.request(Bytes::from_static(b"in time"));
    request.set_timeout(Duration::from_mins(1));
    assert_eq!(stage.alice.send(ECHO, request).unwrap().into_inner(), "in time");
}
