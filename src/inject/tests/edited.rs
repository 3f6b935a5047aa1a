//! Manifests that somebody has edited since the sidecar was put in.

use serde_json::{Value, json};

use super::{POD, SERVICE, answered, settings, values, with};
use crate::inject::{Direction, Rewritten, Settings, rewrite};

fn both() -> String {
    with(&settings(), &format!("{POD}---\n{SERVICE}")).text
}

fn out(text: &str) -> Rewritten {
    rewrite(text, Direction::Out, &settings()).unwrap()
}

fn probe(text: &str) -> Value {
    values(text)[0]["spec"]["containers"][0]["readinessProbe"].clone()
}

#[test]
fn a_container_with_another_name_keeps_its_probes() {
    let renamed = both().replace("- name: web\n", "- name: api\n");
    let again = with(&settings(), &renamed);
    assert_eq!(probe(&again.text)["httpGet"]["path"], "/probe/api/readiness");
    assert_eq!(again.warnings, [""; 0]);
    let back = out(&renamed);
    assert_eq!(probe(&back.text), probe(POD));
    assert_eq!((back.notes[0].as_str(), back.warnings.len()), ("Pod web: as it was before", 0));
    // One that was written for another purpose, after the example of the first.
    let copied = both().replacen("    readinessProbe:", "    livenessProbe:", 1);
    let after = values(&out(&copied).text).remove(0);
    let asked = &after["spec"]["containers"][0]["livenessProbe"]["httpGet"];
    assert_eq!(asked, &probe(POD)["httpGet"]);
}

#[test]
fn a_probe_that_nothing_is_noted_of_is_named() {
    let message = "Pod web: the readinessProbe of the container web asks a sidecar for \
                   /probe/gone/readiness, and no record says what it asked the application; write \
                   that anew";
    let astray = both().replace("/probe/web/readiness", "/probe/gone/readiness");
    assert_eq!(with(&settings(), &astray).warnings, [message]);
    let back = out(&astray);
    assert_eq!(back.warnings, [message]);
    assert_eq!(back.notes, ["Pod web: without the sidecar", "Service web: as it was before"]);
    let mut pod = values(&astray).remove(0);
    pod["spec"].as_object_mut().unwrap().remove("initContainers");
    pod["metadata"]["annotations"]["portcullis/inject"] = "true".into();
    let warnings = answered(&pod)["warnings"].clone();
    assert!(warnings[0].as_str().unwrap().contains("/probe/gone/readiness"), "{warnings}");
    // A path of the application's own.
    let own = POD.replace("'/health?deep=a,b'", "/probe/a/readiness");
    assert_eq!(with(&settings(), &own).warnings, [""; 0]);
    assert_eq!(out(&with(&settings(), &own).text).warnings, [""; 0]);
    let other = own
        .replace("port: http", "port: 8081")
        .replace("8080}\n", "8080}\n    - {name: admin, containerPort: 8081}\n");
    let http = Settings { app_port: Some("http".to_owned()), ..settings() };
    assert_eq!(with(&http, &other).warnings, [""; 0]);
}

fn targets(text: &str) -> Vec<Value> {
    let ports = values(text)[1]["spec"]["ports"].as_array().unwrap().clone();
    ports.iter().map(|port| port["targetPort"].clone()).collect()
}

#[test]
fn a_port_with_another_number_is_still_the_one_that_was_led() {
    let renumbered = both().replace("port: 80,", "port: 81,");
    let back = out(&renumbered);
    assert_eq!(targets(&back.text)[0], "http");
    assert_eq!((back.notes[1].as_str(), back.warnings.len()), ("Service web: as it was before", 0));
    let again = with(&settings(), &renumbered);
    assert_eq!((targets(&again.text)[0].clone(), again.warnings.len()), (json!(18080), 0));
    assert_eq!(targets(&out(&again.text).text)[0], "http");
    // One without a target led to its own number.
    for bare in ["port: 8080", "port: 8080, targetPort: 0", "port: 8080, targetPort: ''"] {
        let bare = SERVICE.replace("port: 80, targetPort: http", bare);
        let bare = with(&settings(), &format!("{POD}---\n{bare}")).text;
        assert_eq!(targets(&out(&bare.replace("port: 8080,", "port: 81,")).text)[0], 8080);
    }
}

#[test]
fn a_port_that_nothing_is_noted_of_is_named() {
    let message = |port: u16| {
        format!(
            "Service web: port {port} still leads to port 18080, the sidecar's, and no record says \
             where it led before; write its targetPort"
        )
    };
    let more = both()
        .replace("  - {port: 80,", "  - {port: 81, name: b, targetPort: 18080}\n  - {port: 80,");
    let back = out(&more);
    assert_eq!(targets(&back.text)[..2], [json!(18080), json!("http")]);
    assert_eq!(back.warnings, [message(81)]);
    assert_eq!(back.notes, ["Pod web: as it was before", "Service web: without the sidecar"]);
    // Two where one has gone: nobody can tell which of them it was.
    let two = more.replace("port: 80,", "port: 82,");
    assert_eq!(out(&two).warnings, [message(81), message(82)]);
    let garbled = both().replace("{\\\"annotations\\\":\\\"made\\\",\\\"port\\\"", "{\\\"port");
    assert_ne!(garbled, both());
    let said = out(&garbled).warnings;
    assert!(said[0].starts_with("Service web: its record in portcullis/injected"), "{said:?}");
}

#[test]
fn a_policy_of_ours_has_gone_and_is_not_as_it_was() {
    let guarded = Settings { network_policy: true, ..settings() };
    let back = out(&with(&guarded, POD).text);
    assert_eq!(
        back.notes,
        ["Pod web: as it was before", "NetworkPolicy web-portcullis: taken away"]
    );
}
