//! The command line: what each command prints, and what it ends with.

use std::net::TcpListener;
use std::process::Output;

use serde_json::Value;

use crate::support::{Process, Scene, Scratch, eventually, get};

#[test]
fn check_reports_every_error_at_once_with_its_place_and_ends_with_3() {
    let bad = "\
listen: nowhere
upstrem: http://127.0.0.1:9000
keystone: {auth_url: \"ftp://x\", timeut: 3s, insecure: maybe}
cache: {ttl: -1}
";
    let scratch = Scratch::new();
    let file = scratch.write("bad.yaml", bad).display().to_string();
    let output = Process::run(&["check", "--config", &file], &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = stderr(&output);
    for (place, words) in [
        (":1:", "listen: \"nowhere\" is not an IP address and port"),
        (":2:", "upstrem: unknown key; did you mean upstream?"),
        (":3:", "keystone.auth_url"),
        (":3:", "keystone.timeut: unknown key; did you mean timeout?"),
        (":3:", "keystone.insecure"),
        (":4:", "cache.ttl"),
        (":", "upstream.url: missing"),
    ] {
        let found = said
            .lines()
            .any(|line| line.starts_with(&format!("{file}{place}")) && line.contains(words));
        assert!(found, "{file}{place} ... {words}\n{said}");
    }
    assert_eq!(said.lines().count(), 7, "{said}");
}

#[test]
fn check_says_that_three_lines_are_enough() {
    let output = with_config("check", THREE_LINES, &[]);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    assert!(stdout(&output).contains("the configuration is valid"));
}

#[test]
fn check_warns_of_what_weakens_security_without_failing() {
    let yaml = "upstream: http://127.0.0.1:9000\n\
                keystone: {auth_url: \"https://ks:5000\", insecure: true}\n";
    let output = with_config("check", yaml, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("warning: "), "{}", stdout(&output));
}

#[test]
fn run_ends_with_3_for_a_wrong_configuration_and_1_for_a_taken_address() {
    assert_eq!(with_config("run", "upstream: nonsense\n", &[]).status.code(), Some(3));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let yaml = THREE_LINES.replace("127.0.0.1:8080", &taken.local_addr().unwrap().to_string());
    let output = with_config("run", &yaml, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("listen: cannot listen on"), "{}", stderr(&output));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for wrong in [&["nonsense"][..], &["check", "--nonsense"], &["run", "--set", "no-equals"]] {
        assert_eq!(Process::run(wrong, &[]).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = Process::run(&["check", "--config", "/nowhere/portcullis.yaml"], &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("/nowhere/portcullis.yaml: "), "{}", stderr(&output));
}

#[test]
fn variables_cover_the_file_and_flags_cover_variables() {
    let variables = [("PORTCULLIS_CACHE__TTL", "77s"), ("PORTCULLIS_LOG__LEVEL", "debug")];
    let scratch = Scratch::new();
    let yaml = format!("{THREE_LINES}cache: {{ttl: 11s}}\n");
    let file = scratch.write("portcullis.yaml", &yaml).display().to_string();
    let show = ["config", "show", "--config", &file, "--set", "log.level=warn"];
    let said = stdout(&Process::run(&show, &variables));
    let line = |key: &str| said.lines().find(|line| line.trim().starts_with(key)).unwrap();
    assert!(line("ttl:").contains("77s") && line("ttl:").contains("PORTCULLIS_CACHE__TTL"));
    assert!(line("level:").contains("warn"), "{said}");
    assert!(line("url:").contains(&format!("{file} line 2")), "{said}");
}

#[test]
fn p12_config_show_shows_no_secret_whoever_wrote_it() {
    let yaml = "upstream: http://127.0.0.1:9000\nkeystone: {auth_url: \"http://127.0.0.1:5000\", \
                username: u, user_domain_name: Default, password: CANARY}\n";
    let said = with_config("config show", yaml, &[]);
    assert_eq!(said.status.code(), Some(0), "{}", stderr(&said));
    assert!(!format!("{}{}", stdout(&said), stderr(&said)).contains("CANARY"));

    let account = [
        ("PORTCULLIS_KEYSTONE__MODE", "service"),
        ("OS_USERNAME", "u"),
        ("OS_USER_DOMAIN_NAME", "Default"),
        ("OS_PASSWORD", "CANARY"),
        ("OS_PROJECT_NAME", "p"),
        ("OS_PROJECT_DOMAIN_NAME", "Default"),
    ];
    let said = with_config("config show", THREE_LINES, &account);
    assert_eq!(said.status.code(), Some(0), "{}", stderr(&said));
    assert!(!format!("{}{}", stdout(&said), stderr(&said)).contains("CANARY"));
}

#[test]
fn config_schema_is_a_json_schema_that_knows_the_three_lines() {
    let schema: Value =
        serde_json::from_slice(&Process::run(&["config", "schema"], &[]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let three = serde_json::json!({
        "listen": "127.0.0.1:8080",
        "upstream": "http://127.0.0.1:9000",
        "keystone": {"auth_url": "http://127.0.0.1:5000/v3"},
    });
    assert!(validator.is_valid(&three));
    let mut wrong = three;
    wrong["upstrem"] = "x".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn health_ends_as_the_probe_says() {
    let scene = Scene::start();
    let address = scene.sidecar.telemetry.to_string();
    eventually("it is ready", || get(scene.sidecar.telemetry, "/readyz", &[]).status == 200);
    let ask = |arguments: &[&str]| {
        let all = [&["health", "--address", &address[..]], arguments].concat();
        Process::run(&all, &[]).status.code()
    };
    assert_eq!(ask(&[]), Some(0));
    assert_eq!(ask(&["--path", "/livez"]), Some(0));
    let named = format!("--address=localhost:{}", scene.sidecar.telemetry.port());
    assert_eq!(Process::run(&["health", &named], &[]).status.code(), Some(0));
    let portless = Process::run(&["health", "--address=localhost"], &[]);
    assert_eq!(portless.status.code(), Some(1));
    assert_eq!(ask(&["--path", "/nothing"]), Some(1));
    drop(scene);
    assert_eq!(ask(&[]), Some(1));
}

#[test]
fn health_finds_the_listener_in_the_configuration() {
    let scene = Scene::start();
    eventually("it is ready", || get(scene.sidecar.telemetry, "/readyz", &[]).status == 200);
    let yaml = format!("{THREE_LINES}telemetry: {}\n", scene.sidecar.telemetry);
    assert_eq!(with_config("health", &yaml, &[]).status.code(), Some(0));
    let off = format!("{THREE_LINES}telemetry: \"off\"\n");
    assert_eq!(with_config("health", &off, &[]).status.code(), Some(1));
}

#[test]
fn health_needs_no_more_than_the_address() {
    let scene = Scene::start();
    eventually("it is ready", || get(scene.sidecar.telemetry, "/readyz", &[]).status == 200);
    let address = scene.sidecar.telemetry.to_string();
    let variables = [("PORTCULLIS_TELEMETRY__LISTEN", address.as_str())];
    let output = Process::run(&["health"], &variables);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // The file was spoiled after the process had read it; the process goes on, and so must this.
    let spoiled = format!("telemetry: {address}\nupstrem: http://127.0.0.1:9000\n");
    assert_eq!(with_config("health", &spoiled, &[]).status.code(), Some(0));
}

#[test]
fn check_tells_of_some_of_the_routes_whose_order_decides_and_counts_the_rest() {
    let rows = (0..20).map(|at| {
        format!("- {{path: '/a{at}/{{x}}/**', allow: public}}\n- {{path: '/{{y}}/b{at}/**', allow: public}}\n")
    });
    let yaml = format!("{THREE_LINES}routes:\n{}", rows.collect::<String>());
    let checked = with_config("check", &yaml, &[]);
    assert_eq!(checked.status.code(), Some(0), "{}", stderr(&checked));
    let said = stdout(&checked) + &stderr(&checked);
    assert_eq!(said.matches("the first decides").count(), 50, "{said}");
    // Each of the one kind shares requests with each of the other.
    assert!(said.contains("note: 350 more pairs of routes share some requests"), "{said}");
}

const THREE_LINES: &str = "\
listen: 127.0.0.1:8080
upstream: http://127.0.0.1:9000
keystone: {auth_url: \"http://127.0.0.1:5000/v3\"}
";

fn with_config(command: &str, yaml: &str, variables: &[(&str, &str)]) -> Output {
    let scratch = Scratch::new();
    let file = scratch.write("portcullis.yaml", yaml).display().to_string();
    let mut arguments: Vec<&str> = command.split(' ').collect();
    arguments.extend(["--config", &file]);
    Process::run(&arguments, variables)
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
