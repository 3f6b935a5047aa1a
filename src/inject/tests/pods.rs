//! What a pod gets, and which ones get nothing.

use serde_json::json;

use super::{POD, answered, refused, settings, sidecar, values, variable, with};
use crate::inject::{Direction, Settings, rewrite};

#[test]
fn a_pod_gets_the_sidecar_before_its_own_port() {
    let pod = &values(&with(&settings(), POD).text)[0];
    let container = sidecar(pod);
    assert_eq!(container["restartPolicy"], "Always");
    let upstream = variable(container, "PORTCULLIS_UPSTREAM__URL");
    assert_eq!(upstream, Some("http://127.0.0.1:8080"));
    let keystone = variable(container, "PORTCULLIS_KEYSTONE__AUTH_URL");
    assert_eq!(keystone, Some("https://keystone:5000/v3"));
}

#[test]
fn probes_are_asked_by_the_sidecar_with_path_headers_and_patience() {
    let pod = &values(&with(&settings(), POD).text)[0];
    let asked = &pod["spec"]["containers"][0]["readinessProbe"];
    let expected =
        json!({"httpGet": {"path": "/probe/web/readiness", "port": 9180}, "timeoutSeconds": 20});
    assert_eq!(asked, &expected);
    let container = sidecar(pod);
    assert_eq!(
        variable(container, "PORTCULLIS_TELEMETRY__PROBES"),
        Some("web/readiness=http://127.0.0.1:8080/health?deep=a%2Cb#X-A=b+c")
    );
    assert_eq!(variable(container, "PORTCULLIS_TELEMETRY__PROBE_TIMEOUT"), Some("20s"));
}

#[test]
fn what_ends_with_its_work_and_has_no_port_needs_no_sidecar() {
    let job = "kind: Job\nmetadata: {name: migrate}\nspec:\n  template:\n    spec:\n      \
               restartPolicy: Never\n      containers: [{name: a, image: b}]\n";
    let both = with(&settings(), &format!("{POD}---\n{job}"));
    assert!(both.text.ends_with(&format!("---\n{job}")), "{}", both.text);
    let note = "Job migrate: ends with its work and has no port; left as it is";
    assert!(both.notes.iter().any(|one| one == note), "{:?}", both.notes);
    let asking = job.replace(
        "    spec:\n      r",
        "    metadata: {annotations: {portcullis/inject: 'true'}}\n    spec:\n      r",
    );
    assert!(refused(&settings(), &asking).contains("no container declares a port"));
}

#[test]
fn dollars_in_values_are_not_read_as_other_variables() {
    let set = ("PORTCULLIS_LOG__LEVEL".to_owned(), "$(SECRET)".to_owned());
    let settings = Settings { environment: vec![set], ..settings() };
    let pod = &values(&with(&settings, POD).text)[0];
    assert_eq!(variable(sidecar(pod), "PORTCULLIS_LOG__LEVEL"), Some("$$(SECRET)"));
}

#[test]
fn what_a_flag_sets_covers_what_is_put_in_by_itself() {
    let set = ("PORTCULLIS_SERVER__DRAIN_DELAY".to_owned(), "9s".to_owned());
    let pod = &values(&with(&Settings { environment: vec![set], ..settings() }, POD).text)[0];
    let container = sidecar(pod);
    assert_eq!(variable(container, "PORTCULLIS_SERVER__DRAIN_DELAY"), Some("9s"));
    let names = container["env"].as_array().unwrap().iter().map(|one| &one["name"]);
    assert_eq!(names.filter(|name| *name == "PORTCULLIS_SERVER__DRAIN_DELAY").count(), 1);
}

#[test]
fn plain_containers_are_first_and_leave_the_application_the_default() {
    let pod = &values(&with(&Settings { native: false, ..settings() }, POD).text)[0];
    assert_eq!(pod["spec"]["containers"][0]["name"], "portcullis");
    assert!(pod["spec"]["containers"][0].get("restartPolicy").is_none());
    let annotations = &pod["metadata"]["annotations"];
    assert_eq!(annotations["kubectl.kubernetes.io/default-container"], "web");
}

