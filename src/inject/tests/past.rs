//! Ways past the sidecar: closed, refused, or named.

use serde_json::{Value, json};

use super::{POD, SERVICE, answered, asking, refused, settings, values, with};
use crate::inject::Settings;

fn ports(text: &str, document: usize) -> Vec<Value> {
    let ports = values(text)[document]["spec"]["ports"].as_array().unwrap().clone();
    ports.iter().map(|port| port["targetPort"].clone()).collect()
}

/// The pod with these ports, and a Service to these targets.
fn pair(declared: &str, targets: &[&str]) -> String {
    let pod = POD.replace("    - {name: http, containerPort: 8080}\n", declared);
    let pod = pod.split("    readinessProbe").next().unwrap().to_owned();
    let port = |target: &&str| format!("  - {{port: 1, name: p{target}, targetPort: {target}}}\n");
    let service = SERVICE.split("  - ").next().unwrap();
    format!("{pod}---\n{service}{}", targets.iter().map(port).collect::<String>())
}

#[test]
fn all_names_of_the_port_lead_to_the_sidecar() {
    let names =
        "    - {name: http, containerPort: 8080}\n    - {name: metrics, containerPort: 8080}\n";
    let both = with(&settings(), &pair(names, &["http", "metrics", "8080", "'8080'"]));
    assert_eq!(ports(&both.text, 1), [18080, 18080, 18080, 18080]);
    assert_eq!(both.warnings, [""; 0]);
}

#[test]
fn a_name_means_the_first_port_that_bears_it() {
    let shared = "    - {name: http, containerPort: 8080}\n  - name: other\n    ports:\n    \
                  - {name: http, containerPort: 9001}\n";
    let other = Settings { app_port: Some("9001".to_owned()), ..settings() };
    let both = with(&other, &pair(shared, &["http"]));
    assert_eq!(ports(&both.text, 1), ["http"], "it is the first one's");
    assert_eq!(both.warnings, ["Service web: leads past the sidecar: port 1 to http"]);
}

#[test]
fn ports_that_lead_past_the_sidecar_are_named() {
    let two = "    - {name: http, containerPort: 8080}\n    - {name: tls, containerPort: 8443}\n";
    let http = Settings { app_port: Some("http".to_owned()), ..settings() };
    let both = with(&http, &pair(two, &["http", "tls"]));
    assert_eq!(ports(&both.text, 1), [json!(18080), json!("tls")]);
    assert_eq!(both.warnings, ["Service web: leads past the sidecar: port 1 to tls"]);
}

#[test]
fn a_port_that_nobody_has_is_refused() {
    let typo = Settings { app_port: Some("8090".to_owned()), ..settings() };
    assert!(refused(&typo, POD).contains("no container has the port \"8090\""));
}

#[test]
fn services_of_single_pods_and_of_labels_that_controllers_add_are_led() {
    let set = POD.replace("kind: Pod", "kind: StatefulSet");
    let (head, spec) = set.split_once("spec:\n").unwrap();
    let inner = format!("spec:\n{spec}").replace('\n', "\n    ");
    let set =
        format!("{head}spec:\n  template:\n    metadata: {{labels: {{app: web}}}}\n    {inner}");
    let set = set.trim_end().to_owned() + "\n";
    for (selector, led) in [
        ("{statefulset.kubernetes.io/pod-name: web-0}", true),
        ("{statefulset.kubernetes.io/pod-name: webshop-0}", false),
        ("{app: web, pod-template-hash: abc}", true),
    ] {
        let service = SERVICE.replace("{app: web}", selector);
        let text = with(&settings(), &format!("{set}---\n{service}")).text;
        assert_eq!(ports(&text, 1)[0] == 18080, led, "{selector}");
    }
}

#[test]
fn a_policy_that_may_let_clients_to_the_service_is_named() {
    for (spec, named) in [
        ("{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}", true),
        ("{podSelector: {}, ingress: [{}]}", true),
        ("{podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 9000}]}]}", true),
        ("{podSelector: {}, ingress: [{ports: [{port: http}]}]}", true),
        ("{podSelector: {}, ingress: [{ports: [{port: 8080, protocol: UDP}]}]}", false),
        ("{podSelector: {}, ingress: [{ports: [{port: 18080}]}]}", false),
        ("{podSelector: {}, policyTypes: [Egress], ingress: [{}]}", false),
        ("{podSelector: {matchLabels: {app: other}}, ingress: [{}]}", false),
    ] {
        let policy = format!("kind: NetworkPolicy\nmetadata: {{name: n}}\nspec: {spec}\n");
        let both = with(&settings(), &format!("{POD}---\n{policy}"));
        assert_eq!(both.warnings.len(), usize::from(named), "{spec}: {:?}", both.warnings);
        let elsewhere = policy.replace("{name: n}", "{name: n, namespace: other}");
        assert_eq!(with(&settings(), &format!("{POD}---\n{elsewhere}")).warnings, [""; 0]);
    }
}

