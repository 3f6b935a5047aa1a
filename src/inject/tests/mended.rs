//! What manifests of many styles have shown to be wrong once.

use serde_json::Value;

use crate::inject::{Direction, Failure, Rewritten, Settings, rewrite};
use crate::manifest::Stream;

fn settings() -> Settings {
    Settings {
        keystone_url: Some("https://keystone.example:5000".to_owned()),
        ..Settings::default()
    }
}

fn put_in(text: &str, settings: &Settings) -> Result<Rewritten, Failure> {
    rewrite(text, Direction::In, settings)
}

/// Puts sidecars in twice, sees that the second time changes nothing, and takes them out.
fn round(text: &str, settings: &Settings) -> (String, String) {
    let once = put_in(text, settings).unwrap().text;
    let again = put_in(&once, settings).unwrap();
    assert_eq!((again.text.as_str(), again.changed.len()), (once.as_str(), 0));
    let back = rewrite(&once, Direction::Out, settings).unwrap().text;
    (once, back)
}

fn refusal(text: &str, settings: &Settings) -> String {
    put_in(text, settings).unwrap_err().to_string()
}

const POD: &str = "\
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - name: app
    ports:
    - containerPort: 8080
";

#[test]
fn what_was_empty_or_absent_comes_back_as_it_was() {
    for (from, to) in [
        ("metadata:\n", "metadata:\n  annotations:   # none\n"),
        ("metadata:\n", "metadata:\n  annotations: {}\n"),
        ("metadata:\n  name: web\n  labels: {app: web}\n", ""),
        ("metadata:\n  name: web\n  labels: {app: web}\n", "metadata:\n"),
        ("spec:\n", "spec:\n  volumes:\n  initContainers: []\n"),
        ("spec:\n", "spec:\n  volumes: []\n  initContainers:\n"),
        ("    ports:\n", "    volumeMounts: []\n    ports:\n"),
    ] {
        let text = POD.replace(from, to);
        assert_eq!(round(&text, &settings()).1, text);
        let upstream = Some("unix:/run/portcullis/app.sock".to_owned());
        assert_eq!(round(&text, &Settings { upstream, ..settings() }).1, text);
    }
}

#[test]
fn several_network_policies_are_made_anew_each_time() {
    let settings = Settings { network_policy: true, ..settings() };
    let other = POD.replace("name: web", "name: other");
    let text = format!("{POD}---\n{other}---\n# the last\nkind: ConfigMap\n");
    let (once, back) = round(&text, &settings);
    assert_eq!(once.matches("kind: NetworkPolicy").count(), 2);
    assert_eq!(back, text);
    // One that is as it should be stays as another tool wrote it, where it wrote it.
    let named = once.replacen("  name: web-portcullis\n", "  'name': web-portcullis\n", 1);
    assert_ne!(named, once);
    assert_eq!(round(&named, &settings).0, named);
    // Somebody has put another document behind them, or all of them into a list.
    assert_eq!(
        round(&format!("{once}---\nkind: Secret\n"), &settings).1,
        format!("{text}---\nkind: Secret\n")
    );
    let items = Stream::read(&once).unwrap().values();
    let list = serde_json::json!({"kind": "List", "items": items}).to_string();
    let taken_out = rewrite(&list, Direction::Out, &settings).unwrap();
    let list: Value = serde_json::from_str(&taken_out.text).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
}

