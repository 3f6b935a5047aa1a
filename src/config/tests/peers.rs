//! How peers prove who they are, by options.

use proptest::prelude::*;

use super::{Scratch, THREE_LINES, file, lines, loaded};
use crate::config::{Sources, load};
use crate::dial::Trust;

const OVER_TLS: &str = "\
upstream: {url: 'https://127.0.0.1:9000'UPSTREAM}
keystone: {auth_url: 'https://127.0.0.1:5000/v3'KEYSTONE}
";

/// Both peers over TLS, with these keys besides.
fn peers(upstream: &str, keystone: &str) -> Sources {
    file(&OVER_TLS.replace("UPSTREAM", upstream).replace("KEYSTONE", keystone))
}

#[test]
fn a_peer_may_be_expected_under_another_name() {
    let name = |sources: &Sources| {
        let config = loaded(sources).config;
        let name = |endpoint: &crate::dial::Endpoint| {
            endpoint.tls.as_ref().unwrap().server_name.to_str().into_owned()
        };
        (name(&config.upstream.endpoint), name(&config.keystone.base.endpoint))
    };
    assert_eq!(name(&peers("", "")), ("127.0.0.1".to_owned(), "127.0.0.1".to_owned()));
    let renamed = peers(", server_name: app.example", ", server_name: keystone.example");
    assert_eq!(name(&renamed), ("app.example".to_owned(), "keystone.example".to_owned()));
    let told = lines(&peers(", server_name: 'a b'", ", server_name: '*.example'"));
    assert!(told[0].contains("upstream.server_name: \"a b\" cannot be the name"), "{told:?}");
    assert!(told[1].contains("keystone.server_name: \"*.example\" cannot be"), "{told:?}");
    let plain = THREE_LINES.replace("v3\"}", "v3\", server_name: a.example}");
    let told = lines(&file(&plain)).join("\n");
    assert!(told.contains("\"a.example\" has no effect"), "{told}");
}

#[test]
fn certificates_that_have_ended_are_warned_about_at_their_options() {
    let scratch = Scratch::new("ended");
    let mut params = rcgen::CertificateParams::new(["client".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    params.not_after = rcgen::date_time_ymd(2001, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let ended = params.self_signed(&key).unwrap().pem();
    let file = scratch.write("ended.pem", &ended).display().to_string();
    let key = scratch.write("ended.key", &key.serialize_pem()).display().to_string();
    let keys = |own: &str| format!(", ca_file: '{file}', {own}: '{file}', key_file: '{key}'");
    let sources = peers(&keys("certificate_file"), &keys("cert_file"));
    let told = loaded(&sources).config.warnings.join("\n");
    for (option, says) in [
        ("upstream.ca_file", "a certificate of an authority in"),
        ("upstream.certificate_file", "the certificate in"),
        ("keystone.ca_file", "a certificate of an authority in"),
        ("keystone.cert_file", "the certificate in"),
    ] {
        let expected = format!("{option}: {says} {file} ended on ");
        assert!(told.contains(&expected), "no {expected:?} in {told}");
    }
}

#[test]
fn the_service_may_be_shown_a_certificate() {
    let scratch = Scratch::new("peers");
    let own = rcgen::generate_simple_self_signed(["client".to_owned()]).unwrap();
    let certificate = scratch.write("own.pem", &own.cert.pem()).display().to_string();
    let key = scratch.write("own.key", &own.signing_key.serialize_pem()).display().to_string();
    let both = format!(", certificate_file: '{certificate}', key_file: '{key}'");
    let config = loaded(&peers(&both, "")).config;
    assert!(config.upstream.endpoint.tls.unwrap().security.certificate.is_some());
    for (keys, says) in [
        (format!(", certificate_file: '{certificate}'"), "set upstream.key_file"),
        (format!(", key_file: '{key}'"), "set upstream.certificate_file"),
        (", certificate_file: /none, key_file: /none".to_owned(), "cannot read /none"),
    ] {
        let told = lines(&peers(&keys, "")).join("\n");
        assert!(told.contains(says), "{told}");
    }
    let plain = format!("upstream: {{url: 'http://127.0.0.1:9000'{both}}}\n");
    let text = THREE_LINES.replace("upstream: http://127.0.0.1:9000\n", &plain);
    let told = lines(&file(&text)).join("\n");
    assert!(told.contains("upstream.certificate_file: has no effect"), "{told}");
}

/// Who believes anybody, when both options are given this value on the command line.
fn insecure(value: &str) -> Option<(bool, bool)> {
    let mut sources = peers("", "");
    sources.overrides = ["upstream.insecure", "keystone.insecure"]
        .map(|key| (key.to_owned(), value.to_owned()))
        .to_vec();
    let config = load(&sources).ok()?.config;
    let insecure = |endpoint: crate::dial::Endpoint| {
        matches!(endpoint.tls.unwrap().security.trust, Trust::Insecure)
    };
    Some((insecure(config.upstream.endpoint), insecure(config.keystone.base.endpoint)))
}

#[test]
fn n14_only_a_true_boolean_is_insecure() {
    for value in ["true", "True", "TRUE"] {
        assert_eq!(insecure(value), Some((true, true)), "{value}");
    }
    for value in ["false", "False", "FALSE"] {
        assert_eq!(insecure(value), Some((false, false)), "{value}");
    }
    for value in ["", "1", "0", "yes", "no", "on", "off", "y", "t", "tRUE", "true ", "none", "~"] {
        assert_eq!(insecure(value), None, "{value:?}");
    }
    for value in ["yes", "1", "on", "0x1", "1.0", "[true]", "{true: true}", "~", "''", "'true '"] {
        for keys in [[&format!(", insecure: {value}"), ""], ["", &format!(", insecure: {value}")]] {
            assert!(load(&peers(keys[0], keys[1])).is_err(), "{value}");
        }
    }
}

proptest! {
    #[test]
    fn n14_nothing_else_is_a_boolean(value in any::<String>()) {
        let real = ["true", "True", "TRUE", "false", "False", "FALSE"].contains(&&value[..]);
        prop_assert_eq!(insecure(&value).is_some(), real);
    }
}
