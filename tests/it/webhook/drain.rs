//! The end: readiness turns red first, reviews that have begun are answered, and nothing is lost.

use std::time::Duration;

use super::{JSON, PATH, Stage, reviews};
use crate::support::{eventually, get};

#[test]
fn reviews_that_have_begun_are_answered_and_new_ones_go_elsewhere() {
    let stage = Stage::with(|settings| settings.drain_delay = Duration::from_millis(300));
    let body = reviews::pod("patch").to_string();
    let mut client = stage.connect();
    let mut under_way = client.begin("POST", PATH, JSON, false);
    let mut plain = stage.connect_plainly();
    plain.send(format!(
        "POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    ));
    let open = "portcullis_connections{listener=\"webhook\"}";
    eventually("both are there", || stage.metric(open) == 2.0);
    stage.stop.now();
    eventually("it is not ready any more", || get(stage.telemetry, "/readyz", &[]).status == 503);
    assert_eq!(get(stage.telemetry, "/livez", &[]).status, 200);
    client.upload(&mut under_way, body.as_bytes());
    assert_eq!(client.finish(under_way).status, 200);
    let ended = client.end();
    // It may still be saying something when the other side has closed.
    assert!(ended.as_ref().map_or_else(h2::Error::is_io, |()| true), "{ended:?}");
    plain.send(&body);
    assert_eq!(plain.response().status, 200);
    assert!(plain.is_closed());
    eventually("it ends", || stage.thread.as_ref().unwrap().is_finished());
    assert_eq!(stage.judged(), 2);
}

#[test]
fn a_review_that_does_not_end_is_cut_off_in_the_end() {
    let stage = Stage::with(|settings| settings.drain_timeout = Duration::from_millis(100));
    let mut client = stage.connect();
    let under_way = client.begin("POST", PATH, JSON, false);
    stage.stop.now();
    eventually("it ends", || stage.thread.as_ref().unwrap().is_finished());
    assert!(client.try_finish(under_way).is_err());
}
