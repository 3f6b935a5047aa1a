//! For applications that listen on every address: nobody is let past the sidecar.

use serde_json::{Value, json};

use super::ports::{AppPort, all};
use super::record;
use super::service::{Led, is_tcp};
use super::settings::Settings;
use super::value::{Refusal, at, items, text};

/// A `NetworkPolicy` that lets connections through to all ports of a pod but the application's.
///
/// Policies add up: another one that allows the application's port still does.
///
/// # Errors
/// The pod has no labels: one that chose nothing would choose every pod of its namespace.
pub(super) fn guard(
    workload: &Value,
    pod: &Value,
    app: &AppPort,
    wish: &Settings,
) -> Result<Value, Refusal> {
    let name = text(workload, &["metadata", "name"]).unwrap_or("pod");
    let labels = at(pod, &["metadata", "labels"]).and_then(Value::as_object);
    let Some(labels) = labels.filter(|labels| !labels.is_empty()) else {
        return Err(Refusal(
            "the pod has no labels for a NetworkPolicy to choose it by; give it one".to_owned(),
        ));
    };
    let mut ports = all(pod.get("spec").unwrap_or(&Value::Null));
    ports.retain(|(number, protocol)| !app.has((*number).into()) || protocol != "TCP");
    ports.extend([wish.port, wish.telemetry_port].map(|port| (port, "TCP".to_owned())));
    ports.sort_unstable();
    let ports: Vec<_> = ports
        .iter()
        .map(|(number, protocol)| json!({"port": number, "protocol": protocol}))
        .collect();
    let mut metadata = json!({ "name": name_of(name) });
    if let (Some(namespace), Some(members)) =
        (text(workload, &["metadata", "namespace"]), metadata.as_object_mut())
    {
        members.insert("namespace".into(), namespace.into());
    }
    let mut policy = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": {
            "podSelector": { "matchLabels": labels },
            "policyTypes": ["Ingress"],
            "ingress": [{ "ports": ports }],
        },
    });
    record::write(&mut policy, json!({}));
    Ok(policy)
}

/// Whether somebody else's policy lets clients to the application's port. One that cannot be told by
/// labels alone may.
pub(super) fn allows(policy: &Value, led: &Led, app: &AppPort) -> bool {
    if !led.is_beside(policy) {
        return false;
    }
    let chosen = at(policy, &["spec", "podSelector", "matchLabels"]).and_then(Value::as_object);
    let chosen = chosen
        .is_none_or(|chosen| chosen.iter().all(|(key, value)| led.labels.get(key) == Some(value)));
    let types = items(policy, &["spec", "policyTypes"]);
    let ingress = types.is_empty() || types.iter().any(|kind| kind == "Ingress");
    chosen && ingress && items(policy, &["spec", "ingress"]).iter().any(|rule| lets_in(rule, app))
}

/// Without ports a rule is about all of them.
fn lets_in(rule: &Value, app: &AppPort) -> bool {
    let ports = items(rule, &["ports"]);
    ports.is_empty()
        || ports.iter().any(|port| {
            let number = |key| port.get(key).and_then(Value::as_u64);
            let range = number("port").zip(number("endPort"));
            let within = |(first, last): (u64, u64)| (first..=last).any(|port| app.has(port));
            let tcp = is_tcp(port);
            tcp && (range.is_some_and(within) || port.get("port").is_none_or(|port| app.is(port)))
        })
}

/// The name of the policy for a workload, no longer than a name may be.
fn name_of(workload: &str) -> String {
    let short: String = workload.chars().take(253 - "-portcullis".len()).collect();
    format!("{short}-portcullis")
}
