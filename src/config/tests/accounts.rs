//! The account of service mode, from each of its sources.

use super::{THREE_LINES, credentials, file, keystone, lines, loaded, summary, with_variables};
use crate::keystone::Mode;

#[test]
fn an_account_written_in_the_configuration_turns_service_mode_on() {
    let url = "auth_url: 'http://127.0.0.1:5000'";
    let cases = [
        ("user_id: u, password: p", "#u with p in its default"),
        (
            "username: u, user_domain_name: D, password: p, project_name: P, project_domain_id: d",
            "u@D with p in project P@#d",
        ),
        ("user_id: u, password: p, system_scope: all", "#u with p in the system"),
        ("user_id: u, password: p, domain_id: d", "#u with p in domain #d"),
        (
            "application_credential_id: a, application_credential_secret: s",
            "credential #a with s in its default",
        ),
        (
            "application_credential_name: a, application_credential_secret: s, user_id: u",
            "credential a of #u with s in its default",
        ),
    ];
    for (keys, expected) in cases {
        let sources = file(&keystone(&format!("{url}, {keys}")));
        assert_eq!(summary(&credentials(&sources)), expected, "{keys}");
    }
}

#[test]
fn half_an_account_is_told_what_it_lacks() {
    let url = "auth_url: 'http://127.0.0.1:5000'";
    let cases = [
        (
            "mode: service",
            "keystone.mode: service mode needs an account: set keystone.username and keystone.password_file, keystone.application_credential_id and keystone.application_credential_secret_file, keystone.cloud, or the OS_* variables",
        ),
        (
            "username: u, user_domain_id: d",
            "keystone.username: a user name needs a password: set keystone.password_file",
        ),
        (
            "username: u, password: p",
            "keystone.username: a name is unique in its domain only; set keystone.user_domain_name, or keystone.user_id instead",
        ),
        (
            "password: p",
            "keystone.password: a password needs a user: set keystone.username and keystone.user_domain_name",
        ),
        (
            "mode: self, user_id: u, password: p",
            "keystone.mode: self mode has no account; remove keystone.user_id or write mode: service",
        ),
        (
            "user_id: u, password: p, project_id: p, domain_id: d",
            "keystone.domain_id: one scope at a time; keep one of keystone.project_id, keystone.domain_id",
        ),
        (
            "application_credential_id: a, application_credential_secret: s, project_id: p",
            "keystone.project_id: an application credential brings its own scope; remove this",
        ),
        (
            "application_credential_id: a",
            "keystone.application_credential_id: an application credential needs its secret: set keystone.application_credential_secret_file",
        ),
        (
            "clouds_file: /x/clouds.yaml",
            "keystone.clouds_file: which of its entries? set keystone.cloud",
        ),
        (
            "mode: service, cloud: mine, clouds_file: /none/clouds.yaml",
            "cannot be read: No such file or directory (os error 2)",
        ),
        (
            "user_id: u, password: p, clouds_file: /x",
            "keystone.clouds_file: an account comes from one source; remove this or keystone.user_id",
        ),
        (
            "user_id: u, password: p, www_authenticate_uri: 'unix:/a'",
            "keystone.www_authenticate_uri: \"unix:/a\" is no address for clients; write http:// or https://",
        ),
        (
            "user_id: u, user_domain_id: d, password: p",
            "keystone.user_domain_id: keystone.user_id needs no domain; remove this",
        ),
        (
            "user_id: u, password: p, project_domain_id: d",
            "keystone.project_domain_id: is the domain of nothing; set keystone.project_name or remove this",
        ),
        (
            "mode: service, project_id: p",
            "keystone.mode: a scope is not an account: add a user and password, or an application credential",
        ),
        (
            "application_credential_name: a, application_credential_secret: s",
            "keystone.application_credential_name: a name is unique for its owner only; set keystone.username and keystone.user_domain_name",
        ),
        (
            "user_id: u, password: p, cloud: mine",
            "keystone.cloud: an account comes from one source; remove this or keystone.user_id",
        ),
    ];
    for (keys, expected) in cases {
        let lines = lines(&file(&keystone(&format!("{url}, {keys}"))));
        let [only] = lines.as_slice() else { panic!("{keys}: {lines:?}") };
        assert_eq!(only.split_once(": ").unwrap().1, expected, "{keys}");
    }
}

#[test]
fn openstack_variables_give_account_and_address_in_service_mode() {
    let sources = with_variables(
        &keystone("mode: service"),
        &[
            ("OS_AUTH_URL", "https://ks.example/identity/v3"),
            ("OS_USERNAME", "u"),
            ("OS_PASSWORD", "hunter2"),
            ("OS_USER_DOMAIN_NAME", "Default"),
            ("OS_PROJECT_ID", "1"),
            ("OS_PROJECT_NAME", "P"),
            ("OS_PROJECT_DOMAIN_ID", "default"),
        ],
    );
    let loaded = loaded(&sources);
    assert_eq!(loaded.config.keystone.base.path, "/identity/v3");
    assert_eq!(loaded.config.front.www_authenticate_uri, "https://ks.example/identity/v3");
    assert_eq!(summary(&credentials(&sources)), "u@Default with hunter2 in project #1");
    let shown = loaded.effective.to_text();
    assert!(shown.contains("username: u  # environment OS_USERNAME"), "{shown}");
    assert!(shown.contains("password: (set)  # environment OS_PASSWORD"), "{shown}");
}

#[test]
fn openstack_variables_mean_nothing_in_self_mode() {
    let variables = [("OS_USERNAME", "u"), ("OS_AUTH_URL", "http://other"), ("OS_CLOUD", "mine")];
    let config = loaded(&with_variables(THREE_LINES, &variables)).config;
    assert!(matches!(config.keystone.mode, Mode::SelfValidation));
    assert_eq!(config.keystone.base.url, "http://127.0.0.1:5000/v3");
}

#[test]
fn an_account_is_never_pieced_together() {
    let text = keystone("auth_url: 'http://127.0.0.1:5000', user_id: u");
    let lines = lines(&with_variables(&text, &[("OS_PASSWORD", "p"), ("OS_USERNAME", "v")]));
    assert_eq!(
        lines,
        [
            "portcullis.yaml:2:56: keystone.user_id: a user needs a password: set keystone.password_file"
        ]
    );
}

#[test]
fn what_the_variables_lack_is_named_as_a_variable() {
    let text = keystone("auth_url: 'http://127.0.0.1:5000', mode: service");
    let variables = [("OS_USERNAME", "u"), ("OS_USER_DOMAIN_ID", "d")];
    assert_eq!(
        lines(&with_variables(&text, &variables)),
        [
            "environment OS_USERNAME: keystone.username: a user name needs a password: set OS_PASSWORD"
        ]
    );
}
