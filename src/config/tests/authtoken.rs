//! `[keystone_authtoken]` as a layer below the file: what it means, where it says it comes from,
//! and what is said about it.

use super::{Scratch, credentials, lines, loaded, summary};
use crate::config::{Authtoken, Environment, Input, Sources, ini_to_json};
use crate::keystone::Mode;

/// A section with these lines, and a file with an upstream and these.
fn sources(section: &str, yaml: &str) -> Sources {
    let text = format!("[DEFAULT]\nmy_ip = 10.0.0.9\n[keystone_authtoken]\n{section}\n");
    let ini = Input::Text { name: "nova.conf".into(), text };
    let yaml = format!("upstream: http://127.0.0.1:9000\n{yaml}");
    Sources {
        authtoken: Some(Authtoken { file: ini, section: "keystone_authtoken".into() }),
        file: Some(Input::Text { name: "portcullis.yaml".into(), text: yaml }),
        ..Sources::default()
    }
}

/// Four lines of a section that are right; the first is line 4 of the file.
const ACCOUNT: &str = "\
auth_type = password
auth_url = https://$my_ip:5000
user_id = u
password = p";

#[test]
fn the_section_alone_says_how_to_reach_keystone() {
    let section = format!("{ACCOUNT}\ninterface = admin\nregion_name = R\ntoken_cache_time = 60");
    let loaded = loaded(&sources(&section, ""));
    assert_eq!(loaded.config.keystone.base.url, "https://10.0.0.9:5000");
    assert_eq!(loaded.config.front.www_authenticate_uri, "https://10.0.0.9:5000");
    assert_eq!(loaded.config.validation.ttl.as_secs(), 60);
    assert_eq!(summary(&credentials(&sources(&section, ""))), "#u with p in its default");
    assert_eq!(loaded.config.warnings, Vec::<String>::new());
    assert!(loaded.config.keystone.extras.service_catalog);
    let shown = loaded.effective.to_text();
    for line in [
        "  auth_url: https://10.0.0.9:5000  # nova.conf line 5 [keystone_authtoken] auth_url",
        "  password: (set)  # nova.conf line 7 [keystone_authtoken] password",
        "  mode: service  # nova.conf line 4 [keystone_authtoken] auth_type",
        "  service_catalog: true  # nova.conf [keystone_authtoken], default of include_service_catalog",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
    }
}

#[test]
fn the_file_covers_the_section_and_a_variable_covers_both() {
    let section = format!("{ACCOUNT}\ntoken_cache_time = 60\nhttp_connect_timeout = 7");
    let mut sources = sources(
        &section,
        "cache: {ttl: 20s}\nkeystone: {timeout: 8s}\nheaders: {service_catalog: false}",
    );
    sources.environment.variables =
        [("PORTCULLIS_KEYSTONE__TIMEOUT".to_owned(), "9s".to_owned())].into();
    let config = loaded(&sources).config;
    assert_eq!(config.validation.ttl.as_secs(), 20);
    assert_eq!(config.keystone.timeout.as_secs(), 9);
    assert!(!config.keystone.extras.service_catalog);
}

#[test]
fn a_secret_may_be_taken_from_a_file_instead() {
    let directory = Scratch::new("authtoken-secret");
    directory.write("password", "from a file\n");
    let mut sources = sources(ACCOUNT, "keystone: {password_file: password}");
    sources.environment.directory = directory.0.clone();
    assert_eq!(summary(&credentials(&sources)), "#u with from a file in its default");
}

#[test]
fn the_variable_names_the_section_when_the_command_line_does_not() {
    let directory = Scratch::new("authtoken-variable");
    directory.write("nova.conf", &format!("[other]\n{}", ACCOUNT.replace("$my_ip", "h")));
    let named = ("PORTCULLIS_KEYSTONE_AUTHTOKEN".to_owned(), "nova.conf:other".to_owned());
    let mut sources = sources("", "");
    sources.authtoken = None;
    sources.environment.directory = directory.0.clone();
    sources.environment.variables = [named].into();
    assert!(matches!(loaded(&sources).config.keystone.mode, Mode::Service(_)));
}

