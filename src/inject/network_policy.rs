//! For applications that listen on every address: nobody is let past the sidecar.

use serde_json::{Value, json};

use super::ports::{AppPort, all};
use super::record;
use super::settings::Settings;
use super::value::{Refusal, at, text};

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
    ports.retain(|(number, protocol)| *number != app.number || protocol != "TCP");
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

/// Whether somebody else's policy allows connections to the application's port, which nobody
/// makes any more.
pub(super) fn allows(policy: &Value, labels: &Value, app: &AppPort) -> bool {
    let chosen = at(policy, &["spec", "podSelector", "matchLabels"]).and_then(Value::as_object);
    let chosen = chosen
        .is_none_or(|chosen| chosen.iter().all(|(key, value)| labels.get(key) == Some(value)));
    let rules = at(policy, &["spec", "ingress"]).and_then(Value::as_array).into_iter().flatten();
    let mut ports = rules
        .flat_map(|rule| rule.get("ports").and_then(Value::as_array).into_iter().flatten())
        .filter_map(|port| port.get("port"));
    chosen && ports.any(|port| app.is(port))
}

/// The name of the policy for a workload, no longer than a name may be.
fn name_of(workload: &str) -> String {
    let short: String = workload.chars().take(253 - "-portcullis".len()).collect();
    format!("{short}-portcullis")
}
