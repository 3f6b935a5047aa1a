//! Refusals as clients of gRPC read them: a status of gRPC, in a head that is all there is.

use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};

use crate::support::frames::Answer;
use crate::support::{Keystone, RawClient, Scene, Sidecar, Upstream};

use super::{Change, head};

const GRPC: Change<'_> = ("content-type", Some("application/grpc"));

#[test]
fn refusals_are_statuses_of_grpc() {
    let scene = Scene::guarding(
        "server: {max_token: 1KiB}\n\
         routes:\n\
         - {path: /members, check: \"role:member\", max_body: 10B}\n\
         - {path: /admins, check: \"role:admin\"}\n",
    );
    let too_long = "x".repeat(2000);
    let rows: &[(&[Change<'_>], &str)] = &[
        (&[(":path", Some("/members")), ("x-auth-token", None)], "16"),
        (&[(":path", Some("/members")), ("x-auth-token", Some("made-up"))], "16"),
        (&[(":path", Some("/admins"))], "7"),
        (&[(":path", Some("/nowhere"))], "7"),
        (&[(":path", Some("/members")), ("host", Some("evil.invalid"))], "13"),
        (&[(":path", Some("/../admins"))], "13"),
        (&[(":path", Some("/members")), (":method", Some("TRACE"))], "12"),
        (&[(":path", Some("/members")), ("x-auth-token", Some(&too_long))], "8"),
    ];
    for (changes, status) in rows {
        let answer = ask(&scene, changes);
        assert_eq!(answer.status(), 200, "{changes:?}");
        assert_eq!(answer.header("grpc-status"), Some(*status), "{changes:?}");
        assert_eq!(answer.header("content-type"), Some("application/grpc"));
        assert!(answer.header("grpc-message").is_some_and(|message| !message.is_empty()));
        assert_eq!((answer.pieces, answer.trailers), (0, None), "{changes:?}: all in the head");
    }
    assert_eq!(scene.upstream.count(), 0);
    let passes = ask(&scene, &[(":path", Some("/members"))]);
    assert_eq!((passes.status(), passes.header("grpc-status")), (200, None));
}

#[test]
fn a_body_that_is_too_long_is_a_status_of_grpc_too() {
    let scene = Scene::guarding("routes: [{path: /, check: \"role:member\", max_body: 10B}]\n");
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    let stated = [GRPC, (":method", Some("POST")), ("content-length", Some("11"))];
    client.begin(1, &head(&token, &stated));
    client.wait("an answer", |client| client.so_far(1).is_some());
    assert_eq!(client.so_far(1).unwrap().header("grpc-status"), Some("8"));
    assert_eq!(scene.upstream.count(), 0);
}

#[test]
fn who_cannot_be_asked_is_unavailable() {
    let scene = Scene::start();
    scene.keystone.stop();
    let answer = ask(&scene, &[]);
    assert_eq!((answer.status(), answer.header("grpc-status")), (200, Some("14")));
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    // A port that nobody listens on and nobody else gets.
    let nobody = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    nobody.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let nowhere = format!("http://{}", nobody.local_addr().unwrap().as_socket().unwrap());
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let sidecar = Sidecar::before(&upstream, &keystone).set("upstream.url", nowhere).start();
    let scene = Scene { sidecar, keystone, upstream };
    let answer = ask(&scene, &[]);
    assert_eq!((answer.status(), answer.header("grpc-status")), (200, Some("14")));
}

#[test]
fn what_only_looks_like_grpc_is_refused_in_plain_words() {
    let scene = Scene::start();
    for looks in ["application/grpc-web", "application/json", "text/application/grpc"] {
        let changes = [("x-auth-token", None), ("content-type", Some(looks))];
        let mut client = RawClient::connect(scene.sidecar.public);
        client.ask(1, &head("", &changes));
        assert_eq!(client.answer(1).status(), 401, "{looks}");
    }
    let over_http_1 = scene.sidecar.get("/", &[("Content-Type", "application/grpc")]);
    assert_eq!(over_http_1.status, 401, "gRPC is HTTP/2");
}

#[track_caller]
fn ask(scene: &Scene, changes: &[Change<'_>]) -> Answer {
    let token = scene.token();
    let mut client = RawClient::connect(scene.sidecar.public);
    client.ask(1, &head(&token, &[&[GRPC], changes].concat()));
    client.answer(1)
}
