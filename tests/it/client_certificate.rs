//! A Keystone that wants to see a certificate is shown the one that is configured, and nobody
//! else's trouble with it becomes a client's fault.

use std::path::Path;

use crate::support::{ACCOUNT, Certificate, Keystone, Process, Scene, Scratch};

#[test]
fn it_is_shown_in_both_modes() {
    let (server, own) = (Certificate::for_loopback(), Certificate::for_loopback());
    for account in [&[][..], &ACCOUNT] {
        let scene = scene(&server, &own, &files(&server, own.ca_file(), own.key_file()), account);
        scene.assert_serves();
    }
}

#[test]
fn one_file_may_hold_certificate_and_key() {
    let (server, own) = (Certificate::for_loopback(), Certificate::for_loopback());
    let both = own.joint_file();
    scene(&server, &own, &files(&server, &both, &both), &[]).assert_serves();
}

#[test]
fn without_it_nobody_can_be_asked_and_that_is_a_503() {
    let (server, own) = (Certificate::for_loopback(), Certificate::for_loopback());
    let trusted = vec![("keystone.ca_file", server.ca_file().display().to_string())];
    assert_unavailable(&scene(&server, &own, &trusted, &[]));
}

#[test]
fn anothers_is_no_better() {
    let (server, own) = (Certificate::for_loopback(), Certificate::for_loopback());
    let other = Certificate::for_loopback();
    assert_unavailable(&scene(
        &server,
        &own,
        &files(&server, other.ca_file(), other.key_file()),
        &[],
    ));
}

#[test]
fn half_of_it_and_what_is_none_are_a_wrong_configuration() {
    let own = Certificate::for_loopback();
    let (file, key) = (own.ca_file().display(), own.key_file().display());
    for (settings, words) in [
        (vec![format!("keystone.cert_file={file}")], "set keystone.key_file"),
        (vec![format!("keystone.key_file={key}")], "set keystone.cert_file"),
        (
            vec![format!("keystone.cert_file={key}"), format!("keystone.key_file={key}")],
            "holds no PEM certificate",
        ),
        (
            vec![format!("keystone.cert_file={file}"), format!("keystone.key_file={file}")],
            "holds no PEM key",
        ),
        (
            vec!["keystone.cert_file=/nowhere".to_owned(), format!("keystone.key_file={key}")],
            "cannot read /nowhere",
        ),
    ] {
        let said = check(&settings);
        assert!(said.contains(words), "{settings:?}: {said}");
    }
}

/// Before a Keystone that asks for the certificate `own`.
#[track_caller]
fn scene(
    server: &Certificate,
    own: &Certificate,
    files: &[(&str, String)],
    account: &[(&str, &str)],
) -> Scene {
    let files = files.iter().map(|(key, path)| (*key, &path[..]));
    let settings: Vec<_> = account.iter().copied().chain(files).collect();
    Scene::of(Keystone::over_mutual_tls(server, own), &settings)
}

fn files(server: &Certificate, file: &Path, key: &Path) -> Vec<(&'static str, String)> {
    vec![
        ("keystone.ca_file", server.ca_file().display().to_string()),
        ("keystone.cert_file", file.display().to_string()),
        ("keystone.key_file", key.display().to_string()),
    ]
}

#[track_caller]
fn assert_unavailable(scene: &Scene) {
    let response = scene.sidecar.get_as(&scene.token(), "/");
    assert_eq!(response.status, 503, "{response:?}");
    assert_eq!((scene.keystone.calls().total, scene.upstream.count()), (0, 0));
}

/// What `check` has against these settings.
#[track_caller]
fn check(settings: &[String]) -> String {
    let scratch = Scratch::new();
    let yaml =
        "upstream: http://127.0.0.1:9000\nkeystone: {auth_url: \"https://127.0.0.1:5000\"}\n";
    let file = scratch.write("portcullis.yaml", yaml).display().to_string();
    let mut arguments = vec!["check", "--config", &file];
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = Process::run(&arguments, &[]);
    assert_eq!(output.status.code(), Some(3), "{settings:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