#[test]
fn an_upstream_on_loopback_is_the_port_to_guard() {
    let bare = POD.split("    ports:").next().unwrap().to_owned();
    let upstream = Some("http://127.0.0.1:7000".to_owned());
    let settings = Settings { upstream, network_policy: true, ..settings() };
    let both = with(&settings, &format!("{bare}---\n{}", SERVICE.replace("http", "7000")));
    assert_eq!(ports(&both.text, 1)[0], 18080);
    assert_eq!(values(&both.text)[2]["kind"], "NetworkPolicy");
    let own = Settings { upstream: Some("http://127.0.0.1:18080".to_owned()), ..settings };
    assert!(refused(&own, &bare).contains("18080"));
}

#[test]
fn whoever_asks_in_vain_is_told() {
    let yes = "annotations: {portcullis/inject: 'true'}";
    let foreign = POD.replace("  name: web\n", &format!("  name: web\n  {yes}\n"));
    let foreign = format!("{foreign}  - name: portcullis\n    image: busybox\n");
    assert!(refused(&settings(), &foreign).contains("has a container portcullis already"));
    let other = format!("kind: Workflow\nmetadata:\n  name: w\n  {yes}\n");
    assert!(refused(&settings(), &format!("{POD}---\n{other}")).contains("no pod is found in it"));
    let service =
        SERVICE.replace("{name: web}", "{name: web, annotations: {portcullis/appport: x}}");
    assert!(refused(&settings(), &format!("{POD}---\n{service}")).contains("portcullis/appport"));
    let mut pod = asking();
    pod["spec"]["containers"].as_array_mut().unwrap().push(json!({"name": "portcullis"}));
    assert_eq!(answered(&pod)["allowed"], false);
}

#[test]
fn two_workloads_of_one_name_are_not_given_one_policy() {
    let guarded = Settings { network_policy: true, ..settings() };
    let said = refused(&guarded, &format!("{POD}---\n{POD}"));
    assert!(said.contains("NetworkPolicy web-portcullis has the same name"), "{said}");
}

#[test]
fn addresses_with_passwords_are_refused_and_quoted_nowhere() {
    for url in
        ["http://user:CANARY@127.0.0.1:9000", "ftp://u:CANARY@k", "http://k:99999", "http://k:"]
    {
        for settings in [
            Settings { upstream: Some(url.to_owned()), ..settings() },
            Settings { keystone_url: Some(url.to_owned()), ..settings() },
        ] {
            let said = refused(&settings, POD);
            assert!(said.contains("is no address") && !said.contains("CANARY"), "{said}");
        }
    }
    for name in ["", "A b"] {
        let settings = Settings { config_map: Some(name.to_owned()), ..settings() };
        assert!(refused(&settings, POD).contains("is no name"), "{name:?}");
    }
}

#[test]
fn the_webhook_says_what_of_a_service_still_goes_past_the_sidecar() {
    let service = |ports: Value, more: Value| {
        let mut service = values(SERVICE).remove(0);
        let annotations = json!({"portcullis/inject": "true", "portcullis/app-port": "8080"});
        service["metadata"]["annotations"] = annotations;
        service["spec"]["ports"] = ports;
        service["spec"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        service
    };
    let number = json!({"port": 8080, "targetPort": 8080});
    let both = service(json!([{"port": 80, "targetPort": "http"}, number]), json!({}));
    let response = answered(&both);
    assert_eq!(response["allowed"], true);
    assert_eq!(response["warnings"], json!(["leads past the sidecar: port 80 to http"]));
    let headless = answered(&service(json!([number]), json!({"clusterIP": "None"})));
    let message =
        "is headless: who connects to its pods by their addresses must take the sidecar's port";
    assert_eq!(headless["warnings"], json!([message]));
    assert!(answered(&service(json!([number]), json!({}))).get("warnings").is_none());
}
