//! What an operator may choose about headers and service roles: older names on or off, and lists
//! in each way that a key can be written.

use portcullis::identity::{Class, TABLE};

use crate::support::{Process, Scene, Scratch};

#[test]
fn older_names_can_be_left_out_and_nothing_else_goes_with_them() {
    let (with, without) = (Scene::start(), Scene::with(&[("headers.deprecated", "false")]));
    let names = |scene: &Scene| -> Vec<String> {
        assert_eq!(scene.sidecar.get_as(&scene.token(), "/").status, 200);
        let name = |line: String| line.split(':').next().unwrap().to_owned();
        scene.upstream.last().sorted().into_iter().map(name).collect()
    };
    let all = names(&with);
    let gone: Vec<_> =
        older().into_iter().filter(|name| all.iter().any(|one| one == name)).collect();
    assert_eq!(gone.len(), 5);
    let left: Vec<_> = all.into_iter().filter(|name| !gone.contains(&&name[..])).collect();
    assert_eq!(names(&without), left);
}

#[test]
fn a_client_cannot_send_older_names_even_when_nobody_sets_them() {
    for delay in ["false", "true"] {
        let settings = [("headers.deprecated", "false"), ("auth.delay_decision", delay)];
        let scene = Scene::with(&settings);
        let token = scene.token();
        let lies: Vec<_> = older().into_iter().map(|name| (name, "EVIL")).collect();
        for credential in
            [Some(&token[..]), (delay == "true").then_some("made-up")].into_iter().flatten()
        {
            let fields =
                [&lies[..], &[("X-Auth-Token", credential), ("X_Tenant", "EVIL")]].concat();
            assert_eq!(scene.sidecar.get("/", &fields).status, 200);
            let seen = scene.upstream.last();
            assert!(!seen.mentions("EVIL"), "{:?}", seen.sorted());
            assert!(older().iter().all(|name| seen.header(name).is_none()));
        }
    }
}

#[test]
fn a_list_is_the_same_in_the_file_in_a_variable_and_in_a_flag() {
    let flow = "auth: {service_token_roles: [service, admin]}\n";
    let block = "auth:\n  service_token_roles:\n    - service\n    - admin\n";
    let words = "auth: {service_token_roles: \"service, admin\"}\n";
    for yaml in [flow, block, words] {
        assert_shown(yaml, &[], &[]);
    }
    let variable = ("PORTCULLIS_AUTH__SERVICE_TOKEN_ROLES", "service,admin");
    let other = "auth: {service_token_roles: [nobody]}\n";
    assert_shown(other, &[variable], &[]);
    let covered = ("PORTCULLIS_AUTH__SERVICE_TOKEN_ROLES", "nobody");
    assert_shown(other, &[covered], &["--set", "auth.service_token_roles=service,admin"]);
}

#[test]
fn what_is_no_list_of_words_is_refused_with_its_place() {
    for bad in ["[[service]]", "[{a: b}]", "[\"a,b\"]", "{service: 1}", "\",\"", "\"service,\""] {
        let yaml = format!("auth: {{service_token_roles: {bad}}}\n");
        let (code, said) = run("check", &yaml, &[], &[]);
        assert_eq!(code, Some(3), "{bad}: {said}");
        assert!(said.contains("auth.service_token_roles") && said.contains(":4:"), "{bad}: {said}");
    }
}

#[test]
fn optional_service_roles_are_warned_about() {
    let (code, said) = run("check", "auth: {service_token_roles_required: false}\n", &[], &[]);
    assert_eq!(code, Some(0));
    assert!(said.contains("warning: auth.service_token_roles_required is off"), "{said}");
}

/// The older names.
fn older() -> Vec<&'static str> {
    let rows = TABLE.iter().filter(|row| matches!(row.class, Class::Deprecated(_)));
    rows.map(|row| row.name.as_str()).collect()
}

/// Fails unless both roles are in force.
#[track_caller]
fn assert_shown(yaml: &str, variables: &[(&str, &str)], flags: &[&str]) {
    let (code, said) = run("config show", yaml, variables, flags);
    assert_eq!(code, Some(0), "{yaml}: {said}");
    let line = said.lines().find(|line| line.trim().starts_with("service_token_roles:")).unwrap();
    let words: Vec<_> = line.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    assert!(words.contains(&"service") && words.contains(&"admin"), "{line}");
    assert!(!line.contains("nobody"), "{line}");
}

fn run(
    command: &str,
    yaml: &str,
    variables: &[(&str, &str)],
    flags: &[&str],
) -> (Option<i32>, String) {
    let scratch = Scratch::new();
    let yaml = format!("{THREE_LINES}{yaml}");
    let file = scratch.write("portcullis.yaml", &yaml).display().to_string();
    let mut arguments: Vec<&str> = command.split(' ').collect();
    arguments.extend(["--config", &file]);
    arguments.extend(flags);
    let output = Process::run(&arguments, variables);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

const THREE_LINES: &str = "\
listen: 127.0.0.1:8080
upstream: http://127.0.0.1:9000
keystone: {auth_url: \"http://127.0.0.1:5000/v3\"}
";
