//! TLS on the public listener: what goes together, and what is in the files.

use std::path::Path;

use super::{Scratch, THREE_LINES, file, lines, loaded};
use crate::config::{Files, Sources, load_noting};

/// A certificate for this name of a host, and its key, in files of their own.
fn pair(scratch: &Scratch, name: &str) -> (String, String) {
    let own = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = scratch.write(&format!("{name}.pem"), &own.cert.pem());
    let key = scratch.write(&format!("{name}.key"), &own.signing_key.serialize_pem());
    (shown(&certificate), shown(&key))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn tls(keys: &str) -> Sources {
    file(&format!("{THREE_LINES}tls: {{{keys}}}\n"))
}

#[test]
fn without_a_certificate_there_is_none() {
    assert!(loaded(&file(THREE_LINES)).config.server.listeners[0].manner.tls.is_none());
}

#[test]
fn certificates_and_keys_pair_in_their_order() {
    let scratch = Scratch::new("tls-order");
    let (one, one_key) = pair(&scratch, "a.example");
    let (two, two_key) = pair(&scratch, "b.example");
    let both =
        format!("certificate_file: ['{one}', '{two}'], key_file: ['{one_key}', '{two_key}']");
    let config = loaded(&tls(&both)).config;
    let ends = config.server.listeners[0].manner.tls.clone().unwrap().certificates().to_vec();
    let files: Vec<String> = ends.iter().map(|expiry| shown(&expiry.file)).collect();
    assert_eq!(files, [&one[..], &two]);
    assert_eq!(config.warnings, Vec::<String>::new());
    let crossed =
        format!("certificate_file: ['{one}', '{two}'], key_file: ['{two_key}', '{one_key}']");
    let told = lines(&tls(&crossed));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|line| line.contains("tls.key_file: the key in ")), "{told:?}");
    let half = format!("certificate_file: ['{one}', '{two}'], key_file: '{one_key}'");
    let told = lines(&tls(&half)).join("\n");
    assert!(told.contains("names 1 key for 2 certificates; name one for each"), "{told}");
}

#[test]
fn keys_may_stand_in_the_files_of_the_certificates() {
    let scratch = Scratch::new("tls-joint");
    let (certificate, key) = pair(&scratch, "a.example");
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    let joint = shown(&scratch.write("joint.pem", &(read(&certificate) + &read(&key))));
    assert!(
        loaded(&tls(&format!("certificate_file: '{joint}'"))).config.server.listeners[0]
            .manner
            .tls
            .is_some()
    );
    let told = lines(&tls(&format!("certificate_file: '{certificate}'"))).join("\n");
    assert!(told.contains("tls.certificate_file: ") && told.contains("holds no PEM key"), "{told}");
}

#[test]
fn a_listener_with_a_section_of_its_own_speaks_tls_where_others_do_not() {
    let scratch = Scratch::new("tls-own");
    let (certificate, key) = pair(&scratch, "a.example");
    let own = format!("certificate_file: '{certificate}', key_file: '{key}'");
    let config = loaded(&file(&format!(
        "{THREE_LINES}listener: {{tls: off}}\n\
         listeners:\n\
         \x20 plain: 127.0.0.1:8081\n\
         \x20 secure: {{listen: \"127.0.0.1:8082\", tls: {{{own}}}}}\n"
    )));
    let listeners = config.config.server.listeners;
    let secure: Vec<_> =
        listeners.iter().filter(|listener| listener.manner.tls.is_some()).collect();
    assert_eq!(secure.len(), 1, "certificates without TLS would be plain text by mistake");
    assert_eq!(&*secure[0].name, "secure");
}

#[test]
fn what_has_no_effect_is_refused() {
    let scratch = Scratch::new("tls-idle");
    let (certificate, key) = pair(&scratch, "a.example");
    let on = format!("certificate_file: '{certificate}', key_file: '{key}'");
    for (keys, says) in [
        ("min_version: 1.3", "tls.min_version: has no effect without TLS"),
        ("key_file: a.key", "tls.key_file: has no effect without TLS"),
        ("client_certificate: required, client_ca_file: a", "has no effect without TLS"),
        (&format!("{on}, client_ca_file: '{certificate}'"), "while tls.client_certificate is off"),
        (&format!("{on}, crl_file: '{certificate}'"), "while tls.client_certificate is off"),
        (&format!("{on}, client_certificate: optional"), "set tls.client_ca_file"),
        (&format!("{on}, min_version: 1.1"), "\"1.1\" is not a choice"),
        (&format!("{on}, client_certificate: on"), "\"on\" is not a choice"),
    ] {
        let told = lines(&tls(keys)).join("\n");
        assert!(told.contains(says), "{keys}: {told}");
    }
}

#[test]
fn all_that_is_wrong_with_the_files_is_said_at_their_options() {
    let scratch = Scratch::new("tls-wrong");
    let (certificate, key) = pair(&scratch, "a.example");
    let keys = format!(
        "certificate_file: [/nowhere/a.pem, '{certificate}'], key_file: ['{key}', /nowhere/b.key], \
         client_certificate: required, client_ca_file: '{key}', crl_file: '{certificate}'"
    );
    let told = lines(&tls(&keys));
    for says in [
        "tls.certificate_file: cannot read /nowhere/a.pem",
        "tls.key_file: cannot read /nowhere/b.key",
        "tls.client_ca_file: ",
        "tls.crl_file: ",
    ] {
        assert!(told.iter().any(|line| line.contains(says)), "{says}: {told:#?}");
    }
    assert_eq!(told.len(), 4, "{told:#?}");
}

#[test]
fn a_key_that_everybody_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new("tls-readers");
    let (certificate, key) = pair(&scratch, "a.example");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let keys = format!("certificate_file: '{certificate}', key_file: '{key}'");
    let warnings = loaded(&tls(&keys)).config.warnings;
    assert!(warnings.len() == 1 && warnings[0].contains("chmod o-r"), "{warnings:?}");
}

#[test]
fn every_file_is_watched_also_when_something_is_wrong_with_it() {
    let scratch = Scratch::new("tls-watched");
    let (certificate, key) = pair(&scratch, "a.example");
    let late = shown(&scratch.0.join("late.pem"));
    let keys = format!(
        "certificate_file: '{certificate}', key_file: '{key}', client_certificate: optional, \
         client_ca_file: '{certificate}', crl_file: '{late}'"
    );
    let mut files = Files::default();
    assert!(load_noting(&tls(&keys), &mut files).is_err());
    for (name, path) in
        [("a.example.pem", &certificate), ("a.example.key", &key), ("late.pem", &late)]
    {
        let before = files.look_again();
        scratch.write(&format!("new-{name}"), "another");
        std::fs::rename(scratch.0.join(format!("new-{name}")), path).unwrap();
        assert_ne!(files.look_again(), before, "{name}");
    }
}
