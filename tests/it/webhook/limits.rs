//! What one review may cost: its length, its time, and the memory of all that are under way.

use std::time::{Duration, Instant};

use super::{JSON, PATH, Stage, reviews};
use crate::support::{eventually, get, request};

const MIB: usize = 1024 * 1024;

#[test]
fn a_review_of_three_mebibytes_is_judged_whole() {
    let stage = Stage::start();
    let review = padded(3 * MIB);
    let answer = stage.connect().send("POST", PATH, JSON, review.as_bytes());
    assert_eq!(answer.status, 200);
    assert_eq!(stage.seen.lock().unwrap()[0], review.as_bytes());
}

#[test]
fn a_review_that_is_too_long_is_413_before_it_is_read_and_while_it_is() {
    let stage = Stage::with(|settings| settings.max_review = 64 * 1024);
    let long = padded(200 * 1024);
    // It says so.
    let mut client = stage.connect_plainly();
    let head = format!(
        "POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        long.len()
    );
    client.send(head);
    assert_eq!(client.response().status, 413);
    // It does not.
    let answer = stage.connect().send("POST", PATH, JSON, long.as_bytes());
    assert_eq!(answer.status, 413);
    let mut client = stage.connect_plainly();
    client.send(
        "POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n",
    );
    let chunk = [format!("{:x}\r\n", 70 * 1024).into_bytes(), vec![b' '; 70 * 1024]].concat();
    // It may have been answered, and closed, before the end.
    let _ = client.try_send(chunk);
    assert_eq!(client.response().status, 413);
    assert_eq!(stage.judged(), 0);
    assert_eq!(stage.rejected("too_long"), 3.0);
    stage.assert_serves();
}

#[test]
fn a_body_that_does_not_come_is_given_up_in_time() {
    let stage = Stage::with(|settings| settings.patience = Duration::from_millis(200));
    let start = Instant::now();
    let body = reviews::pod("patch").to_string();
    let whole = request("POST", "/mutate", JSON, body.as_bytes());
    let mut slow = stage.connect_plainly();
    slow.send(&whole[..whole.len() - 1]);
    assert_eq!(slow.response().status, 408);
    let mut slow = stage.connect();
    let exchange = slow.begin("POST", PATH, JSON, false);
    assert_eq!(slow.finish(exchange).status, 408);
    assert!(start.elapsed() < Duration::from_secs(9));
    assert_eq!((stage.rejected("timeout"), stage.judged()), (2.0, 0));
    stage.assert_serves();
}

#[test]
fn slow_clients_keep_nobody_out() {
    let stage = Stage::start();
    let mut slow: Vec<_> = (0..100).map(|_| stage.connect_plainly()).collect();
    for client in &mut slow {
        client.send(
            "POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Content-Length: 8000000\r\n\r\n{",
        );
    }
    let open = "portcullis_connections{listener=\"webhook\"}";
    eventually("all are there", || stage.metric(open) >= 100.0);
    stage.assert_serves();
    assert_eq!(get(stage.telemetry, "/livez", &[]).status, 200);
}

#[test]
fn what_all_reviews_under_way_hold_is_bounded() {
    let stage = Stage::start();
    let mut hoarders = Vec::new();
    // Each holds nearly as much as one may, and none of them ends.
    let piece = vec![b' '; 7 * MIB];
    let mut refused = 0;
    for _ in 0..6 {
        let mut client = stage.connect_plainly();
        client.send(
            "POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Content-Length: 8000000\r\n\r\n",
        );
        // One that is refused may not have been read to its end.
        let sent = client.try_send(&piece);
        let busy = || stage.rejected("busy") > f64::from(refused);
        if sent.is_err() || busy() {
            refused += 1;
        }
        hoarders.push(client);
    }
    eventually("somebody is refused", || stage.rejected("busy") >= 1.0);
    assert_eq!(stage.judged(), 0);
    drop(hoarders);
    eventually("the room is free again", || {
        let body = padded(4 * MIB);
        stage.connect().send("POST", PATH, JSON, body.as_bytes()).status == 200
    });
}

/// A review of so many bytes.
fn padded(length: usize) -> String {
    let mut review = reviews::pod("nothing").to_string();
    let missing = length.saturating_sub(review.len());
    review.push_str(&" ".repeat(missing));
    review
}
