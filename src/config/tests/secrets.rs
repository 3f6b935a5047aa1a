//! Where secrets are read from, and that they are shown nowhere.

use super::{Scratch, credentials, file, keystone, lines, loaded, summary, with_variables};

#[test]
fn a_secret_may_stand_in_a_file_of_its_own() {
    let directory = Scratch::new("secret");
    directory.write("password", "hunter2\n");
    let text = keystone("auth_url: 'http://127.0.0.1:1', user_id: u, password_file: password");
    let mut sources = file(&text);
    sources.environment.directory = directory.0.clone();
    assert_eq!(summary(&credentials(&sources)), "#u with hunter2 in its default");
    let loaded = loaded(&sources);
    assert_eq!(loaded.config.warnings, Vec::<String>::new());
    let shown = loaded.effective.to_text();
    assert!(shown.contains("  password: (set)  # from password_file\n"), "{shown}");
    assert!(shown.contains("  password_file: password  # portcullis.yaml line 2\n"), "{shown}");
}

#[test]
fn p12_a_secret_file_that_everybody_can_read_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let directory = Scratch::new("open-secret");
    let path = directory.write("password", "p");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let keys =
        format!("auth_url: 'http://127.0.0.1:1', user_id: u, password_file: '{}'", path.display());
    let warnings = loaded(&file(&keystone(&keys))).config.warnings;
    assert!(warnings[0].contains("every user of this host can read it"), "{warnings:?}");
}

#[test]
fn a_secret_and_its_file_at_once_are_refused() {
    let keys = "auth_url: 'http://127.0.0.1:1', user_id: u, password: p, password_file: f";
    assert_eq!(
        lines(&file(&keystone(keys))),
        [
            "portcullis.yaml:2:84: keystone.password: given twice; the other is at portcullis.yaml:2:66"
        ]
    );
}

#[test]
fn no_secret_is_ever_shown() {
    let keys = "auth_url: 'http://127.0.0.1:1', user_id: u, password: hunter2";
    let loaded = loaded(&file(&keystone(keys)));
    let shown = format!("{loaded:?}{}{}", loaded.effective.to_text(), loaded.effective.to_json());
    assert!(!shown.contains("hunter2"), "{shown}");
    for keys in [
        "auth_url: 'http://u:hunter2@ks'",
        "auth_url: x, password: [hunter2]",
        "auth_url: x, password: hunter2, application_credential_secret: hunter2",
        "password: {hunter2: hunter2}, password_file: f, mode: self",
    ] {
        let lines = lines(&file(&keystone(keys)));
        assert!(!lines.concat().contains("hunter2"), "{lines:?}");
    }
    let variables = [("PORTCULLIS_KEYSTONE__PASSWORD", "hunter2"), ("OS_PASSWORD", "hunter2")];
    let sources = with_variables("", &variables);
    assert!(!format!("{:?}", sources.environment).contains("hunter2"));
    assert!(!lines(&sources).concat().contains("hunter2"));
}
