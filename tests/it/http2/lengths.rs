//! Where a body ends: what is stated and what comes are the same, or nobody takes it for a request.

use crate::support::frames::{Outcome, block, flag, frame, head as whole, kind, reason};
use crate::support::{RawClient, Scene, eventually};

use super::{Change, head};

const POST: Change<'_> = (":method", Some("POST"));

#[test]
fn f12_a_length_beside_an_end_without_a_body_is_no_request() {
    let scene = Scene::start();
    let token = scene.token();
    for length in ["5", "x", "-1", "18446744073709551621"] {
        let mut client = RawClient::connect(scene.sidecar.public);
        client.ask(1, &head(&token, &[POST, ("content-length", Some(length))]));
        let outcome = client.outcome(1);
        assert!(matches!(outcome, Outcome::Reset(reason::PROTOCOL_ERROR)), "{length}: {outcome:?}");
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

#[test]
fn f12_a_length_that_the_body_does_not_have_never_becomes_a_whole_request() {
    let scene = Scene::start();
    let token = scene.token();
    for body in ["abc", "abcdefghij"] {
        let mut client = RawClient::connect(scene.sidecar.public);
        client.begin(1, &head(&token, &[POST, ("content-length", Some("5"))]));
        client.data(1, body.as_bytes(), true);
        let outcome = client.outcome(1);
        assert!(outcome.status().is_none_or(|status| status == 400), "{body}: {outcome:?}");
    }
    eventually("no connection is left", || scene.upstream.open_connections() == 0);
    for seen in scene.upstream.requests() {
        assert_eq!(seen.body.data, b"", "none was whole");
    }
    scene.assert_serves();
}

#[test]
fn f12_lengths_that_differ_are_refused() {
    let scene = Scene::start();
    let token = scene.token();
    for (first, second) in [("5", "44"), ("44", "5"), ("5", "5, 44"), ("5", "x")] {
        let mut client = RawClient::connect(scene.sidecar.public);
        let mut fields = head(&token, &[POST, ("content-length", Some(first))]);
        fields.push(("content-length", second));
        client.begin(1, &fields);
        client.data(1, b"abcde", true);
        let outcome = client.outcome(1);
        assert!(outcome.status().is_none_or(|status| status == 400), "{second}: {outcome:?}");
        assert_eq!(scene.upstream.count(), 0, "{first} {second}");
    }
    scene.assert_serves();
}

#[test]
fn f13_nothing_of_a_body_is_written_before_it_came_and_a_reset_ends_the_request() {
    let scene = Scene::start();
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.begin(1, &head(&token, &[POST, ("content-length", Some("10"))]));
    client.data(1, b"01234", false);
    scene.upstream.wait_for(1);
    client.send(frame(kind::RST_STREAM, 0, 1, &reason::CANCEL.to_be_bytes()));
    eventually("the request is given up", || scene.upstream.open_connections() == 0);
    assert_eq!(scene.upstream.last().body.data, b"", "it was never whole");
    client.ask(3, &head(&token, &[]));
    assert_eq!(client.answer(3).status(), 200, "the connection goes on");
}

#[test]
fn f15_a_second_head_must_end_the_request() {
    let scene = Scene::start();
    let token = scene.token();
    for second in [&[("x-roles", "EVIL")][..], &head(&token, &[])] {
        let mut client = RawClient::connect(scene.sidecar.public);
        client.begin(1, &head(&token, &[POST]));
        client.data(1, b"body", false);
        client.send(frame(kind::HEADERS, flag::END_HEADERS, 1, &block(second)));
        let outcome = client.outcome(1);
        assert!(outcome.status().is_none_or(|status| status == 400), "{outcome:?}");
    }
    eventually("no connection is left", || scene.upstream.open_connections() == 0);
    let whole = scene.upstream.requests().into_iter().find(|seen| !seen.body.data.is_empty());
    assert!(whole.is_none(), "{whole:?}");
    scene.assert_serves();
}

#[test]
fn f15_what_comes_after_the_end_of_a_request_is_no_part_of_it() {
    let scene = Scene::start();
    let token = scene.token();
    for late in [
        frame(kind::DATA, flag::END_STREAM, 1, b"EVIL"),
        frame(kind::HEADERS, 5, 1, &block(&[("x-roles", "EVIL")])),
        frame(kind::CONTINUATION, flag::END_HEADERS, 1, &block(&[("x-roles", "EVIL")])),
    ] {
        let mut client = RawClient::connect(scene.sidecar.public);
        client.ask(1, &head(&token, &[]));
        client.answer(1);
        let _ = client.try_send(late);
        let _ = client.try_send(whole(3, &head(&token, &[])));
        client.outcome(3);
    }
    for seen in scene.upstream.requests() {
        assert!(!seen.mentions("EVIL"), "{seen:?}");
    }
    scene.assert_serves();
}
