//! Many requests of one connection at once.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::support::frames::{Outcome, reason};
use crate::support::{Multiplexed, RawClient, Scene, eventually};

use super::head;

const IN_FLIGHT: &str = "portcullis_http_requests_in_flight{listener=\"public\"}";

#[test]
fn many_requests_at_once_are_all_answered_and_none_gets_anothers_answer() {
    let scene = Scene::start();
    scene.upstream.answer(|call| {
        call.receive()?;
        let target = call.request.target().to_owned();
        call.respond(200, &[], target.as_bytes())
    });
    let token = scene.token();
    let mut client = Multiplexed::connect(scene.sidecar.public);
    let auth = [("x-auth-token", &token[..])];
    for _ in 0..3 {
        let all = (0..100).map(|n| client.begin("GET", &format!("/{n}"), &auth, true)).collect();
        for (n, answer) in client.finish_all(all).into_iter().enumerate() {
            assert_eq!((answer.status, answer.body), (200, format!("/{n}").into_bytes()));
        }
    }
    assert_eq!(scene.upstream.count(), 300);
    eventually("all are done", || scene.sidecar.metric(IN_FLIGHT) == 0.0);
}

#[test]
fn f09_streams_beyond_the_limit_are_refused_and_the_others_go_on() {
    let scene = Scene::with(&[("http2.max_streams", "2")]);
    let gate = hold(&scene);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    for stream in [1, 3, 5, 7] {
        client.ask(stream, &head(&token, &[]));
    }
    for stream in [5, 7] {
        let outcome = client.outcome(stream);
        assert!(matches!(outcome, Outcome::Reset(reason::REFUSED_STREAM)), "{outcome:?}");
    }
    gate.add_permits(3);
    assert_eq!((client.answer(1).status(), client.answer(3).status()), (200, 200));
    client.ask(9, &head(&token, &[]));
    assert_eq!(client.answer(9).status(), 200, "there is room again");
    assert_eq!(scene.upstream.count(), 3);
}

#[test]
fn requests_beyond_the_limit_of_the_process_are_told_to_come_back() {
    let scene = Scene::with(&[("server.max_requests", "2")]);
    let gate = hold(&scene);
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.ask(1, &head(&token, &[]));
    client.ask(3, &head(&token, &[]));
    scene.upstream.wait_for(2);
    client.ask(5, &head(&token, &[]));
    let refused = client.answer(5);
    assert_eq!((refused.status(), refused.header("retry-after")), (503, Some("1")));
    assert!(refused.text().contains("Too many requests are in progress"), "{}", refused.text());
    client.ask(7, &head(&token, &[("content-type", Some("application/grpc"))]));
    let refused = client.answer(7);
    assert_eq!((refused.status(), refused.header("grpc-status")), (200, Some("14")));
    let counted = scene.sidecar.metric("portcullis_http_rejected_total{reason=\"overload\"}");
    assert_eq!(counted, 2.0);
    gate.add_permits(3);
    assert_eq!((client.answer(1).status(), client.answer(3).status()), (200, 200));
    client.ask(9, &head(&token, &[]));
    assert_eq!(client.answer(9).status(), 200);
}

/// Makes the service answer one request for each permit.
pub(crate) fn hold(scene: &Scene) -> Arc<Semaphore> {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    scene.upstream.answer(move |call| {
        call.receive()?;
        while held.try_acquire().map(SemaphorePermit::forget).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        call.respond(200, &[], b"late")
    });
    gate
}
