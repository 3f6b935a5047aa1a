//! Whose word about earlier hops is passed on: that of proxies which the operator names, listener
//! by listener, and nobody's else.

use portcullis::config::{self, Input, Sources};

use crate::support::{Request, Scene, Scratch, get};

use super::scene;

const WORDS: [(&str, &str); 8] = [
    ("X-Forwarded-For", "203.0.113.9, 198.51.100.3"),
    ("X-Forwarded-For", "198.51.100.4"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "public.example"),
    ("X-Forwarded-Port", "443"),
    ("X-Real-IP", "203.0.113.9"),
    ("Forwarded", "for=203.0.113.9"),
    ("X-Forwarded-Prefix", "/prefix"),
];

#[test]
fn c19_a_trusted_proxys_word_is_passed_on_with_its_own_address() {
    let scene = Scene::with(&[("listener.trusted_proxies", "127.0.0.1,198.51.100.0/24")]);
    let seen = told(&scene, scene.sidecar.public);
    let hops = "203.0.113.9, 198.51.100.3, 198.51.100.4, 127.0.0.1";
    assert_eq!(seen.headers("x-forwarded-for"), [hops]);
    assert_eq!(seen.headers("x-forwarded-proto"), ["https"]);
    assert_eq!(seen.headers("x-forwarded-host"), ["public.example"]);
    assert_eq!(seen.headers("x-forwarded-port"), ["443"]);
    assert_eq!(seen.headers("x-real-ip"), ["203.0.113.9"]);
    let ours = "for=203.0.113.9, for=198.51.100.3, for=198.51.100.4, for=127.0.0.1;host=\"service.example\";proto=http";
    assert_eq!(seen.headers("forwarded"), [ours]);
    assert_eq!(seen.headers("x-forwarded-prefix"), [""; 0], "nobody is believed about that");
}

#[test]
fn c19_only_the_field_that_proxies_write_is_believed() {
    let trust = ("listener.trusted_proxies", "127.0.0.1");
    for (field, client) in [
        ("x-real-ip", "203.0.113.9"),
        ("forwarded", "203.0.113.9"),
        ("x-forwarded-for", "198.51.100.4"),
    ] {
        let scene = Scene::with(&[trust, ("listener.client_field", field)]);
        let seen = told(&scene, scene.sidecar.public);
        assert_eq!(seen.headers("x-real-ip"), [client], "{field}");
        assert_eq!(seen.headers("x-forwarded-for"), [format!("{client}, 127.0.0.1")], "{field}");
    }
}

#[test]
fn c19_everybody_elses_is_removed() {
    let scene = Scene::with(&[("listener.trusted_proxies", "192.0.2.0/24,unix")]);
    assert_replaced(&told(&scene, scene.sidecar.public));
}

#[test]
fn c19_each_listener_trusts_its_own() {
    let scratch = Scratch::new();
    let yaml = "\
listener: {trusted_proxies: [127.0.0.1, 198.51.100.0/24]}
listeners:
  behind: 127.0.0.1:0
  open: {listen: 127.0.0.1:0, trusted_proxies: []}
";
    let scene = scene(yaml, scratch.path());
    let behind = told(&scene, scene.sidecar.more["behind"]);
    assert_eq!(behind.headers("x-real-ip"), ["203.0.113.9"]);
    assert_replaced(&told(&scene, scene.sidecar.more["open"]));
}

#[test]
fn c21_everybody_cannot_be_trusted() {
    for everybody in ["0.0.0.0/0", "::/0", "10.0.0.0/0"] {
        let yaml = format!(
            "upstream: http://127.0.0.1:9\nkeystone: {{auth_url: \"http://127.0.0.1:9/v3\"}}\n\
             listener: {{trusted_proxies: [\"{everybody}\"]}}\n"
        );
        let input = Input::Text { name: "portcullis.yaml".to_owned(), text: yaml };
        let said = match config::load(&Sources { file: Some(input), ..Sources::default() }) {
            Ok(_) => panic!("{everybody} is trusted"),
            Err(errors) => errors.to_string(),
        };
        assert!(said.contains("is everybody"), "{said}");
        assert!(said.contains("listener.trusted_proxies"), "{said}");
    }
}

#[track_caller]
fn told(scene: &Scene, address: std::net::SocketAddr) -> Request {
    let token = scene.token();
    let fields = [&[("X-Auth-Token", &token[..])], &WORDS[..]].concat();
    assert_eq!(get(address, "/", &fields).status, 200);
    scene.upstream.last()
}

#[track_caller]
fn assert_replaced(seen: &Request) {
    assert_eq!(seen.headers("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen.headers("x-forwarded-proto"), ["http"]);
    assert_eq!(seen.headers("x-forwarded-host"), ["service.example"]);
    for name in ["forwarded", "x-real-ip", "x-forwarded-port", "x-forwarded-prefix"] {
        assert_eq!(seen.headers(name), [""; 0], "{name}");
    }
}
