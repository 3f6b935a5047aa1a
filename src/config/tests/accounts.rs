//! The account of service mode, from each of its sources.

use super::{Scratch, THREE_LINES, file, lines, loaded, with_variables};
use crate::config::Sources;
use crate::keystone::{
    ApplicationCredentialRef, Credentials, DomainReference, LoginScope, Method, Mode, Reference,
};

/// A file with an upstream and these keys below `keystone`.
fn keystone(keys: &str) -> String {
    format!("upstream: http://127.0.0.1:9000\nkeystone: {{{keys}}}\n")
}

fn credentials(sources: &Sources) -> Credentials {
    match loaded(sources).config.keystone.mode {
        Mode::Service(credentials) => *credentials,
        Mode::SelfValidation => panic!("self mode"),
    }
}

/// User, password and scope in one line.
fn summary(credentials: &Credentials) -> String {
    let domain = |domain: &DomainReference| match domain {
        DomainReference::Id(id) => format!("#{id}"),
        DomainReference::Name(name) => name.clone(),
    };
    let reference = |reference: &Reference| match reference {
        Reference::Id(id) => format!("#{id}"),
        Reference::Name { name, domain: of } => format!("{name}@{}", domain(of)),
    };
    let method = match &credentials.method {
        Method::Password { user, password } => {
            format!("{} with {}", reference(user), password.expose())
        }
        Method::ApplicationCredential { id: ApplicationCredentialRef::Id(id), secret } => {
            format!("credential #{id} with {}", secret.expose())
        }
        Method::ApplicationCredential {
            id: ApplicationCredentialRef::Name { name, user },
            secret,
        } => format!("credential {name} of {} with {}", reference(user), secret.expose()),
    };
    let scope = match &credentials.scope {
        LoginScope::Default => "its default".to_owned(),
        LoginScope::Domain(of) => format!("domain {}", domain(of)),
        LoginScope::Project(of) => format!("project {}", reference(of)),
        LoginScope::System => "the system".to_owned(),
    };
    format!("{method} in {scope}")
}

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
fn a_secret_file_that_everybody_can_read_is_a_warning() {
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
