//! Everything may listen on IPv6, and addresses in brackets are understood.

use std::net::TcpListener;

use keystone_double::Scope;

use crate::support::{Keystone, Sidecar, Upstream, eventually, exchange, get};

const ANY: &str = "[::1]:0";

#[test]
fn clients_services_and_keystone_are_reached_on_ipv6() {
    // Some build machines have no IPv6 at all.
    let Ok(_) = TcpListener::bind(ANY) else { return };
    let (keystone, upstream) = (Keystone::at(ANY), Upstream::at(ANY));
    assert!(keystone.url().starts_with("http://[::1]:"), "{}", keystone.url());
    let mut builder = Sidecar::before(&upstream, &keystone);
    for key in ["listen", "telemetry.listen", "admin.listen"] {
        builder = builder.set(key, ANY);
    }
    let sidecar = builder.start();
    assert!(sidecar.public.is_ipv6() && sidecar.telemetry.is_ipv6() && sidecar.admin.is_ipv6());

    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(sidecar.get_as(&token, "/six").status, 200);
    let seen = upstream.last();
    assert_eq!((seen.target(), seen.header("x-user-name")), ("/six", Some("alice")));
    assert_eq!(seen.headers("x-forwarded-for"), ["::1"]);
    let asked = keystone.requests();
    let named = asked.last().unwrap().header("host").unwrap();
    assert_eq!(named, keystone.address().to_string());

    let refused = sidecar.get("/", &[]);
    assert_eq!(refused.status, 401);
    let challenge = format!("Keystone uri=\"{}\"", keystone.url());
    assert_eq!(refused.header("www-authenticate"), Some(&challenge[..]));

    exchange(sidecar.public, format!("GET / HTTP/1.0\r\nX-Auth-Token: {token}\r\n\r\n"));
    assert_eq!(upstream.last().headers("host"), [upstream.url().trim_start_matches("http://")]);
    eventually("it is ready", || get(sidecar.telemetry, "/readyz", &[]).status == 200);
    assert_eq!(sidecar.operate("GET", "/cache", &[]).status, 200);
}

#[test]
fn a_listener_on_all_addresses_takes_both_families() {
    let Ok(_) = TcpListener::bind(ANY) else { return };
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let sidecar = Sidecar::before(&upstream, &keystone).set("listen", "[::]:0").start();
    let token = keystone.issue("alice", Scope::project("demo")).token();
    for (from, shown) in [("127.0.0.1", "127.0.0.1"), ("::1", "::1")] {
        let address = (from.parse::<std::net::IpAddr>().unwrap(), sidecar.public.port()).into();
        assert_eq!(get(address, "/", &[("X-Auth-Token", &token)]).status, 200);
        assert_eq!(upstream.last().headers("x-forwarded-for"), [shown]);
    }
}
