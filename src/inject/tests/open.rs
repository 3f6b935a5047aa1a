//! Doors that manifests have left open, and what is said of those that stay so.

use serde_json::{Value, json};

use super::{POD, SERVICE, refused, settings, values, with};
use crate::inject::Settings;

/// An application that Services reach over TLS, and the sidecar without.
fn behind() -> String {
    POD.replace(
        "    - {name: http, containerPort: 8080}\n",
        "    - {name: http, containerPort: 8080}\n    - {name: https, containerPort: 9443}\n",
    )
}

fn before(upstream: &str) -> Settings {
    Settings { upstream: Some(upstream.to_owned()), network_policy: true, ..settings() }
}

#[test]
fn the_port_that_the_sidecar_uses_is_guarded_like_the_one_that_clients_do() {
    let service = SERVICE
        .replace("targetPort: http}", "targetPort: https}\n  - {port: 81, targetPort: 8080}");
    let service = service.replace("  - {port: 81", "  - {name: b, port: 81");
    let settings = before("http://127.0.0.1:8080");
    let app_port = Settings { app_port: Some("https".to_owned()), ..settings };
    let text = with(&app_port, &format!("{}---\n{service}", behind())).text;
    let all = values(&text);
    let probe = &all[0]["spec"]["containers"][0]["readinessProbe"]["httpGet"];
    assert_eq!(probe["path"], "/probe/web/readiness");
    let ports = all[1]["spec"]["ports"].as_array().unwrap();
    let led: Vec<_> = ports.iter().map(|port| port["targetPort"].clone()).collect();
    assert_eq!(led, [json!(18080), json!(18080), json!(53)]);
    let allowed = all[2]["spec"]["ingress"][0]["ports"].as_array().unwrap();
    let allowed: Vec<_> = allowed.iter().map(|port| port["port"].as_u64().unwrap()).collect();
    assert_eq!(allowed, [9180, 18080]);
    let host = behind().replace("containerPort: 8080}", "containerPort: 8080, hostPort: 8080}");
    assert!(refused(&app_port, &host).contains("gives port 8080 to the node"));
}

#[test]
fn what_others_may_read_as_a_yes_is_none_to_a_node() {
    for yes in ["true", "y", "Y", "yes", "'true'", "1", "!!bool 'true'", "{}"] {
        let pod = POD.replace("spec:\n", &format!("spec:\n  hostNetwork: {yes}\n"));
        assert!(refused(&settings(), &pod).contains("hostNetwork is "), "{yes}");
    }
    for no in ["false", "n", "no", "null", "!!bool 'off'"] {
        let pod = POD.replace("spec:\n", &format!("spec:\n  hostNetwork: {no}\n"));
        assert_eq!(with(&settings(), &pod).changed, ["Pod web"], "{no}");
    }
    for port in ["80", "8e1", "80.0", "8_0", "0b11", "!!int '80'", "'80'", "{}"] {
        let pod = POD.replace("8080}", &format!("8080, hostPort: {port}}}"));
        assert!(refused(&settings(), &pod).contains("to the node by hostPort"), "{port}");
    }
    for none in ["0", "null", "0x0"] {
        let pod = POD.replace("8080}", &format!("8080, hostPort: {none}}}"));
        assert_eq!(with(&settings(), &pod).changed, ["Pod web"], "{none}");
    }
}

#[test]
fn another_port_at_the_node_is_named() {
    let more = "8080}\n    - {name: tls, containerPort: 8443, hostPort: 443}\n    \
                - {name: dns, protocol: UDP, containerPort: 53, hostPort: 53}";
    let http = Settings { app_port: Some("8080".to_owned()), ..settings() };
    let said = with(&http, &POD.replace("8080}", more)).warnings;
    let expected =
        "Pod web: gives port 8443 to the node by hostPort, past the sidecar; take hostPort away";
    assert_eq!(said, [expected]);
}

/// A Service with this selector, and more said of it.
fn service(selector: &str, metadata: &str) -> String {
    let service = SERVICE.replace("{app: web}", selector);
    service.replace("{name: web}", &format!("{{name: web{metadata}}}"))
}

