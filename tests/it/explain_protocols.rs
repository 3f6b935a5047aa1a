//! `explain` plays what clients of gRPC and of web sockets send, and says what they are told.

use serde_json::{Value, json};

use crate::support::{Multiplexed, Process, Scene, Scratch};
use crate::websocket::stage;

const ROUTES: &str = "routes:\n\
    - {name: calls, path: /calls, allow: authenticated, protocols: grpc}\n\
    - {name: chat, path: /chat, allow: authenticated, protocols: websocket}\n\
    - {name: plain, path: /plain, allow: authenticated, protocols: plain}\n\
    - {name: new, path: /new, allow: authenticated, protocols: plain, shadow: true}\n";

/// Path and protocol, the decision and its reason, and what is told instead of the service's answer.
const ROWS: &[(&str, &str, &str, &str, Option<u16>)] = &[
    ("/calls", "plain", "allow", "confirmed", None),
    ("/calls", "grpc", "allow", "confirmed", None),
    ("/calls", "websocket", "deny", "protocol", Some(403)),
    ("/chat", "websocket", "allow", "confirmed", None),
    ("/chat", "grpc", "deny", "protocol", Some(403)),
    ("/plain", "grpc", "deny", "protocol", Some(403)),
    ("/plain", "websocket", "deny", "protocol", Some(403)),
    ("/new", "grpc", "shadow_deny", "protocol", None),
    ("/new", "websocket", "shadow_deny", "protocol", None),
];

#[test]
fn what_is_explained_of_a_protocol_is_what_the_proxy_does() {
    let scene = Scene::guarding(&format!("policy: {{reason_header: true}}\n{ROUTES}"));
    let token = scene.token();
    for (path, protocol, decision, reason, status) in ROWS {
        let asked = json!({"path": path, "protocol": protocol, "as": {"token": token}});
        let mut client = crate::support::Client::connect(scene.sidecar.admin);
        let fields = [("Host", scene.sidecar.admin.to_string())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let asked = asked.to_string();
        client.send(crate::support::request("POST", "/explain", &fields, asked.as_bytes()));
        let told: Value = client.response().json();
        let answer = &told["answer"];
        assert_eq!(answer["decision"], *decision, "{path} {protocol}: {told:#}");
        assert_eq!(answer["reason"], *reason, "{path} {protocol}");
        assert_eq!(answer["status"], json!(status), "{path} {protocol}");
        let in_grpc = (*protocol == "grpc" && status.is_some()).then_some(7);
        assert_eq!(answer["grpc_status"], json!(in_grpc), "{path} {protocol}");
        let really = really(&scene, path, protocol, &token);
        assert_eq!(really, format!("{decision};reason={reason}"), "{path} {protocol}");
    }
}

/// How the proxy decides about such a request.
fn really(scene: &Scene, path: &str, protocol: &str, token: &str) -> String {
    let plain = [("x-auth-token", token)];
    if protocol == "websocket" {
        let mut client = crate::support::Client::connect(scene.sidecar.public);
        let response = stage::ask(&mut client, path, token, &[]);
        return response.header("x-portcullis-reason").unwrap_or_default().to_owned();
    }
    let grpc = [plain[0], ("content-type", "application/grpc")];
    let fields = if protocol == "grpc" { &grpc[..] } else { &plain };
    let received = Multiplexed::connect(scene.sidecar.public).get(path, fields);
    received.headers["x-portcullis-reason"].to_str().unwrap().to_owned()
}

#[test]
fn the_command_says_what_a_client_of_grpc_is_told() {
    let scratch = Scratch::new();
    let yaml = format!(
        "upstream: http://127.0.0.1:9\nkeystone: {{auth_url: \"http://127.0.0.1:9/v3\"}}\n{ROUTES}"
    );
    let file = scratch.write("portcullis.yaml", &yaml).display().to_string();
    let explain = |more: &[&str]| {
        let arguments = [&["explain", "--config", &file, "--role", "member"], more].concat();
        let output = Process::run(&arguments, &[]);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = explain(&["--protocol", "grpc", "/plain"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("POST /plain"), "{said}");
    assert!(said.contains("403: deny, reason protocol, told as grpc-status 7"), "{said}");
    let (code, said) = explain(&["--protocol", "websocket", "/chat"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("GET /chat"), "{said}");
    assert_eq!(explain(&["--protocol", "websocket", "--method", "POST", "/chat"]).0, Some(2));
    assert_eq!(explain(&["--protocol", "carrier-pigeon", "/chat"]).0, Some(2));
}
