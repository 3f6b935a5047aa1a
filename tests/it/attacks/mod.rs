//! Rows of docs/attacks.md that no other file here holds. A test carries the ids of its rows in
//! its name, here and elsewhere; `scripts/attack-rows` tells which rows have none.

mod cache;
mod credentials;
mod framing;
mod identity;
mod keystone;
mod paths;
mod process;
mod services;

use portcullis::config::{self, Input, Sources};

use crate::support::{Client, Response, Scene, exchange};

/// The least that a configuration holds.
const THREE_LINES: &str = "\
listen: 127.0.0.1:0
upstream: http://127.0.0.1:9
keystone: {auth_url: \"http://127.0.0.1:9/v3\"}
";

/// Sends a head to the byte, with the field `X-Auth-Token` of a good token where `TOKEN` stands,
/// and returns the answer.
#[track_caller]
fn send(scene: &Scene, bytes: impl AsRef<[u8]>) -> Response {
    let mut client = Client::connect(scene.sidecar.public);
    client.send(with_token(bytes.as_ref(), &scene.token()));
    client.response()
}

/// Fails unless each of these, sent to the byte, is answered with one refusal and the end of the
/// connection, and nobody behind the proxy hears of it.
#[track_caller]
fn unreadable(requests: &[&[u8]], statuses: &[u16]) {
    let scene = Scene::start();
    let token = scene.token();
    for request in requests {
        let shown = String::from_utf8_lossy(request);
        let answer = exchange(scene.sidecar.public, with_token(request, &token));
        let answer = String::from_utf8_lossy(&answer);
        let refused = |status: &u16| answer.starts_with(&format!("HTTP/1.1 {status} "));
        assert!(statuses.iter().any(refused), "{shown:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{shown:?}: {answer}");
        assert!(!answer.contains("EVIL"), "{shown:?}: {answer}");
    }
    assert_eq!((scene.keystone.validations(), scene.upstream.count()), (0, 0));
    scene.assert_serves();
}

/// What is said about a configuration that must not start.
#[track_caller]
fn refused_configuration(yaml: &str) -> String {
    let input = Input::Text { name: "portcullis.yaml".to_owned(), text: yaml.to_owned() };
    match config::load(&Sources { file: Some(input), ..Sources::default() }) {
        Ok(_) => panic!("a valid configuration: {yaml}"),
        Err(errors) => errors.to_string(),
    }
}

fn with_token(bytes: &[u8], token: &str) -> Vec<u8> {
    let mark = b"TOKEN";
    let Some(at) = bytes.windows(mark.len()).position(|window| window == mark) else {
        return bytes.to_vec();
    };
    let field = format!("X-Auth-Token: {token}");
    [&bytes[..at], field.as_bytes(), &bytes[at + mark.len()..]].concat()
}
