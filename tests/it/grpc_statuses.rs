//! How calls of gRPC end is counted and logged, by the status that the client was told: wherever it
//! stands, and whoever said it.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use serde_json::Value;

use keystone_double::Scope;

use crate::support::{Http2, Keystone, Multiplexed, Proxy, Terms, eventually, get};

/// A service whose paths say how it answers.
fn service() -> Http2 {
    Http2::answering(Terms::default(), |mut exchange| async move {
        let path = exchange.asked.head.uri.path().to_owned();
        let (place, code) = path[1..].split_once('/').unwrap();
        let code: HeaderValue = code.parse().unwrap();
        let head = Response::builder().header("content-type", "application/grpc");
        match place {
            "head" => {
                let head = head.header("grpc-status", code).body(()).unwrap();
                exchange.respond.send_response(head, true).map(drop)
            }
            "behind" => {
                let mut body = exchange.respond.send_response(head.body(()).unwrap(), false)?;
                body.send_data(Bytes::from_static(b"\0\0\0\0\x02hi"), false)?;
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", code);
                body.send_trailers(trailers)
            }
            _ => exchange.respond(200, b"no status at all"),
        }
    })
}

#[test]
fn every_call_is_counted_by_the_status_that_its_client_was_told() {
    let (keystone, service) = (Keystone::start(), service());
    let yaml = format!(
        "upstream: {{url: \"{}\", protocol: http2}}\nkeystone: {{auth_url: \"{}\"}}\nroutes:\n\
         - {{name: secret, path: /secret/*, check: \"!\"}}\n\
         - {{name: calls, path: \"/**\", allow: authenticated}}\n",
        service.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[]);
    let token = keystone.issue("alice", Scope::project("demo")).token();
    let mut client = Multiplexed::connect(proxy.public);
    let grpc = ("content-type", "application/grpc");
    let rows = [
        ("/behind/0", &token[..], "calls", "0"),
        ("/behind/5", &token, "calls", "5"),
        ("/head/14", &token, "calls", "14"),
        ("/head/99", &token, "calls", "other"),
        ("/nowhere/0", &token, "calls", "none"),
        ("/secret/0", &token, "secret", "7"),
        ("/behind/0", "made-up", "calls", "16"),
    ];
    for (path, token, _, _) in rows {
        client.get(path, &[("x-auth-token", token), grpc]);
    }
    // What is no call of gRPC is not among them, whatever the service says.
    client.get("/head/3", &[("x-auth-token", &token)]);
    let page = || get(proxy.telemetry, "/metrics", &[]).text();
    for (_, _, route, status) in rows {
        let line = format!(
            "portcullis_grpc_responses_total{{grpc_status=\"{status}\",route=\"{route}\"}} 1\n"
        );
        eventually("it is counted", || page().contains(&line));
    }
    assert_eq!(page().matches("portcullis_grpc_responses_total{").count(), rows.len());
    proxy.process.wait_for("/head/3");
    let lines = proxy.process.output();
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let codes: Vec<_> = lines
        .filter(|line| line["target"] == "portcullis::access")
        .map(|line| line["rpc.grpc.status_code"].as_u64())
        .collect();
    assert_eq!(codes, [Some(0), Some(5), Some(14), None, None, Some(7), Some(16), None]);
}
