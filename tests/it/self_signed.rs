//! A server whose certificate nobody has signed works by that certificate in `ca_file`, even if it
//! calls itself an authority, as what `openssl req -x509` makes does; and no other server does.

use keystone_double::{Double, Scope, World};

use crate::support::{Certificate, Keystone, Sidecar, Upstream};

/// What a server shows, what stands in `ca_file`, and whether that goes together.
fn table() -> [(&'static str, Certificate, Option<Certificate>, bool); 4] {
    let loopback = || Certificate::for_loopback().authority();
    [
        ("itself", loopback(), None, true),
        ("another of the same name", loopback(), Some(loopback()), false),
        ("another name", Certificate::for_name("elsewhere.example").authority(), None, false),
        ("it has ended", Certificate::expired().authority(), None, false),
    ]
}

#[test]
fn n14_a_keystone_is_believed_by_its_own_certificate() {
    for (why, shown, trusted, good) in table() {
        let keystone = Keystone::over_tls(Double::new(World::sample()), &shown);
        let upstream = Upstream::start();
        let sidecar = Sidecar::before(&upstream, &keystone)
            .set("keystone.ca_file", trusted.as_ref().unwrap_or(&shown).ca_file().display())
            .start();
        let token = keystone.issue("alice", Scope::project("demo")).token();
        let status = if good { 200 } else { 503 };
        assert_eq!(sidecar.get_as(&token, "/").status, status, "{why}");
        assert_eq!(keystone.calls().total > 0, good, "{why}");
        assert_eq!(upstream.count(), usize::from(good), "{why}");
    }
}

#[test]
fn t11_a_service_is_believed_by_its_own_certificate() {
    for (why, shown, trusted, good) in table() {
        let (keystone, upstream) = (Keystone::start(), Upstream::over_tls(&shown));
        let sidecar = Sidecar::before(&upstream, &keystone)
            .set("upstream.ca_file", trusted.as_ref().unwrap_or(&shown).ca_file().display())
            .start();
        let token = keystone.issue("alice", Scope::project("demo")).token();
        let status = if good { 200 } else { 502 };
        assert_eq!(sidecar.get_as(&token, "/").status, status, "{why}");
        assert_eq!(upstream.count(), usize::from(good), "{why}");
    }
}
