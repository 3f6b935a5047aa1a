//! The real program: its flags, its first line, its log and its end.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Files, JSON, post, reviews};
use crate::support::{Certificate, Client, Process, eventually, get};

#[test]
fn the_program_serves_says_where_logs_no_secret_and_ends_on_sigterm() {
    let certificate = Certificate::for_loopback();
    let flags = ["--drain-delay", "0", "--image", "p:9", "--keystone-url", "http://k:5000/v3"];
    let (process, files) = start(&certificate, &flags);
    let serving = first_line(&process);
    let address = |name: &str| serving[name].as_str().unwrap().parse().unwrap();
    assert_eq!(get(address("telemetry"), "/readyz", &[]).status, 200);
    let mut client = Client::secure(address("webhook"), &certificate.client(None), "localhost");
    let body = reviews::pod("patch").to_string();
    let answer = post(&mut client, "/mutate", JSON, body.as_bytes());
    let response = answer.json()["response"].clone();
    assert_eq!((answer.status, &response["allowed"]), (200, &Value::Bool(true)), "{response}");
    let patch = STANDARD.decode(response["patch"].as_str().unwrap()).unwrap();
    let patch: Value = serde_json::from_slice(&patch).unwrap();
    let container =
        patch.as_array().unwrap().iter().find(|one| one["path"] == "/spec/initContainers");
    assert_eq!(container.unwrap()["value"][0]["image"], "p:9");
    drop(client);
    process.signal("TERM");
    let (ended, log) = process.end();
    assert!(ended.success(), "{log}");
    assert!(!log.contains("CANARY"), "{log}");
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let told: Vec<_> = lines.filter(|line| line["message"] == "reviewed").collect();
    assert_eq!((told.len(), &told[0]["outcome"]), (1, &Value::from("patched")), "{log}");
    drop(files);
}

#[test]
fn sighup_reads_the_certificate_again() {
    let (first, second) = (Certificate::for_loopback(), Certificate::for_loopback());
    let (process, files) = start(&first, &["--drain-delay", "0"]);
    let serving = first_line(&process);
    let address = serving["webhook"].as_str().unwrap().parse().unwrap();
    files.swap("second", second.ca_file(), second.key_file());
    process.signal("HUP");
    process.wait_for("the certificate was read again");
    let mut client = Client::secure(address, &second.client(None), "localhost");
    assert_eq!(post(&mut client, "/", JSON, b"{}").status, 404);
    process.signal("INT");
    assert!(process.end().0.success());
}

#[test]
fn wrong_flags_are_told() {
    let output = Process::run(&["webhook"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let flags = ["webhook", "--listen", "127.0.0.1:0", "--telemetry", "127.0.0.1:0"];
    let files = ["--certificate-file", "/nowhere/tls.crt", "--key-file", "/nowhere/tls.key"];
    let output = Process::run(&[&flags[..], &files].concat(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--certificate-file") && said.contains("/nowhere/tls.crt"), "{said}");
}

fn start(certificate: &Certificate, more: &[&str]) -> (Process, Files) {
    let files = Files::with(certificate);
    let [crt, key] = ["tls.crt", "tls.key"].map(|name| files.at(name).display().to_string());
    let flags = ["webhook", "--listen", "127.0.0.1:0", "--telemetry", "127.0.0.1:0"];
    let named = ["--certificate-file", &crt[..], "--key-file", &key[..]];
    (Process::start(&[&flags[..], &named, more].concat(), &[]), files)
}

fn first_line(process: &Process) -> Value {
    let mut serving = None;
    eventually("it serves", || {
        let output = process.output();
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        serving = lines.into_iter().find(|line| line["message"] == "serving");
        serving.is_some()
    });
    serving.unwrap()
}
