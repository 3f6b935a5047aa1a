//! Accounts from `clouds.yaml` and `secure.yaml`.

use super::{Scratch, credentials, file, keystone, lines, loaded, summary, with_variables};

const CLOUDS: &str = "\
clouds:
  mine:
    auth:
      auth_url: https://ks.example:5000
      username: u
      user_domain_name: Default
      project_name: P
      project_domain_name: Default
    verify: false
    region_name: one
  credential:
    auth_type: v3applicationcredential
    auth: {auth_url: 'https://ks', application_credential_id: a, application_credential_secret: s}
  odd: {auth_type: v3token, auth: {auth_url: 'https://ks'}}
";
const SECURE: &str = "clouds: {mine: {auth: {password: hunter2}}}\n";

#[test]
fn a_cloud_gives_account_and_address() {
    let home = Scratch::new("cloud");
    home.write(".config/openstack/clouds.yaml", CLOUDS);
    home.write(".config/openstack/secure.yaml", SECURE);
    let text = keystone("cloud: mine");
    let mut sources = file(&text);
    sources.environment.home = Some(home.0.clone());
    sources.environment.directory = home.0.clone();
    let config = loaded(&sources).config;
    assert_eq!(summary(&credentials(&sources)), "u@Default with hunter2 in project P@Default");
    assert_eq!(config.keystone.base.url, "https://ks.example:5000");
    assert!(config.warnings[0].starts_with("keystone.insecure is on"), "{:?}", config.warnings);
    assert_eq!(config.warnings.len(), 1);
    let shown = loaded(&sources).effective.to_text();
    assert!(shown.contains("username: u  # clouds.yaml entry mine (/"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn os_cloud_and_an_explicit_file_work_too() {
    let directory = Scratch::new("explicit-cloud");
    let path = directory.write("elsewhere.yaml", CLOUDS);
    let mut sources = with_variables(
        &keystone("mode: service"),
        &[("OS_CLOUD", "credential"), ("OS_CLIENT_CONFIG_FILE", path.to_str().unwrap())],
    );
    assert_eq!(summary(&credentials(&sources)), "credential #a with s in its default");
    sources = file(&keystone(&format!("cloud: credential, clouds_file: '{}'", path.display())));
    assert_eq!(summary(&credentials(&sources)), "credential #a with s in its default");
}

#[test]
fn a_cloud_s_trust_stays_with_its_address() {
    let directory = Scratch::new("cloud-trust");
    directory.write("clouds.yaml", CLOUDS);
    directory.write("secure.yaml", SECURE);
    let mut sources = file(&keystone("cloud: mine, auth_url: 'https://other'"));
    sources.environment.directory = directory.0.clone();
    assert_eq!(loaded(&sources).config.warnings, Vec::<String>::new());
}

#[test]
fn a_written_ca_outweighs_what_a_cloud_says_of_trust() {
    let directory = Scratch::new("cloud-ca");
    directory.write("clouds.yaml", CLOUDS);
    directory.write("secure.yaml", SECURE);
    let mut sources = file(&keystone("cloud: mine, insecure: false"));
    sources.environment.directory = directory.0.clone();
    assert_eq!(loaded(&sources).config.warnings, Vec::<String>::new());
}

#[test]
fn a_cloud_that_cannot_be_used_is_one_message() {
    let directory = Scratch::new("cloud-errors");
    let path = directory.write("clouds.yaml", CLOUDS).display().to_string();
    let cases = [
        (
            "none",
            format!(
                "portcullis.yaml:2:19: keystone.cloud: {path} has no entry \"none\"; it has mine, credential, odd"
            ),
        ),
        (
            "odd",
            format!(
                "portcullis.yaml:2:19: keystone.cloud: entry \"odd\" of {path}: auth_type \"v3token\" is not supported; use password or v3applicationcredential"
            ),
        ),
        (
            "mine",
            format!(
                "clouds.yaml entry mine ({path}): keystone.username: a user name needs a password: set password below auth"
            ),
        ),
    ];
    for (cloud, expected) in cases {
        let mut sources = file(&keystone(&format!("cloud: {cloud}")));
        sources.environment.directory = directory.0.clone();
        assert_eq!(lines(&sources), [expected]);
    }
}
