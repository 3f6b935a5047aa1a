//! Pods that no sidecar fits.

use serde_json::json;

use super::{POD, answered, asking, refused, settings, with};

const KNATIVE: &str = "\
apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: hello
spec:
  template:
    spec:
      containers:
      - image: hello:1
        ports: [{containerPort: 8080}]
";

#[test]
fn knative_s_services_are_refused_unless_they_say_no() {
    for (version, kind) in [("v1", "Service"), ("v1", "Configuration"), ("v1beta1", "Service")] {
        let text = KNATIVE
            .replace("kind: Service", &format!("kind: {kind}"))
            .replace("dev/v1", &format!("dev/{version}"));
        let said = refused(&settings(), &text);
        assert!(said.starts_with(&format!("{kind} hello: is Knative's")), "{said}");
        assert!(said.contains("gateway"), "{said}");
    }
    let no = KNATIVE
        .replace("  name: hello\n", "  name: hello\n  annotations: {portcullis/inject: 'false'}\n");
    assert_eq!(with(&settings(), &no).text, no);
}

#[test]
fn a_pod_that_knative_made_is_refused_at_both_doors() {
    let queue = "  - name: queue-proxy\n    image: queue:1\n";
    let said = refused(&settings(), &format!("{POD}{queue}"));
    assert!(said.starts_with("Pod web: the container queue-proxy is Knative's"), "{said}");
    let mut pod = asking();
    pod["metadata"]["annotations"]["portcullis/app-port"] = "8080".into();
    pod["spec"]["containers"].as_array_mut().unwrap().push(json!({"name": "queue-proxy"}));
    let answer = answered(&pod);
    assert_eq!(answer["allowed"], false);
    assert!(answer["status"]["message"].as_str().unwrap().contains("queue-proxy"), "{answer}");
}

#[test]
fn a_pod_that_no_linux_may_run_is_refused_however_it_says_so() {
    let term = |operator: &str, values: &str| {
        format!(
            "{{matchExpressions: [{{key: kubernetes.io/os, operator: {operator}, values: {values}}}]}}"
        )
    };
    let affinity = |terms: &[String]| {
        format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: \
             {{nodeSelectorTerms: [{}]}}}}}}",
            terms.join(", ")
        )
    };
    let windows = term("In", "[windows]");
    for (line, is) in [
        ("os: {name: windows}".to_owned(), true),
        ("os: {name: linux}".to_owned(), false),
        ("nodeSelector: {kubernetes.io/os: windows}".to_owned(), true),
        ("nodeSelector: {beta.kubernetes.io/os: windows}".to_owned(), true),
        ("nodeSelector: {kubernetes.io/os: linux}".to_owned(), false),
        (affinity(std::slice::from_ref(&windows)), true),
        (affinity(std::slice::from_ref(&windows)).replace("kubernetes", "beta.kubernetes"), true),
        (affinity(&[term("NotIn", "[linux]")]), true),
        (affinity(&[windows.clone(), term("In", "[linux]")]), false),
        (affinity(&[windows.clone(), windows.replace("[windows]", "[linux, windows]")]), false),
        (affinity(&[term("NotIn", "[windows]")]), false),
        (affinity(&[term("Exists", "[]")]), false),
        (affinity(&[windows.replace("kubernetes.io/os", "zone")]), false),
    ] {
        let text = format!("{POD}  {line}\n");
        if is {
            assert!(refused(&settings(), &text).contains("the pod is for Windows"), "{line}");
        } else {
            let _ = with(&settings(), &text);
        }
    }
}