#[test]
fn a_network_policy_chooses_its_pod_and_no_other_and_leaves_udp_alone() {
    let settings = Settings { network_policy: true, ..settings() };
    let refused = refusal(&POD.replace("  labels: {app: web}\n", ""), &settings);
    assert!(refused.contains("Pod web: the pod has no labels"), "{refused}");
    let text = format!("{POD}    - {{containerPort: 8080, protocol: UDP}}\n");
    let policy = Stream::read(&put_in(&text, &settings).unwrap().text).unwrap().values().remove(1);
    let ports = policy.pointer("/spec/ingress/0/ports").unwrap().as_array().unwrap();
    let ports: Vec<_> =
        ports.iter().map(|port| (port["port"].as_u64(), &port["protocol"])).collect();
    let wanted = [(8080, "UDP"), (9180, "TCP"), (18080, "TCP")];
    let wanted: Vec<_> = wanted.map(|(port, protocol)| (Some(port), Value::from(protocol))).into();
    assert!(
        ports.iter().map(|(port, protocol)| (*port, (*protocol).clone())).eq(wanted),
        "{ports:?}"
    );
}

#[test]
fn what_would_stand_twice_is_refused() {
    let with = |settings: Settings, text: &str| refusal(text, &settings);
    let config = Settings { config_map: Some("c".to_owned()), ..settings() };
    let volume = format!("{POD}  volumes: [{{name: portcullis-config, emptyDir: {{}}}}]\n");
    assert!(with(config, &volume).contains("volume portcullis-config already"));
    let socket = Settings { upstream: Some("unix:/run/portcullis/a".to_owned()), ..settings() };
    let mount = format!("{POD}    volumeMounts: [{{name: x, mountPath: /run/portcullis}}]\n");
    assert!(with(socket, &mount).contains("the container app has something at /run/portcullis"));
    let named = POD.replace("- containerPort", "- name: portcullis\n      containerPort");
    assert!(with(settings(), &named).contains("a port of the container app is called portcullis"));
    let same = Settings { port: 9180, ..settings() };
    assert!(with(same, POD).contains("port and telemetry-port are both 9180"));
    let own = Settings { app_port: Some("18080".to_owned()), ..settings() };
    let bare = POD.split("    ports:").next().unwrap();
    assert!(with(own, bare).contains("the application's port is 18080"));
}

#[test]
fn a_socket_that_the_sidecar_would_not_see_is_refused() {
    let said = |upstream: &str| {
        refusal(POD, &Settings { upstream: Some(upstream.to_owned()), ..settings() })
    };
    for upstream in [
        "unix:/var/run/portcullis/a.sock",
        "unix:/tmp/a.sock",
        "unix:/run/portcullis",
        "unix:/run/portcullis/",
        "unix:/run/portcullis/a/",
        "unix:/run/portcullis//a",
        "unix:/run/portcullis/../x.sock",
        "unix:/run/portcullis/./x.sock",
        "unix:/run/portcullis-other/x.sock",
    ] {
        let said = said(upstream);
        assert!(said.contains(upstream) && said.contains("unix:/run/portcullis/NAME"), "{said}");
    }
    for upstream in ["unix:/run/portcullis/a.sock", "unix:/run/portcullis/deeper/a"] {
        let settings = Settings { upstream: Some(upstream.to_owned()), ..settings() };
        assert!(put_in(POD, &settings).unwrap().text.contains("portcullis-socket"));
    }
}

#[test]
fn a_wish_without_quotes_is_not_passed_over() {
    let settings = Settings { annotated_only: true, ..settings() };
    let text = POD.replace("metadata:\n", "metadata:\n  annotations: {portcullis/inject: true}\n");
    assert!(refusal(&text, &settings).contains("put it in quotes"));
}

#[test]
fn a_probe_s_path_is_sent_as_a_kubelet_sends_it() {
    let probe = "    livenessProbe: {httpGet: {path: '/größe?q=\"x\"', port: 8080}}\n";
    let once = put_in(&format!("{POD}{probe}"), &settings()).unwrap().text;
    assert!(once.contains("http://127.0.0.1:8080/gr%C3%B6%C3%9Fe?q=%22x%22"), "{once}");
}

#[test]
fn empty_documents_are_not_told_of() {
    let changed = put_in(&format!("---\n---\n{POD}---\n"), &settings()).unwrap().changed;
    assert_eq!(changed, ["Pod web"]);
}
