//! Pods that come to the webhook with a sidecar: kept, or denied, and never given another.

use serde_json::{Value, json};

use super::{answered, asking, settings, values, with};
use crate::inject::Settings;

/// A pod as `inject` makes it by flags that are not the webhook's, with its sidecar changed since.
fn injected(change: impl Fn(&mut Value)) -> Value {
    let flags = Settings { port: 28080, config_map: Some("gate".to_owned()), ..settings() };
    let mut pod = values(&with(&flags, &asking().to_string()).text).remove(0);
    change(&mut pod["spec"]["initContainers"][0]);
    pod
}

#[test]
fn the_webhook_leaves_a_sidecar_of_inject_as_it_is() {
    let variable = |container: &mut Value, at: usize, name: &str| {
        let variables = container["env"].as_array_mut().unwrap();
        variables.insert(at, json!({"name": name, "value": "x"}));
    };
    for pod in [
        injected(|_| {}),
        // What an API server fills in, leaves out or puts in order.
        injected(|container| container["terminationMessagePath"] = "/dev/termination-log".into()),
        injected(|container| container["command"] = json!([])),
        injected(|container| container["env"].as_array_mut().unwrap().reverse()),
        // What others do to every container: mirrors, pinned digests, tracing.
        injected(|container| container["image"] = "mirror.local/portcullis:0.1.0".into()),
        injected(|container| container["image"] = "gate@sha256:0123".into()),
        injected(|container| variable(container, 0, "LD_PRELOAD")),
        injected(|container| variable(container, 3, "DD_AGENT_HOST")),
        injected(|container| container["resources"]["limits"]["cpu"] = "1".into()),
    ] {
        assert_eq!(answered(&pod), json!({"uid": "u-1", "allowed": true}), "{pod}");
    }
}

#[test]
fn an_empty_variable_is_the_same_when_an_api_server_has_left_its_value_out() {
    let set = ("PORTCULLIS_AUTH__REALM".to_owned(), String::new());
    let flags = Settings { environment: vec![set], ..settings() };
    let mut pod = values(&with(&flags, &asking().to_string()).text).remove(0);
    let variables = pod["spec"]["initContainers"][0]["env"].as_array_mut().unwrap();
    let empty = variables.iter_mut().find(|one| one["value"] == "").unwrap();
    empty.as_object_mut().unwrap().remove("value");
    assert_eq!(answered(&pod), json!({"uid": "u-1", "allowed": true}));
}

#[test]
fn the_webhook_denies_a_sidecar_that_does_something_else_and_replaces_none() {
    let set = |name: &str, value: Value| {
        injected(|container| {
            let variables = container["env"].as_array_mut().unwrap();
            variables.retain(|one| one["name"] != name);
            variables.push(json!({"name": name, "value": value}));
        })
    };
    let mut twice = injected(|_| {});
    let again = twice["spec"]["initContainers"][0].clone();
    twice["spec"]["containers"].as_array_mut().unwrap().push(again);
    let mut garbled = injected(|_| {});
    garbled["metadata"]["annotations"]["portcullis/injected"] = "{}".into();
    for pod in [
        injected(|container| container["args"] = json!(["run"])),
        injected(|container| container["command"] = json!(["sleep", "1d"])),
        injected(|container| container["env"] = json!([])),
        set("PORTCULLIS_UPSTREAM__URL", "http://127.0.0.1:1".into()),
        set("PORTCULLIS_AUTH__DELAY_DECISION", "true".into()),
        twice,
        garbled,
    ] {
        let response = answered(&pod);
        assert_eq!(response["allowed"], false, "{pod}");
        let message = response["status"]["message"].as_str().unwrap();
        assert!(message.contains("is not the one of its record"), "{message}");
        assert!(message.contains("portcullis inject"), "{message}");
    }
}

#[test]
fn a_record_without_its_sidecar_keeps_none_out() {
    let mut pod = injected(|_| {});
    pod["spec"].as_object_mut().unwrap().remove("initContainers");
    assert!(answered(&pod)["patch"].is_string());
}
