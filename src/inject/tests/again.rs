//! Putting in once more, and taking out.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{POD, settings, values, with};
use crate::inject::{Direction, Settings, rewrite};

#[test]
fn a_probe_that_was_written_anew_since_is_the_one_that_counts() {
    let injected = with(&settings(), POD).text;
    let anew =
        injected.replace("/probe/web/readiness", "/new").replace("port: 9180}", "port: 8080}");
    let out = rewrite(&anew, Direction::Out, &settings()).unwrap().text;
    let probe = &values(&out)[0]["spec"]["containers"][0]["readinessProbe"];
    assert_eq!(probe["httpGet"]["path"], "/new", "{out}");
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