#[test]
fn a_socket_is_a_directory_that_both_share() {
    let upstream = Some("unix:/run/portcullis/app.sock".to_owned());
    let pod = &values(&with(&Settings { upstream, ..settings() }, POD).text)[0];
    let mount = json!({"name": "portcullis-socket", "mountPath": "/run/portcullis"});
    assert_eq!(pod["spec"]["containers"][0]["volumeMounts"], json!([mount]));
    assert_eq!(sidecar(pod)["volumeMounts"], json!([mount]));
    assert_eq!(
        variable(sidecar(pod), "PORTCULLIS_TELEMETRY__PROBES"),
        Some("web/readiness=unix:/run/portcullis/app.sock:/health?deep=a%2Cb#X-A=b+c")
    );
}

#[test]
fn a_pod_may_say_no_and_only_those_that_say_yes_may_be_meant() {
    let no =
        POD.replace("  name: web\n", "  name: web\n  annotations: {portcullis/inject: 'false'}\n");
    assert_eq!(with(&settings(), &no).text, no);
    let only = Settings { annotated_only: true, ..settings() };
    assert_eq!(with(&only, POD).text, POD);
    let yes = no.replace("'false'", "'true'");
    assert_ne!(with(&only, &yes).text, yes);
}

#[test]
fn nobody_is_let_past_the_sidecar_by_the_policy_that_is_added() {
    let guarded = Settings { network_policy: true, ..settings() };
    let text = with(&guarded, POD).text;
    let policy = &values(&text)[1];
    let ports = policy["spec"]["ingress"][0]["ports"].as_array().unwrap().clone();
    let ports: Vec<_> = ports.iter().map(|port| port["port"].as_u64().unwrap()).collect();
    assert_eq!(ports, [9180, 18080]);
    let again = with(&guarded, &text);
    assert_eq!((again.text.as_str(), again.changed.len()), (text.as_str(), 0));
    assert_eq!(values(&rewrite(&text, Direction::Out, &guarded).unwrap().text), values(POD));
}

#[test]
fn what_cannot_be_guarded_is_refused_by_name() {
    let with_line = |line: &str| POD.replace("spec:\n", &format!("spec:\n  {line}\n"));
    let two = POD.replace("8080}\n", "8080}\n    - {containerPort: 8081}\n");
    let none = "kind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a, image: b}]}\n";
    let taken = POD.replace("8080}\n", "8080}\n    - {containerPort: 18080}\n");
    let taken =
        taken.replace("  name: web\n", "  name: web\n  annotations: {portcullis/app-port: http}\n");
    let unknown =
        POD.replace("  name: web\n", "  name: web\n  annotations: {portcullis/upstreem: x}\n");
    for (text, why) in [
        (with_line("hostNetwork: true"), "hostNetwork is true"),
        (with_line("os: {name: windows}"), "Windows"),
        (POD.replace("8080}\n", "8080, hostPort: 80}\n"), "take hostPort away"),
        (two, "which port is the application's? There are 8080, 8081"),
        (none.to_owned(), "no container declares a port"),
        (taken, "18080"),
        (unknown, "portcullis/upstreem does not exist"),
    ] {
        let said = refused(&settings(), &text);
        assert!(said.starts_with("Pod web: ") && said.contains(why), "{said}");
    }
    let ends = with_line("restartPolicy: Never");
    let plain = Settings { native: false, ..settings() };
    assert!(refused(&plain, &ends).contains("native sidecar"));
    with(&settings(), &ends);
    assert!(refused(&Settings::default(), POD).contains("nothing says where Keystone is"));
}

#[test]
fn what_a_kubelet_asks_besides_probes_is_named() {
    let hook = "8080}\n    lifecycle: {preStop: {httpGet: {port: http}}, postStart: {httpGet: {port: 9}}}\n";
    let pod = POD.replace("8080}\n", hook);
    let notes = with(&settings(), &pod).warnings;
    assert_eq!(
        notes.iter().filter(|note| note.contains("the preStop hook of the container web")).count(),
        1
    );
    assert_eq!(notes.iter().filter(|note| note.contains("hook")).count(), 1, "{notes:?}");
    let asking =
        pod.replace("  name: web\n", "  name: web\n  annotations: {portcullis/inject: 'true'}\n");
    let response = answered(&values(&asking)[0]);
    assert!(response["warnings"][0].as_str().unwrap().contains("preStop"), "{response}");
}
