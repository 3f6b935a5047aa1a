//! What becomes of objects, seen from both doors.

use serde_json::{Value, json};

use super::{Direction, Failure, Rewritten, Settings, admit, rewrite};

mod again;
mod edited;
mod kept;
mod mended;
mod open;
mod past;
mod pods;
mod policies;
mod reviews;
mod services;
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