#[test]
fn a_file_that_everybody_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;

    let directory = Scratch::new("authtoken-open");
    let text = format!("[keystone_authtoken]\n{}", ACCOUNT.replace("$my_ip", "h"));
    let path = directory.write("nova.conf", &text);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut sources = sources("", "");
    let named = path.display().to_string();
    sources.authtoken = Some(Authtoken::named(&named, &Environment::default()));
    let warnings = loaded(&sources).config.warnings;
    assert!(warnings[0].contains("every user of this host can read it"), "{warnings:?}");
}

#[test]
fn an_option_that_nobody_knows_is_a_warning() {
    let warnings =
        loaded(&sources(&format!("{ACCOUNT}\nauth-url = x\nfoo = bar"), "")).config.warnings;
    assert_eq!(
        warnings,
        [
            "nova.conf:8: [keystone_authtoken] auth-url: not known to keystonemiddleware; did you mean auth_url?",
            "nova.conf:9: [keystone_authtoken] foo: not known to keystonemiddleware; has no effect, here as there",
        ]
    );
}

/// Lines of a section beside a right account, or in place of it, and all that is said about them.
const WRONG: &[(&str, &[&str])] = &[
    (
        "token_cache_time = 5m",
        &[r#"8: T token_cache_time: "5m" is not a whole number; write seconds"#],
    ),
    ("insecure = perhaps", &[r#"8: T insecure: "perhaps" is not a boolean; write True or False"#]),
    (
        "interface = private",
        &[r#"8: T interface: "private" is not a choice; write one of public, internal, admin"#],
    ),
    (
        "service_type = $nothing",
        &[
            "8: T service_type: refers to $nothing, which this file does not set: its default is known to the service alone; write the value, or $$ for a dollar sign",
        ],
    ),
    (
        "service_type = ${x.y}",
        &[
            "8: T service_type: refers to $x.y, but the file has no such section; write $$ for a dollar sign",
        ],
    ),
    (
        "service_type = $service_type",
        &["8: T service_type: refers to itself by way of $service_type"],
    ),
    ("auth_section = other", &[r#"8: T auth_section: "other" is no section of this file"#]),
    (
        "interface = x$auth_version",
        &[r#"8: T interface: "x" is not a choice; write one of public, internal, admin"#],
    ),
    (
        "interface = $service_token_roles",
        &[r#"8: T interface: "['service']" is not a choice; write one of public, internal, admin"#],
    ),
    (
        "certfile = /none.pem",
        &["8: T certfile: cannot read /none.pem: No such file or directory (os error 2)"],
    ),
    (
        "project_id = p\nsystem_scope = all",
        &[
            "9: T system_scope: project_id is written too, and a login has one scope; keep one of them",
        ],
    ),
    (
        "-auth_type = v3totp\nauth_url = http://h\nusername = u\npassword = p\ninterface = admin",
        &[
            r#"4: T auth_type: "v3totp" needs somebody to type a passcode; use password or v3applicationcredential"#,
        ],
    ),
    (
        "-auth_type = password\nauth_url = http://h\nusername = u\npassword = p",
        &[
            "6: T username: a name is unique in its domain only; set user_domain_name, or user_id instead",
        ],
    ),
    (
        "-auth_type = password\nauth_url = http://h\nuser_id = u\npassword =",
        &["6: T user_id: a user needs a password: set password"],
    ),
    (
        "-auth_type = password\nauth_url = http://h\nuser_id = u\npassword = s$cret",
        &[
            "7: T password: has a $ and what follows it is taken for the name of another option, which this file does not set; write $$ for a dollar sign",
        ],
    ),
    (
        "-auth_type = password\nauth_url = http://h\nuser_id =\npassword =",
        &[
            "4: T auth_type: service mode needs an account: set username and password, application_credential_id and application_credential_secret, keystone.cloud, or the OS_* variables",
        ],
    ),
    (
        "-auth_type = v3applicationcredential\nauth_url = http://h\napplication_credential_id = a",
        &[
            "6: T application_credential_id: an application credential needs its secret: set application_credential_secret",
        ],
    ),
];

#[test]
fn errors_name_the_option_and_the_remedy_in_terms_of_the_section() {
    for (wrong, expected) in WRONG {
        let section = match wrong.strip_prefix('-') {
            Some(instead) => instead.to_owned(),
            None => format!("{ACCOUNT}\n{wrong}"),
        };
        let expected: Vec<String> = expected
            .iter()
            .map(|line| format!("nova.conf:{}", line.replace(": T ", ": [keystone_authtoken] ")))
            .collect();
        assert_eq!(lines(&sources(&section, "")), expected, "{wrong}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_line() {
    let cases = [
        ("x", "line 4 is no \"name = value\"; a comment begins with #"),
        (
            "a = 1\n\n  b",
            "line 6 begins with a blank, but there is no value above that it could continue",
        ),
        ("[a", "line 4 begins a section, and does not end with ]"),
    ];
    for (section, expected) in cases {
        assert_eq!(lines(&sources(section, "")), [format!("nova.conf: {expected}")]);
    }
    let mut sources = sources(ACCOUNT, "");
    for (section, expected) in [
        (
            "keystone_authtokn",
            "has no section [keystone_authtokn]; did you mean [keystone_authtoken]?",
        ),
        ("nova", "has no section [nova]; it has [DEFAULT], [keystone_authtoken]"),
    ] {
        let section = section.to_owned();
        sources.authtoken = sources.authtoken.map(|authtoken| Authtoken { section, ..authtoken });
        assert_eq!(lines(&sources), [format!("nova.conf: {expected}")]);
    }
}

#[test]
fn a_section_may_have_colons_in_its_name() {
    let directory = Scratch::new("authtoken-name");
    directory.write("proxy.conf", "");
    directory.write("a:b.conf", "");
    let environment = Environment { directory: directory.0.clone(), ..Environment::default() };
    for (written, file, section) in [
        ("proxy.conf", "proxy.conf", "keystone_authtoken"),
        ("proxy.conf:", "proxy.conf", "keystone_authtoken"),
        ("proxy.conf:other", "proxy.conf", "other"),
        ("proxy.conf:filter:authtoken", "proxy.conf", "filter:authtoken"),
        ("a:b.conf", "a:b.conf", "keystone_authtoken"),
        ("a:b.conf:c", "a:b.conf", "c"),
        ("missing.conf:c:d", "missing.conf", "c:d"),
    ] {
        let named = Authtoken::named(written, &environment);
        let Input::Path(path) = named.file else { panic!("{written}") };
        assert_eq!((path.to_str().unwrap(), named.section.as_str()), (file, section), "{written}");
    }
}

#[test]
fn references_that_multiply_do_not_keep_us_busy() {
    let steps: Vec<String> = (0..60).map(|at| format!("a{at} = $a{0}$a{0}\n", at + 1)).collect();
    let section = format!("{ACCOUNT}\nservice_type = $a0\n{}a60 = x\n", steps.concat());
    let lines = lines(&sources(&section, ""));
    assert_eq!(
        lines,
        ["nova.conf:8: [keystone_authtoken] service_type: refers to more than can be followed"]
    );
}

/// `tests/real/oslo` compares the same files with oslo.config itself.
#[test]
fn kept_files_are_read_as_oslo_config_read_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/oslo/");
    let read = |name: &str| std::fs::read_to_string(format!("{folder}{name}")).unwrap();
    let answers: serde_json::Value = serde_json::from_str(&read("answers.json")).unwrap();
    let answers = answers.as_object().unwrap();
    assert!(answers.len() > 30);
    for (name, expected) in answers {
        let answer = match ini_to_json(&read(name)) {
            Ok(sections) => serde_json::json!({"sections": sections}),
            Err((line, reason)) => serde_json::json!({"line": line, "error": reason}),
        };
        assert_eq!(answer, *expected, "{name}");
    }
}
