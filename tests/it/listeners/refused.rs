//! Configurations of listeners that cannot be meant: each is refused, with the key and the remedy.

use portcullis::config::{self, Input, Sources};

/// What is said of a file, or an empty text when nothing is.
fn said(yaml: &str) -> String {
    let upstream = "upstream: http://127.0.0.1:9\n";
    let upstream = if yaml.starts_with("upstream: ") { "" } else { upstream };
    let keystone = "keystone: {auth_url: \"http://127.0.0.1:9/v3\"}\n";
    let yaml = format!("{upstream}{keystone}{yaml}");
    let input = Input::Text { name: "portcullis.yaml".to_owned(), text: yaml };
    match config::load(&Sources { file: Some(input), ..Sources::default() }) {
        Ok(_) => String::new(),
        Err(errors) => errors.to_string(),
    }
}

#[track_caller]
fn assert_refused(yaml: &str, words: &[&str]) {
    let said = said(yaml);
    for word in words {
        assert!(said.contains(word), "{yaml}\nsays nothing of {word:?}:\n{said}");
    }
}

#[test]
fn two_listeners_on_one_address_would_take_turns() {
    for (first, second) in [
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("0.0.0.0:8080", "127.0.0.1:8080"),
        ("127.0.0.1:8080", "0.0.0.0:8080"),
        ("[::]:8080", "127.0.0.1:8080"),
        ("[::]:8080", "0.0.0.0:8080"),
        ("[::1]:8080", "[::]:8080"),
        ("127.0.0.1:8080", "[::ffff:127.0.0.1]:8080"),
    ] {
        let yaml = format!("listen: \"{first}\"\nlisteners: {{more: \"{second}\"}}\n");
        assert_refused(&yaml, &["listeners.more", &format!("{second} is taken"), "choose another"]);
    }
}

#[test]
fn side_doors_have_addresses_of_their_own() {
    for (key, address) in
        [("telemetry", "127.0.0.1:8080"), ("admin", "127.0.0.1:8080"), ("telemetry", "[::]:8080")]
    {
        let yaml = format!("listen: 0.0.0.0:8080\n{key}: \"{address}\"\n");
        assert_refused(&yaml, &[&format!("{key}.listen"), "is taken by the address of listen"]);
    }
}

#[test]
fn listeners_that_only_look_alike_are_served() {
    for (first, second) in [
        ("127.0.0.1:8080", "127.0.0.1:8081"),
        ("127.0.0.1:8080", "127.0.0.2:8080"),
        ("0.0.0.0:8080", "[::1]:8080"),
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("unix:/run/a.sock", "unix:/run/b.sock"),
    ] {
        let yaml = format!("listen: \"{first}\"\nlisteners: {{more: \"{second}\"}}\n");
        assert_eq!(said(&yaml), "", "{first} and {second}");
    }
}

#[test]
fn two_listeners_on_one_socket_in_the_file_system_are_refused() {
    for (first, second) in [("/run/a.sock", "/run/a.sock"), ("/run/a.sock", "/run/./a.sock")] {
        let yaml = format!("listen: \"unix:{first}\"\nlisteners: {{more: \"unix:{second}\"}}\n");
        assert_refused(&yaml, &["listeners.more", "is also the socket of another listener"]);
    }
}

#[test]
fn tls_that_is_insisted_on_needs_a_certificate() {
    assert_refused("listener: {tls: on}\n", &["listener.tls", "needs a certificate"]);
    assert_refused(
        "listeners: {inside: {listen: \"127.0.0.1:0\", tls: on}}\n",
        &["listeners.inside.tls", "needs a certificate"],
    );
}

#[test]
fn web_sockets_do_not_go_to_a_service_that_is_spoken_to_over_http_2() {
    let route = "- {path: /chat, allow: authenticated, protocols: websocket, upstream: calls}\n";
    let yaml = |protocol: &str| {
        format!(
            "upstreams: {{calls: {{url: \"http://127.0.0.1:8\", protocol: {protocol}}}}}\n\
             routes:\n{route}"
        )
    };
    assert_refused(&yaml("http2"), &["routes", "takes web sockets", "protocol: http1"]);
    assert_eq!(said(&yaml("http1")), "");
    let default = "upstream: {url: \"http://127.0.0.1:8\", protocol: http2}\n";
    let route = "routes: [{path: /chat, allow: authenticated, protocols: websocket}]\n";
    let inherits = "policy: {protocols: [websocket]}\n\
                    routes: [{path: /chat, allow: authenticated}]\n";
    for takes in [route, inherits] {
        assert_refused(&format!("{default}{takes}"), &["routes", "takes web sockets"]);
    }
    let everywhere = "policy: {protocols: [grpc, websocket]}\n";
    assert_refused(&format!("{default}{everywhere}"), &["policy.protocols", "has websocket"]);
    assert_eq!(said(&format!("{default}policy: {{protocols: [grpc]}}\n")), "");
}
