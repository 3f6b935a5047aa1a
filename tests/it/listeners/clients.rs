//! Who the client is behind several proxies: the service, whichever field it reads, and the access
//! log are told the same.

use serde_json::Value;

use crate::support::{Keystone, Proxy, Upstream, eventually, get};

const TRUSTED: &str = "listener: {trusted_proxies: [127.0.0.0/8, 10.0.0.0/8, \"2001:db8::/32\"]}\n";

/// What a proxy on loopback says, and the client, the list and `X-Real-IP` that come of it.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, Option<&'a str>);

const BY_LIST: &[Row<'_>] = &[
    (&[], "127.0.0.1", "127.0.0.1", None),
    (&[("X-Forwarded-For", "192.0.2.1")], "192.0.2.1", "192.0.2.1, 127.0.0.1", None),
    (
        &[("X-Forwarded-For", "203.0.113.6, 192.0.2.1, 10.0.0.2, 10.0.0.3")],
        "192.0.2.1",
        "192.0.2.1, 10.0.0.2, 10.0.0.3, 127.0.0.1",
        None,
    ),
    (
        &[("X-Forwarded-For", "1.2.3.4:5, 10.0.0.2:80"), ("X-Real-IP", "203.0.113.6")],
        "1.2.3.4",
        "1.2.3.4, 10.0.0.2, 127.0.0.1",
        Some("1.2.3.4"),
    ),
    (&[("X-Forwarded-For", "[::1]:5")], "::1", "::1, 127.0.0.1", None),
    (
        &[("X-Forwarded-For", "[2001:dead::1]:5, 2001:db8::7")],
        "2001:dead::1",
        "2001:dead::1, 2001:db8::7, 127.0.0.1",
        None,
    ),
    (&[("X-Real-IP", "203.0.113.6")], "127.0.0.1", "127.0.0.1", None),
    (&[("Forwarded", "for=203.0.113.6")], "127.0.0.1", "127.0.0.1", None),
    (
        &[("X-Forwarded-For", "203.0.113.6, nobody"), ("X-Real-IP", "203.0.113.6")],
        "127.0.0.1",
        "unknown, 127.0.0.1",
        None,
    ),
];

const BY_FORWARDED: &[Row<'_>] = &[
    (
        &[("Forwarded", "for=203.0.113.6, for=192.0.2.1;proto=https, for=10.0.0.2")],
        "192.0.2.1",
        "192.0.2.1, 10.0.0.2, 127.0.0.1",
        None,
    ),
    (
        &[("Forwarded", "for=192.0.2.1"), ("X-Forwarded-For", "203.0.113.6")],
        "192.0.2.1",
        "192.0.2.1, 127.0.0.1",
        None,
    ),
];

const BY_REAL_IP: &[Row<'_>] = &[(
    &[("X-Real-IP", "192.0.2.1"), ("X-Forwarded-For", "203.0.113.6")],
    "192.0.2.1",
    "192.0.2.1, 127.0.0.1",
    Some("192.0.2.1"),
)];

#[test]
fn c19_the_client_is_the_first_address_from_us_that_is_no_trusted_proxy() {
    assert_clients("x-forwarded-for", BY_LIST);
}

#[test]
fn c19_it_is_named_in_the_field_that_the_operator_says() {
    assert_clients("forwarded", BY_FORWARDED);
    assert_clients("x-real-ip", BY_REAL_IP);
}

fn assert_clients(field: &str, rows: &[Row<'_>]) {
    let (keystone, upstream) = (Keystone::start(), Upstream::start());
    let yaml = format!(
        "upstream: \"{}\"\nkeystone: {{auth_url: \"{}\"}}\n{TRUSTED}\
         routes: [{{path: \"/**\", allow: public}}]\n",
        upstream.url(),
        keystone.url()
    );
    let proxy = Proxy::run(&yaml, &[&format!("listener.client_field={field}")]);
    for (number, (said, client, list, real)) in rows.iter().enumerate() {
        let path = format!("/{number}");
        assert_eq!(get(proxy.public, &path, said).status, 200);
        let seen = upstream.last();
        assert_eq!(seen.headers("x-forwarded-for"), [*list], "{said:?}");
        assert_eq!(seen.header("x-real-ip"), *real, "{said:?}");
        let forwarded = seen.header("forwarded");
        let named = !list.starts_with("127.");
        let told = named && said.iter().any(|(name, _)| *name == "Forwarded");
        assert_eq!(forwarded.is_some(), told, "{said:?}: {forwarded:?}");
        let mut line = Value::Null;
        eventually("its line is written", || {
            let output = proxy.process.output();
            let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            line = lines.into_iter().find(|line| line["url.path"] == path).unwrap_or_default();
            !line.is_null()
        });
        assert_eq!(line["client.address"], *client, "{said:?}");
    }
}
