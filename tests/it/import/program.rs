//! The program, as an operator runs it.

use serde_json::Value;

use super::folder;
use crate::support::{Keystone, Process, Scratch, Upstream, eventually, get};
use keystone_double::Scope;

#[test]
fn import_ends_with_3_when_something_is_refused_and_prints_the_rest_even_so() {
    let nova = folder().join("nova.conf").display().to_string();
    let mistral = folder().join("mistral.conf").display().to_string();

    let (code, stdout, stderr) = run(&["import", &nova, "--upstream", "http://127.0.0.1:9000"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("\nupstream: http://127.0.0.1:9000\nkeystone:\n"), "{stdout}");

    let (code, stdout, stderr) = run(&["import", &mistral]);
    assert_eq!(code, Some(3));
    assert!(stdout.contains("# refused: remove or change these\n"), "{stdout}");
    assert!(stdout.contains("\n  user_id: 0f1e\n"), "{stdout}");
    assert!(
        stderr.starts_with(&format!("{mistral}:4: [keystone_authtoken] auth_url: ")),
        "{stderr}"
    );

    let (code, stdout, stderr) = run(&["import", &nova, "--upstream", "app:9000"]);
    assert_eq!(code, Some(3));
    assert!(stderr.starts_with("--upstream: upstream.url: "), "{stderr}");
    assert!(stdout.contains("\nkeystone:\n"), "{stdout}");

    let (code, stdout, stderr) = run(&["import", &format!("{nova}:nova")]);
    assert_eq!((code, stdout.as_str()), (Some(3), ""));
    assert!(stderr.starts_with(&format!("{nova}: has no section [nova]")), "{stderr}");
}

#[test]
fn what_import_prints_passes_check_once_the_secret_is_in_its_file() {
    let scratch = Scratch::new();
    let glance = folder().join("glance.conf").display().to_string();
    let (_, yaml, _) = run(&["import", &glance, "--upstream", "http://127.0.0.1:9000"]);
    let secret = scratch.write("password", "a password").display().to_string();
    let yaml = yaml.replace("/etc/portcullis/password", &secret).replace("http://c", "https://c");
    let yaml = scratch.write("portcullis.yaml", &yaml).display().to_string();
    let (code, said, complaints) = run(&["check", "--config", &yaml]);
    assert_eq!((code, complaints.as_str()), (Some(0), ""), "{said}");
    assert!(said.ends_with("the configuration is valid\n") && !said.contains("warning"), "{said}");
}

#[test]
fn a_service_is_guarded_by_nothing_but_its_own_section() {
    let (scratch, keystone, upstream) = (Scratch::new(), Keystone::start(), Upstream::start());
    let section = format!(
        "[DEFAULT]\nidentity = {}\n[keystone_authtoken]\nauth_type = password\nauth_url = $identity\n\
         username = authsvc\nuser_domain_name = Default\npassword = authsvcpw\n\
         project_name = service\nproject_domain_name = Default\ndelay_auth_decision = yes\n\
         service_token_roles = admin, service\n",
        keystone.url()
    );
    let section = scratch.write("service.conf", &section).display().to_string();
    let upstream_url = format!("upstream.url={}", upstream.url());
    let settings =
        ["listen=127.0.0.1:0", "telemetry=off", "admin=off", "log.format=json", &upstream_url];
    let mut arguments = vec!["run", "--keystone-authtoken", &section];
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let process = Process::start(&arguments, &[]);
    let mut public = None;
    eventually("it serves", || {
        let output = process.output();
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut serving = lines.filter(|line| line["message"] == "serving");
        public = serving.find_map(|line| line["public"].as_str()?.parse().ok());
        public.is_some()
    });
    let public = public.unwrap();
    let token = keystone.issue("alice", Scope::project("demo")).token();
    assert_eq!(get(public, "/", &[("X-Auth-Token", &token)]).status, 200);
    assert_eq!(upstream.last().headers("x-identity-status"), ["Confirmed"]);
    // What the middleware sends unless it is told not to.
    assert_eq!(upstream.last().headers("x-service-catalog").len(), 1);
    assert_eq!(get(public, "/", &[("X-Auth-Token", "bad")]).status, 200);
    assert_eq!(upstream.last().headers("x-identity-status"), ["Invalid"]);
    assert_eq!(keystone.calls().logins, 1);
}

#[test]
fn config_show_says_in_which_line_an_option_stands() {
    let nova = folder().join("nova.conf").display().to_string();
    let named = format!("{nova}:service_user");
    let show = ["config", "show", "--keystone-authtoken", &named, "--set", "upstream.url=http://h"];
    let (code, stdout, stderr) = run(&show);
    assert_eq!(code, Some(0), "{stderr}");
    let line = format!("  username: nova  # {nova} line 40 [service_user] username");
    assert!(stdout.lines().any(|said| said == line), "{line}\n{stdout}");
    assert!(!stdout.contains("uV5m2"), "{stdout}");
}

/// Runs the program, and returns how it ended and what it wrote.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Process::run(arguments, &[]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}
