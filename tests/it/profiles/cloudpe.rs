//! `CloudPe`: a certificate of its own on a port of its own, and limits with or without a pause.

use keystone_double::{Double, Profile, Scope, World};

use crate::support::{Certificate, Keystone, Sidecar, Upstream};

#[test]
fn n14_a_certificate_of_its_own_needs_its_ca_file_or_an_explicit_insecure() {
    let certificate = Certificate::for_loopback();
    let ca_file = certificate.ca_file().display().to_string();
    for (key, value, status) in [
        ("keystone.ca_file", &ca_file[..], 200),
        ("keystone.insecure", "true", 200),
        ("keystone.insecure", "false", 503),
    ] {
        let double = Double::with_profile(World::sample(), Profile::cloudpe());
        let keystone = Keystone::over_tls(double, &certificate);
        let upstream = Upstream::start();
        let sidecar = Sidecar::before(&upstream, &keystone).set(key, value).start();
        let token = keystone.issue("alice", Scope::project("demo")).token();
        assert_eq!(sidecar.get_as(&token, "/").status, status, "{key}: {value}");
        assert_eq!(keystone.validations(), u64::from(status == 200), "{key}: {value}");
        let tls = sidecar.metric("portcullis_keystone_faults_total{kind=\"tls\"}");
        assert_eq!(tls > 0.0, status == 503, "{key}: {value}");
        let warnings = f64::from(value == "true");
        assert_eq!(sidecar.metric("portcullis_config_warnings"), warnings);
    }
}

#[test]
fn n14_a_certificate_of_somebody_else_is_a_503() {
    let (own, other) = (Certificate::for_loopback(), Certificate::for_loopback());
    let double = Double::with_profile(World::sample(), Profile::cloudpe());
    let keystone = Keystone::over_tls(double, &own);
    let upstream = Upstream::start();
    let builder = Sidecar::before(&upstream, &keystone);
    let sidecar = builder.set("keystone.ca_file", other.ca_file().display()).start();
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(sidecar.get_as(&token, "/").status, 503);
    assert_eq!(keystone.validations(), 0);
}
