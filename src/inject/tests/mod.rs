//! What becomes of objects, seen from both doors.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Direction, Failure, Rewritten, Settings, admit, rewrite};

mod edited;
mod kept;
mod mended;
mod open;
mod past;
mod policies;
mod unfit;

fn settings() -> Settings {
    Settings { keystone_url: Some("https://keystone:5000/v3".to_owned()), ..Settings::default() }
}

fn with(settings: &Settings, text: &str) -> Rewritten {
    rewrite(text, Direction::In, settings).unwrap()
}

fn refused(settings: &Settings, text: &str) -> String {
    let failure = rewrite(text, Direction::In, settings).unwrap_err();
    assert!(matches!(failure, Failure::Refused(_)), "{failure}");
    failure.to_string()
}

fn values(text: &str) -> Vec<Value> {
    crate::manifest::Stream::read(text).unwrap().values()
}

fn sidecar(pod: &Value) -> &Value {
    let spec = &pod["spec"];
    let lists = ["initContainers", "containers"].map(|list| spec[list].as_array());
    let mut all = lists.into_iter().flatten().flatten();
    all.find(|container| container["name"] == "portcullis").unwrap()
}

fn variable<'a>(container: &'a Value, name: &str) -> Option<&'a str> {
    let variables = container["env"].as_array().unwrap();
    variables.iter().find(|one| one["name"] == name)?["value"].as_str()
}

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - name: web
    image: web:1
    ports:
    - {name: http, containerPort: 8080}
    readinessProbe:
      httpGet: {path: '/health?deep=a,b', port: http, httpHeaders: [{name: X-A, value: 'b c'}]}
      timeoutSeconds: 20
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: http}
  - {port: 53, protocol: UDP, targetPort: 53}
";

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
fn services_lead_to_the_sidecar_by_its_number() {
    let both = with(&settings(), &format!("{POD}---\n{SERVICE}"));
    let ports = &values(&both.text)[1]["spec"]["ports"];
    assert_eq!(ports[0]["targetPort"], 18080);
    assert_eq!(ports[1]["targetPort"], 53);
    assert_eq!(both.changed, ["Pod web", "Service web"]);
    let written =
        "  - {port: 80, targetPort: 18080}\n  - {port: 53, protocol: UDP, targetPort: 53}\n";
    assert!(both.text.ends_with(written), "{}", both.text);
}

#[test]
fn a_service_leads_to_the_port_that_its_pods_give_their_sidecars() {
    let pod = |name: &str, port: u16| {
        let annotations = format!("  name: {name}\n  annotations: {{portcullis/port: '{port}'}}\n");
        POD.replace("  name: web\n  labels", &format!("{annotations}  labels"))
    };
    let text = with(&settings(), &format!("{}---\n{SERVICE}", pod("web", 7000))).text;
    assert_eq!(values(&text)[1]["spec"]["ports"][0]["targetPort"], 7000);
    let two = format!("{}---\n{}---\n{SERVICE}", pod("a", 7000), pod("b", 7001));
    let said = refused(&settings(), &two);
    assert_eq!(
        said,
        "Service web: leads to pods whose sidecars have different ports; give them the same"
    );
}

#[test]
fn a_service_may_say_no() {
    let no =
        SERVICE.replace("{name: web}", "{name: web, annotations: {portcullis/inject: 'false'}}");
    let both = with(&settings(), &format!("{POD}---\n{no}"));
    assert!(both.text.ends_with(&no), "{}", both.text);
    assert!(
        both.notes.contains(&"Service web: is not to have a sidecar; left as it is".to_owned())
    );
}

#[test]
fn a_service_of_another_namespace_is_left_alone_and_named() {
    let other = SERVICE.replace("name: web", "name: web, namespace: shop");
    let both = with(&settings(), &format!("{POD}---\n{other}"));
    assert!(both.text.ends_with(&other), "{}", both.text);
    let note =
        "Service shop/web: chooses pods like those here, but in another namespace; left as it is";
    assert_eq!(both.warnings, [note]);
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
fn a_service_that_was_pointed_elsewhere_since_stays_so() {
    let both = with(&settings(), &format!("{POD}---\n{SERVICE}")).text;
    let moved = both.replace("targetPort: 18080", "targetPort: 9999");
    let out = rewrite(&moved, Direction::Out, &settings()).unwrap().text;
    assert_eq!(values(&out)[1]["spec"]["ports"][0]["targetPort"], 9999);
}

#[test]
fn a_probe_that_was_written_anew_since_is_the_one_that_counts() {
    let injected = with(&settings(), POD).text;
    let anew =
        injected.replace("/probe/web/readiness", "/new").replace("port: 9180}", "port: 8080}");
    let out = rewrite(&anew, Direction::Out, &settings()).unwrap().text;
    let probe = &values(&out)[0]["spec"]["containers"][0]["readinessProbe"];
    assert_eq!(probe["httpGet"]["path"], "/new", "{out}");
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

fn review(object: &Value) -> Vec<u8> {
    json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {"uid": "u-1", "object": object},
    })
    .to_string()
    .into_bytes()
}

fn answered(object: &Value) -> Value {
    let answer: Value =
        serde_json::from_slice(&admit(&review(object), &settings()).unwrap()).unwrap();
    assert_eq!(answer["response"]["uid"], "u-1");
    answer["response"].clone()
}

fn asking() -> Value {
    let yes =
        POD.replace("  name: web\n", "  name: web\n  annotations: {portcullis/inject: 'true'}\n");
    values(&yes).remove(0)
}

