//! A service that speaks web socket and says everything back, and a client of it.

use crate::support::{Call, Client, Response, Scene};

use super::frames;

/// The key of RFC 6455's own example, and what answers it.
pub(super) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
pub(super) const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Routes that allow it on `/chat`, and not on `/plain`.
pub(super) const ROUTES: &str = "routes:\n\
    - {name: chat, path: /chat, allow: authenticated, protocols: [websocket]}\n\
    - {name: open, path: /open, allow: public, protocols: websocket}\n\
    - {name: plain, path: /plain, allow: authenticated}\n";

/// Everything in place, the service included.
pub(super) fn stage(more: &str) -> Scene {
    let scene = Scene::guarding(&format!("{more}{ROUTES}"));
    scene.upstream.answer(|call| {
        accept(call)?;
        echo(call)
    });
    scene
}

/// Grants a tunnel.
pub(crate) fn accept(call: &mut Call<'_>) -> std::io::Result<()> {
    let fields =
        [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Accept", ACCEPT)];
    call.respond(101, &fields, b"")
}

/// Says every frame back, and ends when the client does.
pub(crate) fn echo(call: &mut Call<'_>) -> std::io::Result<()> {
    call.close();
    loop {
        let frame = frames::read(call.wire)?;
        let length = u8::try_from(frame.1.len()).unwrap();
        call.wire.send(&[&[frame.0, length][..], &frame.1].concat())?;
        if frame.0 == 0x88 {
            return Ok(());
        }
    }
}

/// Asks for a tunnel.
pub(crate) fn ask(client: &mut Client, path: &str, token: &str, more: &[(&str, &str)]) -> Response {
    let mut fields = vec![
        ("X-Auth-Token", token),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", KEY),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    client.get(path, &fields)
}

/// A client that is through.
#[track_caller]
pub(super) fn connected(scene: &Scene, token: &str) -> Client {
    let mut client = Client::connect(scene.sidecar.public);
    let response = ask(&mut client, "/chat", token, &[]);
    assert_eq!(response.status, 101, "{response:?}");
    client
}

/// Says something and hears it back.
#[track_caller]
pub(super) fn says(client: &mut Client, text: &str) {
    client.send(frames::from_client(text));
    let (first, content) = frames::read(client.wire()).expect("an echo");
    assert_eq!((first, String::from_utf8_lossy(&content).as_ref()), (0x81, text));
}
