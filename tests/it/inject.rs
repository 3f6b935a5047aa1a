//! `portcullis inject` and `uninject`: what they read, write, say and end with.

use std::process::Output;

use crate::support::{Process, Scratch};

const KEYSTONE: [&str; 2] = ["--keystone-url", "https://keystone:5000/v3"];

const DEPLOYMENT: &str = "\
# The shop's front.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web  # as in DNS
spec:
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: web:1
          ports:
            - containerPort: 8080
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - port: 80
    targetPort: 8080
";

#[test]
fn what_is_piped_through_keeps_its_comments_and_comes_back_as_it_was() {
    let output = inject(&[], DEPLOYMENT);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let injected = stdout(&output);
    assert!(injected.starts_with("# The shop's front.\n") && injected.contains("  # as in DNS\n"));
    assert!(injected.contains("        - name: portcullis\n"), "{injected}");
    assert!(stderr(&output).starts_with("Deployment web: sidecar at port 18080"));
    assert_eq!(stdout(&inject(&[], &injected)), injected);
    let back = Process::feed(&["uninject"], &injected);
    assert_eq!(stdout(&back), DEPLOYMENT);
}

#[test]
fn files_are_seen_together() {
    let scratch = Scratch::new();
    let [workload, service] = [("a.yaml", DEPLOYMENT), ("b.yaml", SERVICE)]
        .map(|(name, text)| scratch.write(name, text).display().to_string());
    let output = inject(&[&workload, &service], "");
    let text = stdout(&output);
    assert!(text.contains("\n---\napiVersion: v1\nkind: Service\n"), "{text}");
    assert!(text.ends_with("    targetPort: 18080\n"), "{text}");
    let output = inject(&[&workload, "-"], SERVICE);
    assert_eq!(stdout(&output), text);
}

#[test]
fn files_of_json_become_one_stream_that_is_read_to_its_end() {
    let scratch = Scratch::new();
    let map =
        |name: &str| format!("{{\"kind\": \"ConfigMap\", \"metadata\": {{\"name\": \"{name}\"}}}}");
    let files = ["a", "b"].map(|name| scratch.write(name, &map(name)).display().to_string());
    let output = inject(&[&files[0], &files[1]], "");
    assert_eq!(stdout(&output), format!("---\n{}\n---\n{}", map("a"), map("b")));
    let alone = inject(&[&files[0]], "");
    assert_eq!(stdout(&alone), map("a"));
}

#[test]
fn check_writes_nothing_and_ends_with_1_until_it_is_done() {
    let output = inject(&["--check"], DEPLOYMENT);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    assert_eq!(stderr(&output), "Deployment web: would be changed\n");
    let injected = stdout(&inject(&[], DEPLOYMENT));
    let output = inject(&["--check"], &injected);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    let output = Process::feed(&["uninject", "--check"], &injected);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(Process::feed(&["uninject", "--check"], DEPLOYMENT).status.code(), Some(0));
}

#[test]
fn nothing_comes_out_when_anything_is_wrong() {
    let host =
        DEPLOYMENT.replace("      containers:", "      hostNetwork: true\n      containers:");
    for (text, why) in [
        (host.as_str(), "Deployment web: hostNetwork is true"),
        ("a: [", "line "),
        ("a: 1\na: 2\n", "the key \"a\" is written twice"),
    ] {
        let output = inject(&[], &format!("{DEPLOYMENT}---\n{text}"));
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
        assert!(stderr(&output).contains(why), "{}", stderr(&output));
    }
    let output = Process::run(&["inject", "/nowhere.yaml"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/nowhere.yaml"));
}

#[test]
fn secrets_and_keys_that_do_not_exist_are_not_written_into_manifests() {
    for (set, why) in [
        ("keystone.password=CANARY", "keystone.password_file"),
        ("cache.tll=1s", "did you mean ttl?"),
        ("cache.ttl=soon", "soon"),
    ] {
        let output = inject(&["--set", set], DEPLOYMENT);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(3), ""));
        let said = stderr(&output);
        assert!(said.contains(why) && !said.contains("CANARY"), "{said}");
    }
    let output = inject(&["--memory", "lots"], DEPLOYMENT);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_program_starts_with_the_variables_that_are_put_in() {
    let probe = "          ports:\n            - containerPort: 8080\n          livenessProbe: {tcpSocket: {port: 8080}}\n";
    let probed = DEPLOYMENT.replace("          ports:\n            - containerPort: 8080\n", probe);
    let text = stdout(&inject(&["--set", "cache.ttl=60s"], &probed));
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let name = |line: &str| line.strip_prefix("- name: PORTCULLIS_").map(|_| line[8..].to_owned());
    let value =
        |line: &str| line.strip_prefix("value: ").map(|text| text.trim_matches('"').to_owned());
    let pairs = lines.windows(2).filter_map(|pair| Some((name(pair[0])?, value(pair[1])?)));
    let variables: Vec<_> = pairs.collect();
    assert!(variables.len() >= 7, "{variables:?}");
    let borrowed: Vec<_> = variables.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let output = Process::run(&["check"], &borrowed);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

fn inject(arguments: &[&str], input: &str) -> Output {
    Process::feed(&[&["inject"], &KEYSTONE[..], arguments].concat(), input)
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