#[test]
fn a_pod_that_does_not_ask_is_admitted_as_it_is() {
    for object in [values(POD).remove(0), values(SERVICE).remove(0), Value::Null] {
        assert_eq!(answered(&object), json!({"uid": "u-1", "allowed": true}));
    }
}

#[test]
fn a_pod_that_asks_is_patched_and_the_patched_one_is_not() {
    let patched = answered(&asking());
    assert_eq!((&patched["allowed"], &patched["patchType"]), (&json!(true), &json!("JSONPatch")));
    let only = Settings { annotated_only: true, ..settings() };
    let after = with(&only, &asking().to_string()).text;
    let after = values(&after).remove(0);
    assert_eq!(answered(&after), json!({"uid": "u-1", "allowed": true}));
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

#[test]
fn a_pod_that_exists_is_left_alone_and_a_service_is_not() {
    let service =
        SERVICE.replace("{name: web}", "{name: web, annotations: {portcullis/inject: 'true'}}");
    let service = values(&service).remove(0);
    for (operation, part, object, patched) in [
        ("CREATE", "", asking(), true),
        ("UPDATE", "", asking(), false),
        ("CREATE", "ephemeralcontainers", asking(), false),
        ("UPDATE", "", service.clone(), true),
        ("UPDATE", "status", service, false),
    ] {
        let mut review: Value = serde_json::from_slice(&review(&object)).unwrap();
        review["request"]["operation"] = operation.into();
        review["request"]["subResource"] = part.into();
        let answer = admit(review.to_string().as_bytes(), &settings()).unwrap();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["response"]["patch"].is_string(), patched, "{operation} {part}");
    }
}

#[test]
fn a_pod_that_cannot_be_guarded_is_refused_with_the_reason() {
    let mut pod = asking();
    pod["spec"]["hostNetwork"] = true.into();
    let response = answered(&pod);
    assert_eq!((&response["allowed"], &response["status"]["code"]), (&json!(false), &json!(422)));
    let message = response["status"]["message"].as_str().unwrap();
    assert!(message.contains("hostNetwork"), "{message}");
}

#[test]
fn what_is_no_review_is_never_an_admission() {
    let version = json!({"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview"});
    for body in ["", "[]", "{}", "\"x\"", &version.to_string()] {
        assert!(admit(body.as_bytes(), &settings()).is_err(), "{body}");
    }
}

fn word() -> impl Strategy<Value = String> {
    "[a-z]{1,8}"
}

/// Pods with ports, probes, annotations and neighbours of all sorts.
fn any_pod() -> impl Strategy<Value = Value> {
    let probe = prop_oneof![
        Just(json!({"httpGet": {"port": 8080}})),
        Just(json!({"httpGet": {"port": "http", "path": "x y#z", "scheme": "HTTPS"}})),
        Just(json!({"tcpSocket": {"port": 8080}, "periodSeconds": 3})),
        Just(json!({"grpc": {"port": 8080, "service": "a.B"}})),
        Just(json!({"exec": {"command": ["true"]}})),
        Just(json!({"httpGet": {"port": 9999}})),
    ];
    let annotations = prop::option::of(prop::collection::btree_map(word(), word(), 0..3));
    let mounts = prop::option::of(Just(json!([{"name": "v", "mountPath": "/v"}])));
    let init = prop::option::of(Just(json!([{"name": "first", "image": "i"}])));
    let volumes = prop::option::of(prop_oneof![Just(json!([])), Just(json!([{"name": "v"}]))]);
    let probes = prop::collection::vec(prop::option::of(probe), 3);
    (annotations, mounts, init, volumes, probes, any::<bool>()).prop_map(
        |(annotations, mounts, init, volumes, probes, native)| {
            let mut container = json!({
                "name": "web", "image": "w",
                "ports": [{"name": "http", "containerPort": 8080}],
            });
            let kinds = ["startupProbe", "livenessProbe", "readinessProbe"];
            for (kind, probe) in kinds.into_iter().zip(probes) {
                if let Some(probe) = probe {
                    container[kind] = probe;
                }
            }
            if let Some(mounts) = mounts {
                container["volumeMounts"] = mounts;
            }
            let mut pod = json!({
                "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
                "spec": {"containers": [container]},
            });
            if let Some(annotations) = annotations {
                pod["metadata"]["annotations"] = json!(annotations);
            }
            for (key, value) in [("initContainers", init), ("volumes", volumes)] {
                if let Some(value) = value {
                    pod["spec"][key] = value;
                }
            }
            json!({"native": native, "pod": pod})
        },
    )
}

proptest! {
    #[test]
    fn putting_in_twice_is_once_and_taking_out_gives_back(drawn in any_pod(), socket in any::<bool>()) {
        let upstream = socket.then(|| "unix:/run/portcullis/a.sock".to_owned());
        let settings = Settings {
            native: drawn["native"] == true,
            secret: Some("s".to_owned()),
            upstream,
            ..settings()
        };
        let before = drawn["pod"].to_string();
        match rewrite(&before, Direction::In, &settings) {
            Ok(once) => {
                prop_assert_eq!(&with(&settings, &once.text).text, &once.text);
                let out = rewrite(&once.text, Direction::Out, &settings).unwrap();
                prop_assert_eq!(&values(&out.text)[0], &drawn["pod"]);
            }
            // gRPC goes over no socket.
            Err(failure) => prop_assert!(socket && failure.to_string().contains("gRPC"), "{}", failure),
        }
    }
}