#[test]
fn services_that_may_lead_to_a_pod_once_it_has_more_labels_are_named() {
    let two = |service: String| with(&settings(), &format!("{POD}---\n{service}"));
    let led = |text: &str| values(text)[1]["spec"]["ports"][0]["targetPort"] == 18080;
    for key in ["rollouts-pod-template-hash", "pod-template-generation"] {
        let both = two(service(&format!("{{app: web, {key}: abc}}"), ""));
        assert!(led(&both.text), "{key}");
    }
    let both = two(service("{app: web, role: primary}", ""));
    assert!(!led(&both.text));
    assert!(both.warnings[0].starts_with("Service web: chooses by labels that no pod has here"));
    let asks = ", annotations: {portcullis/inject: 'true'}";
    let both = two(service("{app: web, role: primary}", asks));
    assert!(led(&both.text));
    assert_eq!(both.warnings, [""; 0]);
    let both = two(service("{app: other}", asks));
    assert_eq!(
        both.warnings,
        ["Service web: asks for a sidecar, and chooses no pods here that have one"]
    );
    for selector in ["{app: other, role: primary}", "{role: primary}"] {
        assert_eq!(two(service(selector, "")).warnings, [""; 0], "{selector}");
    }
}

#[test]
fn a_headless_service_without_ports_is_named() {
    let service = "kind: Service\napiVersion: v1\nmetadata: {name: web}\n\
                   spec: {clusterIP: None, selector: {app: web}}\n";
    let both = with(&settings(), &format!("{POD}---\n{service}"));
    assert!(both.warnings[0].starts_with("Service web: is headless"), "{:?}", both.warnings);
}

#[test]
fn ports_of_a_service_that_say_nothing_in_so_many_words_are_led() {
    for port in ["targetPort: 8080, protocol: ''", "targetPort: 0", "targetPort: ''"] {
        let pod = POD.replace("8080}", "80}").replace("port: http", "port: 80");
        let pod = if port.contains("8080") { POD.to_owned() } else { pod };
        let service = SERVICE.replace("targetPort: http", port);
        let text = with(&settings(), &format!("{pod}---\n{service}")).text;
        assert_eq!(values(&text)[1]["spec"]["ports"][0]["targetPort"], 18080, "{port}");
    }
}

#[test]
fn whoever_asks_where_nobody_looks_is_told() {
    let inner =
        "{metadata: {annotations: {portcullis/inject: 'true'}}, spec: {containers: [{image: a}]}}";
    let set =
        format!("kind: JobSet\nspec: {{jobs: [{{template: {{spec: {{template: {inner}}}}}}}]}}\n");
    let only = Settings { annotated_only: true, ..settings() };
    for settings in [settings(), only.clone()] {
        let said = refused(&settings, &format!("{POD}---\n{set}"));
        assert_eq!(said, "JobSet without a name: asks for a sidecar, and no pod is found in it");
    }
    let silent = set.replace("portcullis/inject: 'true'", "a: b");
    let said = with(&settings(), &format!("{POD}---\n{silent}")).warnings;
    let expected = "JobSet without a name: has containers where none are looked for; left as it is";
    assert_eq!(said, [expected]);
    assert_eq!(with(&only, &silent).changed, [""; 0]);
    let pod = "spec: {restartPolicy: Never, containers: [{name: a, ports: [{containerPort: 80}]}]}";
    for said in [
        "annotations: {portcullis/inject: 'true'}",
        "annotations: {portcullis/app-port: '80'}",
        "labels: {portcullis/inject: 'true'}",
    ] {
        let job = format!(
            "kind: CronJob\nspec: {{jobTemplate: {{metadata: {{{said}}}, spec: {{template: {{{pod}}}}}}}}}\n"
        );
        assert!(refused(&only, &job).contains("is not read here; write it on the pod"), "{said}");
    }
}

#[test]
fn a_policy_of_ours_that_opens_the_port_of_another_is_named() {
    let other =
        POD.replace("name: web\n", "name: shop\n").replace("{app: web}", "{app: web, tier: a}");
    let wide = POD.replace("8080}", "8080}\n    - {name: more, containerPort: 9000}");
    let wide = wide.replace("labels:", "annotations: {portcullis/app-port: '8080'}\n  labels:");
    let other = other.replace("8080", "9000");
    let guarded = Settings { network_policy: true, ..settings() };
    let said = with(&guarded, &format!("{wide}---\n{other}")).warnings;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("NetworkPolicy web-portcullis: allows port 9000"), "{said:?}");
}

#[test]
fn keys_and_scalars_are_read_as_kubernetes_tools_do() {
    let read = |text: &str| values(text)[0].clone();
    let expected: Value =
        json!({"a": true, "b": false, "c": 80, "d": 9090, "e": 3, "f": 80, "g": 1.5});
    let text = "{a: y, b: N, c: 8e1, d: 9_090, e: 0b11, f: 80.0, g: 1.5}\n";
    assert_eq!(read(text), expected);
    assert_eq!(
        read("{a: !!bool 'no', b: !!int '7', c: !!str 7, d: 'y'}\n"),
        json!({"a": false, "b": 7, "c": "7", "d": "y"})
    );
}
